/* stalls.h - the stalls of all connections of a capture
 *
 * Found when packets come in order, kept for when they are shown. They are rare, so they are kept
 * apart from what else is known of every packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_STALLS_H
#define CONNMON_STALLS_H

#include "stall.h"

struct stalls;

/* None yet; free with stalls_free(), which takes NULL too. NULL if there is no memory. */
struct stalls *stalls_new(struct stall_limits limits);
void stalls_free(struct stalls *stalls);

/* Follows the segment of a frame, with what the core found in it. Frames come in order; one may
 * have the number of the one before it, which was rejected. Without memory a stall is not found. */
void stalls_follow(struct stalls *stalls, uint64_t frame, const struct connmon_segment *segment,
                   const struct connmon_result *result);

/* The stall that a frame has ended, or NULL. Valid until the next stalls_follow(). */
const struct stall *stalls_find(const struct stalls *stalls, uint64_t frame);

#endif
