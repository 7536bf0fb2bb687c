/* arena.h - memory for many small things that are all given back at once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ARENA_H
#define CONNMON_ARENA_H

#include <stddef.h>

/* All bytes zero is empty, without a limit. */
struct arena {
    struct arena_block *blocks; /* the latest first */
    size_t used;                /* bytes of that one */
    size_t held, limit;         /* bytes; limit 0: none */
};

/* Zeroed memory that fits any object; NULL when the system or the limit has no more. */
void *arena_alloc(struct arena *arena, size_t size);

/* Gives all of it back. */
void arena_clear(struct arena *arena);

#endif
