/* room_index.h - by their hashes, in which rooms of the table connections are
 *
 * An open hash table. It grows by half, not by its double, since among a million connections an
 * index that is half empty would be felt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ROOM_INDEX_H
#define CONNMON_ROOM_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

struct room_slot {
    uint32_t hash;
    uint32_t room; /* plus 1; 0: a free slot */
};

/* All bytes zero is the empty index. */
struct room_index {
    struct room_slot *slots;
    uint32_t capacity, used;
};

/* Where the search for a hash begins; there are slots. */
static inline uint32_t room_index_home(const struct room_index *index, uint32_t hash)
{
    return (uint32_t)(((uint64_t)hash * index->capacity) >> 32);
}

/* Where it goes on, until a free slot. */
static inline uint32_t room_index_after(const struct room_index *index, uint32_t i)
{
    return i + 1 < index->capacity ? i + 1 : 0;
}

/* Makes room for one more. False: no memory. */
bool room_index_reserve(struct room_index *index, struct memory *memory);

/* Adds a room, for which there is a slot; takes one out that is there. */
void room_index_add(struct room_index *index, uint32_t hash, uint32_t room);
void room_index_remove(struct room_index *index, uint32_t hash, uint32_t room);

/* Empties the index and gives its memory back. */
void room_index_clear(struct room_index *index, struct memory *memory);

#endif
