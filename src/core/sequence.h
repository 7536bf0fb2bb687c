/* sequence.h - a flow's sequence space: gaps, and what they mean
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SEQUENCE_H
#define CONNMON_SEQUENCE_H

#include "sighting.h"

/* A SYN with a new ISN begins a new sequence space: what was saved, acknowledged or missing in the
 * old one is dropped. To be called before any other rule. */
void sequence_begin(struct sighting *seen);

/* Places the segment in its flow's sequence space and tells its gap and event. */
void sequence_place(struct sighting *seen);

#endif
