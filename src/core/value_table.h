/* value_table.h - 32-bit values in no order: an open hash table
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VALUE_TABLE_H
#define CONNMON_VALUE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/* All bytes zero is the empty table. */
struct value_table {
    uint32_t *slots; /* 0 marks a free slot */
    uint32_t used;
    uint8_t bits; /* 2^bits slots */
    bool has_zero;
};

bool value_table_has(const struct value_table *table, uint32_t value, const struct memory *memory);

/* Adds a value that may be there. False, and nothing changed, if there is no memory. */
bool value_table_add(struct value_table *table, uint32_t value, struct memory *memory);

/* Empties the table and gives its memory back. */
void value_table_clear(struct value_table *table, struct memory *memory);

#endif
