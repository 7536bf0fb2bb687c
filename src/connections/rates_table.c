/* rates_table.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rates_table.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

enum { FIRST_CAPACITY = 128, BATCH = 16 };

void rates_table_init(struct rates_table *table, bool by_host, uint32_t most)
{
    *table = (struct rates_table){.by_host = by_host, .most = most};
    memory_init(&table->memory, 0);
}

void rates_table_release(struct rates_table *table)
{
    struct memory *memory = &table->memory;

    memory_free(memory, table->rows, table->capacity * sizeof(*table->rows));
    memory_free(memory, table->order, table->capacity * sizeof(*table->order));
    hash_index_clear(&table->index, memory);
    memory_release(memory);
}

/* After a flood, a few rows are taken out of a large index one by one. */
void rates_table_clear(struct rates_table *table)
{
    if (table->count > table->index.capacity / 16)
        hash_index_empty(&table->index);
    else
        for (uint32_t i = 0; i < table->count; i++)
            hash_index_remove(&table->index, table->rows[i].hash, i);
    table->count = 0;
    table->begun = 0;
}

static uint32_t hash_of(const struct rates_table *table, const struct rates_packet *packet)
{
    return table->by_host ? (uint32_t)hash_address(packet->ends[0].addr, &table->memory.key)
                          : hash_slot(packet->serial, table->memory.salt, 32);
}

static bool is_of(const struct rates_table *table, const struct rates *row,
                  const struct rates_packet *packet)
{
    const struct connmon_endpoint *a = &row->ends[0], *b = &packet->ends[0];

    return table->by_host
               ? a->addr_len == b->addr_len && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0
               : row->serial == packet->serial;
}

static struct rates *find(const struct rates_table *table, uint32_t hash,
                          const struct rates_packet *packet)
{
    uint32_t slot = hash_index_begin(&table->index, hash), row;

    while (hash_index_next(&table->index, hash, &slot, &row))
        if (is_of(table, &table->rows[row], packet))
            return &table->rows[row];
    return NULL;
}

/* Room for one more row, and for as many in `order`. False: no memory. */
static bool reserve(struct rates_table *table)
{
    const size_t capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY;
    struct memory *memory = &table->memory;
    const void **order;
    struct rates *rows;

    if (!hash_index_reserve(&table->index, memory))
        return false;
    if (table->count < table->capacity)
        return true;
    order = memory_alloc(memory, capacity * sizeof(*order));
    rows = order ? memory_grow(memory, table->rows, table->capacity * sizeof(*rows),
                               capacity * sizeof(*rows))
                 : NULL;
    if (!rows) {
        memory_free(memory, order, capacity * sizeof(*order));
        return false;
    }
    memory_free(memory, table->order, table->capacity * sizeof(*order));
    table->order = order;
    table->rows = rows;
    table->capacity = capacity;
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
    hash_index_empty(&table->index);
    table->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rates *row = &table->rows[i], *bound = &gone;

        if (rates_compare(&row, &bound) >= 0)
            continue;
        hash_index_add(&table->index, row->hash, (uint32_t)table->count);
        table->rows[table->count++] = *row;
    }
    table->forgotten += count - table->count;
}

/* NULL: no memory. */
static struct rates *row_of(struct rates_table *table, uint32_t hash,
                            const struct rates_packet *packet)
{
    struct rates *row = find(table, hash, packet);

    if (row)
        return row;
    if (table->most != 0 && table->count >= table->most)
        forget_smaller(table);
    if (!reserve(table))
        return NULL;
    table->begun++;
    hash_index_add(&table->index, hash, (uint32_t)table->count);
    row = &table->rows[table->count++];
    *row = (struct rates){.hash = hash,
                          .serial = packet->serial,
                          .stream = packet->stream,
                          .ends = {packet->ends[0], packet->ends[1]}};
    return row;
}

/* Where there are many rows, they are not in the cache; to wait for several at once takes no longer
 * than for one. */
static void prefetch_rows(const struct rates_table *table, const uint32_t *hashes,
                          const struct rates_packet *packets, size_t count)
{
    const struct hash_index *index = &table->index;

    for (size_t i = 0; index->slots && i < count; i++)
        __builtin_prefetch(&index->slots[hash_index_begin(index, hashes[i])]);
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = hash_index_begin(index, hashes[i]), row;

        if (!hash_index_next(index, hashes[i], &slot, &row))
            continue;
        __builtin_prefetch(&table->rows[row]);
        __builtin_prefetch(&table->rows[row].ways[packets[i].way], 1);
        __builtin_prefetch(&table->rows[row].ways[packets[i].way].rtt_sum, 1);
    }
}

static size_t add_batch(struct rates_table *table, const struct rates_packet *packets, size_t count)
{
    uint32_t hashes[BATCH];
    size_t dropped = 0;

    for (size_t i = 0; i < count; i++)
        hashes[i] = hash_of(table, &packets[i]);
    prefetch_rows(table, hashes, packets, count);
    for (size_t i = 0; i < count; i++) {
        struct rates *row = row_of(table, hashes[i], &packets[i]);

        if (row)
            rates_add(&row->ways[packets[i].way], &packets[i]);
        else
            dropped++;
    }
    return dropped;
}

size_t rates_table_add(struct rates_table *table, const struct rates_packet *packets, size_t count)
{
    size_t dropped = 0;

    for (size_t i = 0; i < count; i += BATCH)
        dropped += add_batch(table, packets + i, count - i < BATCH ? count - i : BATCH);
    return dropped;
}
