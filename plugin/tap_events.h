/* tap_events.h - connections as they live: what happens to them, when it happens
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_EVENTS_H
#define CONNMON_PLUGIN_TAP_EVENTS_H

/* Each starts a tap: see struct tap_kind in taps.h. `filter` restricts which packets count. */
char *tap_events_start(const char *filter);
char *tap_events_json_start(const char *filter);

#endif
