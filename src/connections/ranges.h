/* ranges.h - the numbers of many packets in little memory
 *
 * Runs of numbers, each as two variable-length integers: how far it begins behind the one before,
 * and how long it is. A run costs two bytes where a connection talks alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_RANGES_H
#define CONNMON_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

/* All bytes zero is empty. */
struct ranges {
    uint8_t *bytes; /* of all runs but the latest */
    uint32_t size, capacity;
    uint64_t end;         /* of the last run in `bytes` */
    uint64_t first, last; /* the latest run; 0: none */
};

/* Adds a number, above 0 and above all others. False if there is no memory: then it is left out. */
bool ranges_add(struct ranges *ranges, uint64_t number, struct memory *memory);

/* Where to read on. Begins as all zero. */
struct ranges_cursor {
    uint32_t at;
    bool is_over;
    uint64_t end;
};

/* The next run, `*first` to `*last`; false if there is none. */
bool ranges_next(const struct ranges *ranges, struct ranges_cursor *cursor, uint64_t *first,
                 uint64_t *last);

/* Empties the ranges and gives their memory back. */
void ranges_clear(struct ranges *ranges, struct memory *memory);

#endif
