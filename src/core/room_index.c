/* room_index.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "room_index.h"

enum { FIRST_CAPACITY = 1 << 10 };

static size_t bytes_of(uint32_t capacity)
{
    return capacity * sizeof(struct room_slot);
}

static void insert(struct room_index *index, struct room_slot slot)
{
    uint32_t i = room_index_home(index, slot.hash);

    while (index->slots[i].room != 0)
        i = room_index_after(index, i);
    index->slots[i] = slot;
}

/* At most seven eighths of the slots are in use. */
bool room_index_reserve(struct room_index *index, struct memory *memory)
{
    struct room_index grown = {.used = index->used};

    if (index->used < index->capacity / 8 * 7)
        return true;
    grown.capacity = index->slots ? index->capacity + index->capacity / 2 : FIRST_CAPACITY;
    if (grown.capacity < index->capacity)
        return false;
    grown.slots = memory_alloc(memory, bytes_of(grown.capacity));
    if (!grown.slots)
        return false;
    for (uint32_t i = 0; index->slots && i < index->capacity; i++)
        if (index->slots[i].room != 0)
            insert(&grown, index->slots[i]);
    memory_free(memory, index->slots, bytes_of(index->capacity));
    *index = grown;
    return true;
}

void room_index_add(struct room_index *index, uint32_t hash, uint32_t room)
{
    insert(index, (struct room_slot){.hash = hash, .room = room + 1});
    index->used++;
}

/* How far `i` lies behind `from`, around the end if need be. */
static uint32_t distance(const struct room_index *index, uint32_t from, uint32_t i)
{
    return i >= from ? i - from : i + index->capacity - from;
}

void room_index_remove(struct room_index *index, uint32_t hash, uint32_t room)
{
    struct room_slot *slots = index->slots;
    uint32_t gap = room_index_home(index, hash);

    while (slots[gap].room != room + 1)
        gap = room_index_after(index, gap);
    /* What could stand there moves up, so that no search ends early at the gap. */
    for (uint32_t i = room_index_after(index, gap); slots[i].room != 0;
         i = room_index_after(index, i)) {
        if (distance(index, room_index_home(index, slots[i].hash), i) >= distance(index, gap, i)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap].room = 0;
    index->used--;
}

void room_index_clear(struct room_index *index, struct memory *memory)
{
    memory_free(memory, index->slots, bytes_of(index->capacity));
    *index = (struct room_index){0};
}
