/* interest.h - whether anybody can ask for our fields
 *
 * To measure a packet costs a run such as `tshark -q -z conv,tcp` some 7 % of its time. So packets
 * are measured only where someone may look.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_INTEREST_H
#define CONNMON_PLUGIN_INTEREST_H

#include <stdbool.h>

/* Whether a field of the protocol `name` may be shown though nobody has looked up its name. In
 * Wireshark and sharkd it may, at any time. A tshark shows fields that nobody named only in packet
 * details and among expert information, whichever pass it is in; but its command line may name the
 * protocol itself. Where the command line cannot be read the answer is yes. */
bool interest_is_possible(const char *name);

/* Whether the program is tshark, which shows statistics as text. */
bool interest_is_tshark(void);

#endif
