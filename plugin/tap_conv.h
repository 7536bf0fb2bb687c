/* tap_conv.h - the statistics of conversations and hosts, as text, JSON Lines and CSV
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_CONV_H
#define CONNMON_PLUGIN_TAP_CONV_H

/* Each starts a tap: see struct tap_kind in taps.h. `filter` restricts what is counted. */
char *tap_conv_start(const char *filter);
char *tap_conv_json_start(const char *filter);
char *tap_conv_csv_start(const char *filter);
char *tap_hosts_start(const char *filter);
char *tap_hosts_json_start(const char *filter);
char *tap_hosts_csv_start(const char *filter);

#endif
