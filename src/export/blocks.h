/* blocks.h - memory in blocks of one size, within a budget, and chains of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BLOCKS_H
#define CONNMON_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_BYTES = 512 - sizeof(void *), BLOCKS_PER_SLAB = 2048 };

struct block {
    struct block *next;
    uint8_t bytes[BLOCK_BYTES];
};

struct slab;

struct blocks {
    struct slab *slabs;
    struct block *unused;
    size_t slabs_left; /* that the budget allows */
};

/* Bytes in the order in which they came. All zero is empty. */
struct chain {
    struct block *first, *last;
    uint32_t count; /* of blocks */
    uint32_t used;  /* bytes of the last */
};

/* A budget in bytes, of which one slab of blocks is always granted. */
void blocks_init(struct blocks *blocks, size_t budget);
void blocks_release(struct blocks *blocks);

/* Appends as many of the bytes as there is room for; returns how many. */
size_t chain_append(struct chain *chain, struct blocks *blocks, const uint8_t *bytes, size_t size);

/* Gives all blocks back. */
void chain_clear(struct chain *chain, struct blocks *blocks);

/* Writes the chain's bytes to a file, at its end. Returns 0, or errno. */
int chain_write(const struct chain *chain, int fd);

#endif
