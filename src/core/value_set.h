/* value_set.h - which 32-bit values a flow has carried as ackno or as TSecr
 *
 * Only the first sight of an ackno or TSecr may complete a delay, so each must be known again.
 * No order is assumed: the set is exact, whatever clock or reordering made the values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VALUE_SET_H
#define CONNMON_VALUE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

#define VALUE_SET_FEW 4

/* Embedded in a flow. A connection with few values, the usual one, costs nothing more. All bytes
 * zero is the empty set. */
struct value_set {
    union {
        uint32_t few[VALUE_SET_FEW];
        struct {
            uint32_t *slots; /* open addressing; 0 marks a free slot */
            uint32_t latest; /* added last: a flow repeats its ackno and TSecr many times */
            uint32_t used : 26;
            uint32_t bits : 5; /* 2^bits slots */
            uint32_t has_zero : 1;
        } table;
    };
};

/* How many values are in `few`; VALUE_SET_TABLE if the set has outgrown them. Kept by the owner of
 * the set beside it, where it fills a gap. */
typedef uint8_t value_set_size;
#define VALUE_SET_TABLE UINT8_MAX

/* Adds `value`. Returns true if it was not there yet. The set never grows beyond `max` values
 * (0: no limit; a few always fit) nor beyond the memory's limit: it is emptied then, and `*evicted`
 * grows by the number of values it has forgotten. */
bool value_set_add(struct value_set *set, value_set_size *size, uint32_t value, uint32_t max,
                   struct memory *memory, uint64_t *evicted);

/* Has the processor fetch what value_set_add() will look at. */
void value_set_prefetch(const struct value_set *set, value_set_size size, uint32_t value,
                        uint64_t salt);

/* Empties the set and gives its memory back. */
void value_set_clear(struct value_set *set, value_set_size *size, struct memory *memory);

#endif
