/* value_set.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "value_set.h"

#include <string.h>

#include "hash.h"

enum {
    FIRST_TABLE_BITS = 5, /* holds what the default configuration remembers, 128 bytes */
    LAST_TABLE_BITS = 25,
};

static size_t table_bytes(uint8_t bits)
{
    return ((size_t)1 << bits) * sizeof(uint32_t);
}

/* The slot that holds `value`, or the free one where it belongs. */
static uint32_t *slot_of(uint32_t *slots, uint8_t bits, uint32_t value, uint64_t salt)
{
    uint32_t mask = ((uint32_t)1 << bits) - 1;
    uint32_t i = hash_slot(value, salt, bits);

    while (slots[i] != 0 && slots[i] != value)
        i = (i + 1) & mask;
    return &slots[i];
}

void value_set_prefetch(const struct value_set *set, value_set_size size, uint32_t value,
                        uint64_t salt)
{
    if (size == VALUE_SET_TABLE)
        __builtin_prefetch(&set->table.slots[hash_slot(value, salt, (uint8_t)set->table.bits)], 1);
}

void value_set_clear(struct value_set *set, value_set_size *size, struct memory *memory)
{
    if (*size == VALUE_SET_TABLE)
        memory_free(memory, set->table.slots, table_bytes((uint8_t)set->table.bits));
    memset(set, 0, sizeof(*set));
    *size = 0;
}

/* Moves a table to one of 2^bits slots. False if there is no memory for it. */
static bool grow(struct value_set *set, uint8_t bits, struct memory *memory)
{
    uint32_t *old = set->table.slots;
    size_t old_slots = (size_t)1 << set->table.bits;
    uint32_t *slots = bits <= LAST_TABLE_BITS ? memory_alloc(memory, table_bytes(bits)) : NULL;

    if (!slots)
        return false;
    for (size_t i = 0; i < old_slots; i++)
        if (old[i] != 0)
            *slot_of(slots, bits, old[i], memory->salt) = old[i];
    memory_free(memory, old, table_bytes((uint8_t)set->table.bits));
    set->table.slots = slots;
    set->table.bits = bits & 31U;
    return true;
}

static bool leave_few(struct value_set *set, value_set_size *size, struct memory *memory)
{
    uint32_t *slots = memory_alloc(memory, table_bytes(FIRST_TABLE_BITS));
    struct value_set table = {.table = {.slots = slots, .bits = FIRST_TABLE_BITS}};

    if (!slots)
        return false;
    for (uint32_t i = 0; i < VALUE_SET_FEW; i++) {
        if (set->few[i] == 0)
            table.table.has_zero = true;
        else
            *slot_of(slots, FIRST_TABLE_BITS, set->few[i], memory->salt) = set->few[i];
    }
    table.table.used = VALUE_SET_FEW;
    table.table.latest = set->few[VALUE_SET_FEW - 1];
    *set = table;
    *size = VALUE_SET_TABLE;
    return true;
}

static bool add_to_table(struct value_set *set, uint32_t value, uint64_t salt)
{
    uint32_t *slot;

    if (value == 0) {
        if (set->table.has_zero)
            return false;
        set->table.has_zero = true;
    } else {
        slot = slot_of(set->table.slots, (uint8_t)set->table.bits, value, salt);
        if (*slot == value)
            return false;
        *slot = value;
    }
    set->table.used++;
    set->table.latest = value;
    return true;
}

/* A table is kept at most three quarters full. */
static bool is_crowded(const struct value_set *set)
{
    return set->table.used >= (uint32_t)3 << (set->table.bits - 2);
}

/* Forgets all but `value`; a table stays, it will soon be needed again. */
static void start_over(struct value_set *set, value_set_size *size, uint32_t value,
                       struct memory *memory)
{
    if (*size != VALUE_SET_TABLE) {
        value_set_clear(set, size, memory);
        set->few[(*size)++] = value;
        return;
    }
    memset(set->table.slots, 0, table_bytes((uint8_t)set->table.bits));
    set->table.used = 0;
    set->table.has_zero = false;
    add_to_table(set, value, memory->salt);
}

bool value_set_add(struct value_set *set, value_set_size *size, uint32_t value, uint32_t max,
                   struct memory *memory, uint64_t *evicted)
{
    if (*size != VALUE_SET_TABLE) {
        for (uint32_t i = 0; i < *size; i++)
            if (set->few[i] == value)
                return false;
        if (*size < VALUE_SET_FEW) {
            set->few[(*size)++] = value;
            return true;
        }
        if (!leave_few(set, size, memory)) {
            start_over(set, size, value, memory);
            *evicted += VALUE_SET_FEW;
            return true;
        }
    }
    if (set->table.latest == value || !add_to_table(set, value, memory->salt))
        return false;
    if ((max != 0 && set->table.used > max) ||
        (is_crowded(set) && !grow(set, (uint8_t)(set->table.bits + 1), memory))) {
        *evicted += set->table.used - 1;
        start_over(set, size, value, memory);
    }
    return true;
}
