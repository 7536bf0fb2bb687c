/* late_values.h - the values of a flow that did not rise (seen_values.h), in an open hash table
 *
 * A table of its own, not a hash_index.h: a flow with one late value costs 64 bytes instead of
 * 8 KiB, as there may be millions of flows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LATE_VALUES_H
#define CONNMON_LATE_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/* All bytes zero is the empty table. */
struct late_values {
    uint32_t *slots; /* 0 marks a free slot */
    uint32_t used;
    uint8_t bits; /* 2^bits slots */
    bool has_zero;
};

bool late_values_has(const struct late_values *table, uint32_t value, const struct memory *memory);

/* Adds a value that may be there. False, and nothing changed, if there is no memory. */
bool late_values_add(struct late_values *table, uint32_t value, struct memory *memory);

/* Empties the table and gives its memory back. */
void late_values_clear(struct late_values *table, struct memory *memory);

#endif
