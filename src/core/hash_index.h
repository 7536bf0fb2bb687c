/* hash_index.h - entries of an array, or of anything that numbers them, found by their hashes
 *
 * An open hash table with linear probing. It holds the hash and the number of each entry; the
 * entries, and what they are compared by, stay with the owner. So one index serves whatever is
 * found by a key that a capture contains: the owner hashes that under the key of its memory
 * (siphash.h), and nobody can make entries meet.
 *
 * At most seven eighths of the slots are in use, and the table grows by half, not by its double:
 * among a million connections, an index that is half empty would be felt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HASH_INDEX_H
#define CONNMON_HASH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

struct hash_slot {
    uint32_t hash;
    uint32_t number; /* plus 1; 0: a free slot */
};

/* All bytes zero is the empty index. */
struct hash_index {
    struct hash_slot *slots;
    uint32_t capacity, used; /* slots */
};

/* Where the search for a hash begins: at its home slot. */
static inline uint32_t hash_index_begin(const struct hash_index *index, uint32_t hash)
{
    return (uint32_t)(((uint64_t)hash * index->capacity) >> 32);
}

/* The slot after this one; there are slots. */
static inline uint32_t hash_index_after(const struct hash_index *index, uint32_t slot)
{
    return slot + 1 < index->capacity ? slot + 1 : 0;
}

/* The number of the next entry with this hash, for the owner to compare; false if there is none.
 * `*slot` comes from hash_index_begin(), and is where the search goes on. */
static inline bool hash_index_next(const struct hash_index *index, uint32_t hash, uint32_t *slot,
                                   uint32_t *number)
{
    if (!index->slots)
        return false;
    while (index->slots[*slot].number != 0) {
        const struct hash_slot found = index->slots[*slot];

        *slot = hash_index_after(index, *slot);
        if (found.hash == hash) {
            *number = found.number - 1;
            return true;
        }
    }
    return false;
}

/* Makes room for one more. False, and nothing changed, if there is no memory. */
bool hash_index_reserve(struct hash_index *index, struct memory *memory);

/* Adds an entry, for which room was made; takes one out that is there. Numbers are below
 * UINT32_MAX. */
void hash_index_add(struct hash_index *index, uint32_t hash, uint32_t number);
void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t number);

/* Removes all entries; the memory stays. */
void hash_index_empty(struct hash_index *index);

/* Removes all entries and gives the memory back. */
void hash_index_clear(struct hash_index *index, struct memory *memory);

#endif
