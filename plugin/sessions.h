/* sessions.h - numbers that go on where those of Wireshark begin anew
 *
 * tshark -M begins frames and streams at their first number again, and so connections, while its
 * statistics go on. They are told numbers that count through all sessions, as without -M: else they
 * would take two connections for one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_SESSIONS_H
#define CONNMON_PLUGIN_SESSIONS_H

#include <stdint.h>

#include "observation.h"

/* To be called for each frame that is measured, and for what was found out of it. */
void sessions_take_frame(uint32_t frame);
void sessions_take(const struct connmon_segment *segment, const struct connmon_result *result);

/* A session ends. In a program other than tshark that is because the file was closed or is
 * dissected anew, and statistics begin anew, too: nothing goes on. */
void sessions_end(void);

/* Renumbers frame, stream and connection of an observation for the statistics. */
void sessions_number(struct connmon_observation *seen);

#endif
