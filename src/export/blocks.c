/* blocks.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

_Static_assert(sizeof(struct block) == 512, "a page is a whole number of them");

enum { PARTS = 256 }; /* for one call of the system; POSIX grants 16, all of today's 1024 */

struct slab {
    struct slab *next;
    struct block blocks[BLOCKS_PER_SLAB];
};

void blocks_init(struct blocks *blocks, size_t budget)
{
    *blocks = (struct blocks){.slabs_left = budget / sizeof(struct slab)};
    if (blocks->slabs_left == 0)
        blocks->slabs_left = 1;
}

void blocks_release(struct blocks *blocks)
{
    for (struct slab *slab = blocks->slabs, *next; slab; slab = next) {
        next = slab->next;
        free(slab);
    }
    *blocks = (struct blocks){0};
}

static void give_back(struct blocks *blocks, struct block *block)
{
    block->next = blocks->unused;
    blocks->unused = block;
}

static bool add_slab(struct blocks *blocks)
{
    struct slab *slab = blocks->slabs_left > 0 ? malloc(sizeof(*slab)) : NULL;

    if (!slab)
        return false;
    blocks->slabs_left--;
    slab->next = blocks->slabs;
    blocks->slabs = slab;
    for (size_t i = BLOCKS_PER_SLAB; i > 0; i--)
        give_back(blocks, &slab->blocks[i - 1]);
    return true;
}

static bool add_block(struct chain *chain, struct blocks *blocks)
{
    struct block *block;

    if (!blocks->unused && !add_slab(blocks))
        return false;
    block = blocks->unused;
    blocks->unused = block->next;
    block->next = NULL;
    *(chain->last ? &chain->last->next : &chain->first) = block;
    chain->last = block;
    chain->count++;
    chain->used = 0;
    return true;
}

size_t chain_append(struct chain *chain, struct blocks *blocks, const uint8_t *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t room = chain->last ? BLOCK_BYTES - chain->used : 0, part = size - done;

        if (room == 0) {
            if (!add_block(chain, blocks))
                break;
            room = BLOCK_BYTES;
        }
        part = part < room ? part : room;
        memcpy(chain->last->bytes + chain->used, bytes + done, part);
        chain->used += (uint32_t)part;
        done += part;
    }
    return done;
}

void chain_clear(struct chain *chain, struct blocks *blocks)
{
    for (struct block *block = chain->first, *next; block; block = next) {
        next = block->next;
        give_back(blocks, block);
    }
    *chain = (struct chain){0};
}

/* Writes all parts, in as many calls as it takes. */
static int write_parts(int fd, struct iovec *parts, int count)
{
    while (count > 0) {
        ssize_t written = writev(fd, parts, count);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        for (; count > 0 && (size_t)written >= parts->iov_len; parts++, count--)
            written -= (ssize_t)parts->iov_len;
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
    return 0;
}

int chain_write(const struct chain *chain, int fd)
{
    struct iovec parts[PARTS];
    int count = 0, error = 0;

    for (struct block *block = chain->first; block && !error; block = block->next) {
        parts[count++] = (struct iovec){
            .iov_base = block->bytes,
            .iov_len = block == chain->last ? chain->used : BLOCK_BYTES,
        };
        if (count < PARTS && block != chain->last)
            continue;
        error = write_parts(fd, parts, count);
        count = 0;
    }
    return error;
}
