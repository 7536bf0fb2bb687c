/* floor.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "floor.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    uint32_t hash, record; /* record plus 1; 0: a free slot */
};

struct record {
    uint64_t key;
    uint64_t far_from_key[7]; /* another cache line */
    uint64_t bytes[2];
};

struct floor_table {
    struct slot *slots;
    unsigned char *records;
    size_t record_bytes;
    uint32_t mask, used;
};

struct floor_table *floor_new(uint32_t connections, size_t record_bytes)
{
    struct floor_table *table = calloc(1, sizeof(*table));
    uint32_t slots = 1024;

    if (!table)
        return NULL;
    while (slots < connections + connections / 2)
        slots *= 2;
    table->record_bytes =
        record_bytes < sizeof(struct record) ? sizeof(struct record) : (record_bytes + 7) / 8 * 8;
    table->mask = slots - 1;
    table->slots = calloc(slots, sizeof(*table->slots));
    table->records = calloc(connections, table->record_bytes);
    if (table->slots && table->records)
        return table;
    floor_free(table);
    return NULL;
}

void floor_free(struct floor_table *table)
{
    if (!table)
        return;
    free(table->slots);
    free(table->records);
    free(table);
}

/* The same for both directions; enough of an address for IPv4. */
static uint64_t key_of(const struct connmon_segment *segment)
{
    uint32_t src, dst;

    memcpy(&src, segment->src.addr, sizeof(src));
    memcpy(&dst, segment->dst.addr, sizeof(dst));
    return (((uint64_t)src << 16 | segment->src.port) * UINT64_C(0x9E3779B97F4A7C15)) +
           (((uint64_t)dst << 16 | segment->dst.port) * UINT64_C(0x9E3779B97F4A7C15));
}

static struct record *record_at(const struct floor_table *table, uint32_t index)
{
    return (struct record *)(void *)(table->records + index * table->record_bytes);
}

uint64_t floor_process(struct floor_table *table, const struct connmon_segment *segment)
{
    uint64_t key = key_of(segment);
    uint32_t hash = (uint32_t)(key >> 32), i = hash & table->mask;
    struct record *record;

    for (; table->slots[i].record != 0; i = (i + 1) & table->mask) {
        if (table->slots[i].hash != hash)
            continue;
        record = record_at(table, table->slots[i].record - 1);
        if (record->key == key)
            return record->bytes[segment->src.port == 443] += segment->wire_len;
    }
    table->slots[i] = (struct slot){.hash = hash, .record = ++table->used};
    record = record_at(table, table->used - 1);
    record->key = key;
    return record->bytes[segment->src.port == 443] += segment->wire_len;
}
