/* tap_bandwidth.h - who uses the link: -z connmon,bandwidth,SECONDS
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_BANDWIDTH_H
#define CONNMON_PLUGIN_TAP_BANDWIDTH_H

/* Each starts a tap: see struct tap_kind in taps.h. */
char *tap_bandwidth_start(const char *options);
char *tap_bandwidth_json_start(const char *options);

#endif
