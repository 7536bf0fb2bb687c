/* dissector.h - the protocol "connmon": a post-dissector with its fields and preferences
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_DISSECTOR_H
#define CONNMON_PLUGIN_DISSECTOR_H

#include "connmon.h"

/* Registers protocol, fields and preferences. Called once by Wireshark, before the hand-off. */
void dissector_register(void);

/* Asks for the TCP fields that are needed. Called by Wireshark when all protocols are known, and
 * again after each change of a preference. */
void dissector_register_handoff(void);

/* Whether the frame that was dissected last is a copy of an earlier one. */
bool dissector_has_copy(void);

/* What the core has counted in the open file; false if it is not at work. */
bool dissector_stats(struct connmon_stats *stats);

#endif
