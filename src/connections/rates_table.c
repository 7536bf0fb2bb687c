/* rates_table.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rates_table.h"

#include <stdlib.h>
#include <string.h>

#include "serial.h"

enum { LAST_BITS = 31 };

void rates_table_init(struct rates_table *table, bool by_host, uint32_t most)
{
    *table = (struct rates_table){.by_host = by_host, .most = most};
    memory_init(&table->memory, 0);
}

static void free_arrays(struct rates_table *table)
{
    struct memory *memory = &table->memory;

    memory_free(memory, table->rows, table->capacity * sizeof(*table->rows));
    memory_free(memory, table->order, table->capacity * sizeof(*table->order));
    memory_free(memory, table->slots, ((size_t)1 << table->bits) * sizeof(*table->slots));
}

void rates_table_release(struct rates_table *table)
{
    free_arrays(table);
    memory_release(&table->memory);
}

void rates_table_clear(struct rates_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        table->slots[table->rows[i].slot] = 0;
    table->count = 0;
    table->begun = 0;
}

static uint32_t hash_of(const struct rates_table *table, const struct rates_packet *packet)
{
    return table->by_host ? (uint32_t)hash_address(packet->ends[0].addr, &table->memory.key)
                          : packet->serial;
}

/* Where a row of this hash belongs. */
static uint32_t home_of(const struct rates_table *table, uint32_t hash)
{
    return table->by_host ? hash >> (32 - table->bits)
                          : serial_slot(hash, table->memory.salt, table->bits);
}

static bool is_of(const struct rates_table *table, const struct rates *row, uint32_t hash,
                  const struct rates_packet *packet)
{
    const struct connmon_endpoint *a = &row->ends[0], *b = &packet->ends[0];

    return row->hash == hash &&
           (!table->by_host ||
            (a->addr_len == b->addr_len && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0));
}

/* The slot of the packet's row, or the free one where it belongs. */
static uint32_t find_slot(const struct rates_table *table, uint32_t hash,
                          const struct rates_packet *packet)
{
    uint32_t mask = (UINT32_C(1) << table->bits) - 1, i = home_of(table, hash);

    while (table->slots[i] != 0 && !is_of(table, &table->rows[table->slots[i] - 1], hash, packet))
        i = serial_next(i, mask);
    return i;
}

static void fill_slot(struct rates_table *table, uint32_t number)
{
    uint32_t mask = (UINT32_C(1) << table->bits) - 1, i = home_of(table, table->rows[number].hash);

    while (table->slots[i] != 0)
        i = serial_next(i, mask);
    table->slots[i] = number + 1;
    table->rows[number].slot = i;
}

static bool has_room(const struct rates_table *table)
{
    return table->rows && table->slots && table->count < table->capacity;
}

/* Twice the room. False: no memory. */
static bool grow(struct rates_table *table)
{
    struct rates_table grown = *table;

    grown.bits = table->slots ? (uint8_t)(table->bits + 1) : SERIAL_FIRST_BITS;
    if (grown.bits > LAST_BITS)
        return false;
    grown.capacity = (size_t)1 << (grown.bits - 1);
    grown.rows = memory_alloc(&grown.memory, grown.capacity * sizeof(*grown.rows));
    grown.order = memory_alloc(&grown.memory, grown.capacity * sizeof(*grown.order));
    grown.slots = memory_alloc(&grown.memory, ((size_t)1 << grown.bits) * sizeof(*grown.slots));
    if (!grown.rows || !grown.order || !grown.slots) {
        free_arrays(&grown);
        table->memory = grown.memory;
        return false;
    }
    for (uint32_t i = 0; table->rows && i < table->count; i++) {
        grown.rows[i] = table->rows[i];
        fill_slot(&grown, i);
    }
    table->memory = grown.memory;
    free_arrays(table);
    table->rows = grown.rows;
    table->order = grown.order;
    table->slots = grown.slots;
    table->capacity = grown.capacity;
    table->bits = grown.bits;
    return true;
}

/* Keeps the larger half of the rows. Sorting them once for as many new ones costs each of these
 * little. */
static void forget_smaller(struct rates_table *table)
{
    const size_t count = table->count;
    struct rates gone; /* the largest of those that go */

    for (size_t i = 0; i < count; i++)
        table->order[i] = &table->rows[i];
    qsort(table->order, count, sizeof(*table->order), rates_compare);
    gone = *(const struct rates *)table->order[count / 2];
    memset(table->slots, 0, ((size_t)1 << table->bits) * sizeof(*table->slots));
    table->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rates *row = &table->rows[i], *bound = &gone;

        if (rates_compare(&row, &bound) >= 0)
            continue;
        table->rows[table->count] = *row;
        fill_slot(table, (uint32_t)table->count++);
    }
    table->forgotten += count - table->count;
}

/* NULL: no memory. */
static struct rates *row_of(struct rates_table *table, const struct rates_packet *packet)
{
    uint32_t hash = hash_of(table, packet), number;

    if (!has_room(table) && !grow(table))
        return NULL;
    number = table->slots[find_slot(table, hash, packet)];
    if (number != 0)
        return &table->rows[number - 1];
    if (table->most != 0 && table->count >= table->most)
        forget_smaller(table);
    table->begun++;
    number = (uint32_t)table->count++;
    table->rows[number] = (struct rates){.hash = hash,
                                         .serial = packet->serial,
                                         .stream = packet->stream,
                                         .ends = {packet->ends[0], packet->ends[1]}};
    fill_slot(table, number);
    return &table->rows[number];
}

/* Where there are many rows, they are not in the cache; to wait for several at once takes no longer
 * than for one. */
static void fetch_rows(const struct rates_table *table, const struct rates_packet *packets,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&table->slots[home_of(table, hash_of(table, &packets[i]))]);
    for (size_t i = 0; i < count; i++) {
        const struct rates *row;
        uint32_t number;

        number = table->slots[home_of(table, hash_of(table, &packets[i]))];
        row = &table->rows[number ? number - 1 : 0];
        __builtin_prefetch(row);
        __builtin_prefetch(&row->ways[packets[i].way], 1);
        __builtin_prefetch(&row->ways[packets[i].way].rtt_sum, 1);
    }
}

size_t rates_table_add(struct rates_table *table, const struct rates_packet *packets, size_t count)
{
    size_t dropped = 0;

    if (table->slots)
        fetch_rows(table, packets, count);
    for (size_t i = 0; i < count; i++) {
        struct rates *row = row_of(table, &packets[i]);

        if (row)
            rates_add(&row->ways[packets[i].way], &packets[i]);
        else
            dropped++;
    }
    return dropped;
}
