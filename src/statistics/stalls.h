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

/* None yet, of at most so many connections (0: all): beyond that, one that had no packet for long
 * is followed anew if it has another. Free with stalls_free(), which takes NULL too. NULL if there
 * is no memory. */
struct stalls *stalls_new(struct stall_limits limits, uint32_t most);
void stalls_free(struct stalls *stalls);

/* Follows the next segment, with what the core found in it. Returns the stall that it ends, valid
 * until the next call, or NULL. Without memory a stall is not found. */
const struct stall *stalls_follow(struct stalls *stalls, const struct connmon_segment *segment,
                                  const struct connmon_result *result);

/* Keeps the stall that a frame ends, or NULL. Frames come in order; one may have the number of the
 * one before it, which was rejected. */
void stalls_keep(struct stalls *stalls, uint64_t frame, const struct stall *stall);

/* The stall that a frame has ended, of those that were kept, or NULL. Valid until the next
 * stalls_keep(). */
const struct stall *stalls_find(const struct stalls *stalls, uint64_t frame);

#endif
