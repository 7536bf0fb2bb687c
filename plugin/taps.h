/* taps.h - the views of connmon on tshark's command line: -z connmon,VIEW...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAPS_H
#define CONNMON_PLUGIN_TAPS_H

/* Makes the views known to the program. Called by Wireshark once all dissectors are known. */
void taps_register(void);

#endif
