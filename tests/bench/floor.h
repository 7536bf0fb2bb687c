/* floor.h - the least that any per-connection bookkeeping costs
 *
 * Finds a segment's connection in a bare hash table and counts the flow's bytes in a record as
 * large as a connection of the core: one index slot, the line of the record with the key, the line
 * with the count. No program that keeps state per connection does less, so the core's time is
 * told as a multiple of this floor, which makes figures of different machines comparable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BENCH_FLOOR_H
#define CONNMON_BENCH_FLOOR_H

#include "connmon.h"

struct floor_table;

/* Room for `connections`, with `record_bytes` each. NULL: no memory. */
struct floor_table *floor_new(uint32_t connections, size_t record_bytes);
void floor_free(struct floor_table *table);

/* The bytes of the segment's connection so far. */
uint64_t floor_process(struct floor_table *table, const struct connmon_segment *segment);

#endif
