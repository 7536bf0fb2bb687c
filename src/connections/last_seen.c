/* last_seen.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "last_seen.h"

enum { LAST_BITS = 31 };

static struct last_seen *free_slot(const struct last_seen_table *table, uint32_t serial)
{
    uint32_t mask = (UINT32_C(1) << table->bits) - 1, i = last_seen_home(table, serial);

    while (table->slots[i].of)
        i = serial_next(i, mask);
    return &table->slots[i];
}

static bool grow(struct last_seen_table *table)
{
    struct last_seen_table grown = {
        .memory = table->memory,
        .count = table->count,
        .bits = table->slots ? (uint8_t)(table->bits + 1) : SERIAL_FIRST_BITS,
    };

    if (grown.bits > LAST_BITS)
        return false;
    grown.slots = memory_alloc(table->memory, ((size_t)1 << grown.bits) * sizeof(*grown.slots));
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < last_seen_slots(table); i++)
        if (table->slots[i].of)
            *free_slot(&grown, table->slots[i].serial) = table->slots[i];
    last_seen_clear(table);
    *table = grown;
    return true;
}

struct last_seen *last_seen_add(struct last_seen_table *table, uint32_t serial, void *of)
{
    struct last_seen *slot;

    if (2 * table->count >= last_seen_slots(table) && !grow(table))
        return NULL;
    slot = free_slot(table, serial);
    *slot = (struct last_seen){.serial = serial, .of = of};
    table->count++;
    return slot;
}

void last_seen_remove(struct last_seen_table *table, uint32_t serial)
{
    uint32_t mask = (UINT32_C(1) << table->bits) - 1;
    const struct last_seen *slot = last_seen_find(table, serial);
    uint32_t gap = slot ? (uint32_t)(slot - table->slots) : 0;

    if (!slot)
        return;
    for (uint32_t i = serial_next(gap, mask); table->slots[i].of; i = serial_next(i, mask)) {
        uint32_t home = last_seen_home(table, table->slots[i].serial);

        if (serial_steps(home, i, mask) >= serial_steps(gap, i, mask)) {
            table->slots[gap] = table->slots[i];
            gap = i;
        }
    }
    table->slots[gap].of = NULL;
    table->count--;
}

void last_seen_clear(struct last_seen_table *table)
{
    memory_free(table->memory, table->slots, last_seen_slots(table) * sizeof(*table->slots));
    last_seen_init(table, table->memory);
}
