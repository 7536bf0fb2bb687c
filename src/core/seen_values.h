/* seen_values.h - which 32-bit values a flow has carried as ackno or as TSecr
 *
 * Only the first sight of an ackno or TSecr may complete a delay, so each must be known again.
 * Such values rise as a rule, modulo 2^32, and then one comparison tells that a value is new. No
 * order is assumed: what comes late has a table of its own, and the set is exact, whatever clock,
 * reordering or wrap made the values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SEEN_VALUES_H
#define CONNMON_SEEN_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

#define SEEN_VALUES_FEW 4

/* Embedded in a flow. A connection with few values, the usual one, costs nothing more. All bytes
 * zero is the empty set. */
struct seen_values {
    union {
        uint32_t few[SEEN_VALUES_FEW];
        struct {
            struct value_history *history;
            uint32_t highest;      /* the latest of those that rise */
            uint32_t count : 26;   /* of those that rise */
            uint32_t bits : 5;     /* the history's size is 2^bits bytes */
            uint32_t is_wound : 1; /* the values span more than half of all: highest tells little */
        } many;
    };
};

/* How many values are in `few`; SEEN_VALUES_MANY if the set has outgrown them. Kept by the owner of
 * the set beside it, where it fills a gap. */
typedef uint8_t seen_values_size;
#define SEEN_VALUES_MANY UINT8_MAX

/* Adds `value`. Returns true if it was not there yet. The set never grows beyond `max` values
 * (0: no limit; a few always fit) nor beyond the memory's limit: it is emptied then, and `*evicted`
 * grows by the number of values it has forgotten. */
bool seen_values_add(struct seen_values *set, seen_values_size *size, uint32_t value, uint32_t max,
                     struct memory *memory, uint64_t *evicted);

/* Has the processor fetch what seen_values_add() will look at. */
void seen_values_prefetch(const struct seen_values *set, seen_values_size size);

/* Empties the set and gives its memory back. */
void seen_values_clear(struct seen_values *set, seen_values_size *size, struct memory *memory);

#endif
