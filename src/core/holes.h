/* holes.h - the parts of a flow's sequence space that the capture point has not seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HOLES_H
#define CONNMON_HOLES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

struct holes; /* most flows have none, so a flow holds a pointer, NULL for none */

/* Remembers the hole [start, end), which lies beyond all others. Holes that have fallen nearly
 * 2^31 behind are forgotten: no segment can be told to belong there any more. At `max` holes
 * (0: no limit) or out of memory the lowest is forgotten, and `*evicted` grows. */
void holes_add(struct holes **holes, uint32_t start, uint32_t end, uint32_t max,
               struct memory *memory, uint64_t *evicted);

/* Takes [start, end) out of the holes; `high` is the highest sequence end that the flow has
 * reached, which bounds them all. Returns how many bytes of it were missing. A hole that is filled
 * in its middle becomes two; if there is no room for that, its lower part is forgotten. */
uint32_t holes_fill(struct holes **holes, uint32_t start, uint32_t end, uint32_t high, uint32_t max,
                    struct memory *memory, uint64_t *evicted);

/* Forgets what has fallen nearly 2^31 behind `high`, of holes that are there. To be called whenever
 * that moves, or a hole would come to life again 4 GiB later. */
void holes_forget_behind(struct holes **holes, uint32_t high, struct memory *memory);

/* Forgets all holes and gives their memory back. */
void holes_clear(struct holes **holes, struct memory *memory);

#endif
