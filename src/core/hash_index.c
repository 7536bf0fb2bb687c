/* hash_index.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hash_index.h"

#include <string.h>

enum { FIRST_CAPACITY = 1 << 10 };

static size_t bytes_of(uint32_t capacity)
{
    return capacity * sizeof(struct hash_slot);
}

static void insert(struct hash_index *index, struct hash_slot slot)
{
    uint32_t i = hash_index_begin(index, slot.hash);

    while (index->slots[i].number != 0)
        i = hash_index_after(index, i);
    index->slots[i] = slot;
}

bool hash_index_reserve(struct hash_index *index, struct memory *memory)
{
    struct hash_index grown = {.used = index->used};

    if (index->used < index->capacity / 8 * 7)
        return true;
    grown.capacity = index->slots ? index->capacity + index->capacity / 2 : FIRST_CAPACITY;
    if (grown.capacity < index->capacity)
        return false;
    grown.slots = memory_alloc(memory, bytes_of(grown.capacity));
    if (!grown.slots)
        return false;
    for (uint32_t i = 0; index->slots && i < index->capacity; i++)
        if (index->slots[i].number != 0)
            insert(&grown, index->slots[i]);
    memory_free(memory, index->slots, bytes_of(index->capacity));
    *index = grown;
    return true;
}

void hash_index_add(struct hash_index *index, uint32_t hash, uint32_t number)
{
    insert(index, (struct hash_slot){.hash = hash, .number = number + 1});
    index->used++;
}

/* How far `i` lies behind `from`, around the end if need be. */
static uint32_t distance(const struct hash_index *index, uint32_t from, uint32_t i)
{
    return i >= from ? i - from : i + index->capacity - from;
}

void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t number)
{
    struct hash_slot *slots = index->slots;
    uint32_t gap = hash_index_begin(index, hash);

    while (slots[gap].number != number + 1)
        gap = hash_index_after(index, gap);
    /* What could stand there moves up, so that no search ends early at the gap. */
    for (uint32_t i = hash_index_after(index, gap); slots[i].number != 0;
         i = hash_index_after(index, i)) {
        if (distance(index, hash_index_begin(index, slots[i].hash), i) >= distance(index, gap, i)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap].number = 0;
    index->used--;
}

void hash_index_empty(struct hash_index *index)
{
    if (index->slots)
        memset(index->slots, 0, bytes_of(index->capacity));
    index->used = 0;
}

void hash_index_clear(struct hash_index *index, struct memory *memory)
{
    memory_free(memory, index->slots, bytes_of(index->capacity));
    *index = (struct hash_index){0};
}
