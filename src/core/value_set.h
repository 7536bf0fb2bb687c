/* value_set.h - which 32-bit values a flow has carried as ackno or as TSecr
 *
 * Only the first sight of an ackno or TSecr may complete a delay, so each must be known again.
 * Such values rise as a rule, modulo 2^32, and then one comparison tells that a value is new. No
 * order is assumed: what comes late has a table of its own, and the set is exact, whatever clock,
 * reordering or wrap made the values.
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
            struct value_history *history;
            uint32_t highest;      /* the latest of those that rise */
            uint32_t count : 26;   /* of those that rise */
            uint32_t bits : 5;     /* the history's size is 2^bits bytes */
            uint32_t is_wound : 1; /* the values span more than half of all: highest tells little */
        } many;
    };
};

/* How many values are in `few`; VALUE_SET_MANY if the set has outgrown them. Kept by the owner of
 * the set beside it, where it fills a gap. */
typedef uint8_t value_set_size;
#define VALUE_SET_MANY UINT8_MAX

/* Adds `value`. Returns true if it was not there yet. The set never grows beyond `max` values
 * (0: no limit; a few always fit) nor beyond the memory's limit: it is emptied then, and `*evicted`
 * grows by the number of values it has forgotten. */
bool value_set_add(struct value_set *set, value_set_size *size, uint32_t value, uint32_t max,
                   struct memory *memory, uint64_t *evicted);

/* Has the processor fetch what value_set_add() will look at. */
void value_set_prefetch(const struct value_set *set, value_set_size size);

/* Empties the set and gives its memory back. */
void value_set_clear(struct value_set *set, value_set_size *size, struct memory *memory);

#endif
