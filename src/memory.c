/* memory.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "memory.h"

#include <stdlib.h>
#include <time.h>

#include "hash.h"

void memory_init(struct memory *memory, size_t limit)
{
    struct timespec now = {0};

    timespec_get(&now, TIME_UTC);
    *memory = (struct memory){.limit = limit};
    memory->salt = hash_fold((uintptr_t)memory, (uint64_t)now.tv_nsec) | 1;
}

void *memory_alloc(struct memory *memory, size_t size)
{
    void *block;

    if (memory->limit != 0 && (memory->used > memory->limit || size > memory->limit - memory->used))
        return NULL;
    block = calloc(1, size);
    if (block) {
        memory->used += size;
        memory->allocations++;
    }
    return block;
}

void memory_free(struct memory *memory, void *block, size_t size)
{
    if (!block)
        return;
    memory->used -= size;
    free(block);
}
