/* tap_index.h - where in a capture each connection is: -z connmon,index
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_INDEX_H
#define CONNMON_PLUGIN_TAP_INDEX_H

/* Each starts a tap: see struct tap_kind in taps.h. */
char *tap_index_start(const char *options);
char *tap_index_plist_start(const char *options);
char *tap_index_text_start(const char *options);

#endif
