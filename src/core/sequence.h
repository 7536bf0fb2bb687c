/* sequence.h - a flow's sequence space: gaps, and what they mean
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SEQUENCE_H
#define CONNMON_SEQUENCE_H

#include "sighting.h"

/* Whether the segment is a SYN that what its sender sent next has overtaken on its way: it ends
 * where the flow's first segment began. */
bool sequence_is_late_syn(const struct sighting *seen);

/* Whether the segment begins a new sequence space: a SYN with a new ISN, or, since hosts that are
 * refused try again with the same, any SYN (without ACK) after a reset. */
bool sequence_is_new(const struct sighting *seen);

/* Whether the segment is the first that is seen of its flow, a SYN, and was answered already. */
bool sequence_is_answered_syn(const struct sighting *seen);

/* Begins a new sequence space, if the segment does: what was saved, acknowledged or missing in the
 * old one is dropped. To be called before the rules that follow it; until then the functions above
 * tell of the segment what it will do. */
void sequence_begin(struct sighting *seen);

/* Places the segment in its flow's sequence space and tells its gap and event. */
void sequence_place(struct sighting *seen);

#endif
