/* segments.h - any bytes as a configuration of the core, and as segments
 *
 * Every value is drawn from few, so that segments meet: endpoints, seqnos, TSvals, times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FUZZ_SEGMENTS_H
#define CONNMON_FUZZ_SEGMENTS_H

#include "connmon.h"
#include "input.h"
#include "observation.h"

struct connmon_config take_config(struct input *in);

/* The next segment of the capture, some time after `*now`, or before it. */
struct connmon_segment take_segment(struct input *in, uint64_t packet, int64_t *now);

/* The same as the core sees it. False if the core has no memory for its connection. */
bool take_observation(struct input *in, struct connmon *core, uint64_t packet, int64_t *now,
                      struct connmon_observation *seen);

#endif
