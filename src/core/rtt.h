/* rtt.h - round-trip delays: what a flow sent, against what the other answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_RTT_H
#define CONNMON_RTT_H

#include "sighting.h"

/* Has the processor fetch the tables that the other functions will search, all at once: among a
 * million connections none of them is in a cache. To be called early. */
void rtt_prefetch(const struct sighting *seen);

/* Completes the delays that the segment's TSecr and ackno answer. To be called before the segment
 * takes its place in the sequence space. */
void rtt_match(struct sighting *seen);

/* Saves the segment's own TSval and sequence end, to be answered. */
void rtt_save(struct sighting *seen);

/* Decides which of the completed delays to trust, and keeps the side's minimum. */
void rtt_judge(struct sighting *seen);

#endif
