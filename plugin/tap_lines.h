/* tap_lines.h - the statistics connmon,lines, connmon,json and connmon,csv: something for each
 * packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_LINES_H
#define CONNMON_PLUGIN_TAP_LINES_H

/* As struct tap_kind asks for them. */
char *tap_lines_start(const char *options);
char *tap_json_start(const char *options);
char *tap_csv_start(const char *options);

#endif
