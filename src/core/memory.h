/* memory.h - where the core's memory comes from, and how much of it there is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_MEMORY_H
#define CONNMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "siphash.h"

/* Blocks of 32 bytes, 48, 64, 96 and so on up to 4096 are kept for the next one who needs such a
 * block, so that connections that come and go allocate nothing in the steady state. */
enum { MEMORY_CLASSES = 15 };

/* What all containers of one core share. Owned by the core. */
struct memory {
    size_t used, limit; /* bytes, kept blocks included; a limit of 0 is none */
    size_t kept_bytes;  /* of these, those of the kept blocks */
    uint64_t allocations;
    struct siphash_key key; /* of the hash tables in it whose keys come from captures */
    uint64_t salt;          /* of those that do with a factor, odd: see hash.h */
    struct memory_block *kept[MEMORY_CLASSES];
};

/* An empty budget with a key and a salt of its own. */
void memory_init(struct memory *memory, size_t limit);

/* Gives the kept blocks back to the system. What was allocated must be freed by its owners. */
void memory_release(struct memory *memory);

/* Whether less than an eighth of the limit is free, kept blocks counted as free: time to give up
 * what is needed least, before an allocation fails. */
static inline bool memory_is_tight(const struct memory *memory)
{
    return memory->limit != 0 && memory->used - memory->kept_bytes > memory->limit / 8 * 7;
}

/* Zeroed memory, or NULL when the system or the limit has no more. Free with memory_free(). */
void *memory_alloc(struct memory *memory, size_t size);

/* As realloc(), for blocks that grow: what `block`, of `old_size` bytes, holds, and zeros behind
 * it, in a block of `size` bytes. NULL, and `block` stays as it is, when there is no more memory.
 * No block, NULL, has 0 bytes. */
void *memory_grow(struct memory *memory, void *block, size_t old_size, size_t size);

/* Gives back what memory_alloc() returned for the same size; NULL is allowed. */
void memory_free(struct memory *memory, void *block, size_t size);

#endif
