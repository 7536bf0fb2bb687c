/* memory.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "entropy.h"

struct memory_block {
    struct memory_block *next;
};

void memory_init(struct memory *memory, size_t limit)
{
    *memory = (struct memory){.limit = limit};
    entropy_draw(&memory->key, sizeof(memory->key));
    entropy_draw(&memory->salt, sizeof(memory->salt));
    memory->salt |= 1;
}

static size_t class_bytes(unsigned class)
{
    return (size_t)(2 + class % 2) << (4 + class / 2);
}

/* The class that has room for `size` bytes; MEMORY_CLASSES if none has. */
static unsigned class_of(size_t size)
{
    unsigned class = 0;

    while (class < MEMORY_CLASSES && class_bytes(class) < size)
        class ++;
    return class;
}

void memory_release(struct memory *memory)
{
    for (unsigned class = 0; class < MEMORY_CLASSES; class ++) {
        while (memory->kept[class]) {
            struct memory_block *block = memory->kept[class];

            memory->kept[class] = block->next;
            memory->used -= class_bytes(class);
            memory->kept_bytes -= class_bytes(class);
            free(block);
        }
    }
}

static void *take_new(struct memory *memory, size_t size)
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

void *memory_alloc(struct memory *memory, size_t size)
{
    unsigned class = class_of(size);
    struct memory_block *block;
    void *taken;

    if (class < MEMORY_CLASSES) {
        size = class_bytes(class);
        block = memory->kept[class];
        if (block) {
            memory->kept[class] = block->next;
            memory->kept_bytes -= size;
            return memset(block, 0, size);
        }
    }
    taken = take_new(memory, size);
    if (!taken) {
        memory_release(memory); /* blocks of other sizes may stand in the way */
        taken = take_new(memory, size);
    }
    return taken;
}

void memory_free(struct memory *memory, void *block, size_t size)
{
    unsigned class = class_of(size);
    struct memory_block *kept = block;

    if (!block)
        return;
    if (class < MEMORY_CLASSES) {
        kept->next = memory->kept[class];
        memory->kept[class] = kept;
        memory->kept_bytes += class_bytes(class);
    } else {
        memory->used -= size;
        free(block);
    }
}

void *memory_grow(struct memory *memory, void *block, size_t old_size, size_t size)
{
    void *grown = memory_alloc(memory, size);

    if (grown && block) {
        memcpy(grown, block, old_size);
        memory_free(memory, block, old_size);
    }
    return grown;
}
