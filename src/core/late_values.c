/* late_values.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "late_values.h"

#include <stddef.h>

#include "hash.h"

enum {
    FIRST_BITS = 4,
    LAST_BITS = 25,
};

static size_t bytes_of(uint8_t bits)
{
    return ((size_t)1 << bits) * sizeof(uint32_t);
}

/* The slot that holds `value`, or the free one where it belongs. */
static uint32_t *slot_of(uint32_t *slots, uint8_t bits, uint32_t value, const struct memory *memory)
{
    uint32_t mask = (UINT32_C(1) << bits) - 1;
    uint32_t i = hash_home(siphash_value(&memory->key, value), bits);

    while (slots[i] != 0 && slots[i] != value)
        i = (i + 1) & mask;
    return &slots[i];
}

bool late_values_has(const struct late_values *table, uint32_t value, const struct memory *memory)
{
    if (value == 0)
        return table->has_zero;
    return table->slots && *slot_of(table->slots, table->bits, value, memory) == value;
}

/* Keeps the table at most half full. */
static bool reserve(struct late_values *table, struct memory *memory)
{
    uint8_t bits = table->slots ? (uint8_t)(table->bits + 1) : FIRST_BITS;
    uint32_t *slots;

    if (table->slots && table->used < UINT32_C(1) << (table->bits - 1))
        return true;
    slots = bits <= LAST_BITS ? memory_alloc(memory, bytes_of(bits)) : NULL;
    if (!slots)
        return false;
    if (table->slots) {
        for (size_t i = 0; i < (size_t)1 << table->bits; i++)
            if (table->slots[i] != 0)
                *slot_of(slots, bits, table->slots[i], memory) = table->slots[i];
        memory_free(memory, table->slots, bytes_of(table->bits));
    }
    table->slots = slots;
    table->bits = bits;
    return true;
}

bool late_values_add(struct late_values *table, uint32_t value, struct memory *memory)
{
    uint32_t *slot;

    if (value == 0) {
        table->used += !table->has_zero;
        table->has_zero = true;
        return true;
    }
    if (!reserve(table, memory))
        return false;
    slot = slot_of(table->slots, table->bits, value, memory);
    table->used += *slot == 0;
    *slot = value;
    return true;
}

void late_values_clear(struct late_values *table, struct memory *memory)
{
    if (table->slots)
        memory_free(memory, table->slots, bytes_of(table->bits));
    *table = (struct late_values){0};
}
