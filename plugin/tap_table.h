/* tap_table.h - the conversations in a window of Wireshark's Statistics menu
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_TABLE_H
#define CONNMON_PLUGIN_TAP_TABLE_H

/* Makes the table known to a program with windows, or to sharkd. */
void tap_table_register(void);

#endif
