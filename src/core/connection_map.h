/* connection_map.h - what a client of the core keeps of each connection
 *
 * Entries of one size, found by the core's serial number of their connection. They never move, so
 * that a map grows without copying them. At its limit, or where its memory is nearly used up, the
 * entry that was not used for long makes room, as in the core's own table: a capture that goes on
 * for weeks, or that floods us with connections, costs no more than the limit.
 *
 * Serial numbers have slots of their own (serial.h), since every packet is looked up here: through
 * hash_index.h, the table of 100,000 connections that talk at once missed the first cache 3 % more
 * often and took 1 % more instructions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CONNECTION_MAP_H
#define CONNMON_CONNECTION_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

enum { CONNECTION_MAP_BYTES_EACH = 1536, CONNECTION_MAP_LEAST_BYTES = 4 << 20 };

/* What a client has given up. */
struct connection_losses {
    uint64_t forgotten; /* connections, or rows, to make room for others */
    uint64_t dropped;   /* packets, or parts of them, that there was no memory for */
};

/* Ends what is in progress in an entry, and gives back what it holds, before it is taken out. */
typedef void connection_map_end(void *owner, void *entry);

struct connection_map {
    struct memory *memory;
    connection_map_end *end; /* NULL: entries hold nothing */
    void *owner;             /* for `end` */
    size_t entry_size;
    uint32_t limit; /* of entries; 0: none */
    uint32_t count;
    uint64_t evicted; /* entries that made room; not those that were removed or cleared */

    /* State */
    void **chunks; /* of rooms */
    uint32_t chunk_count, chunk_capacity;
    uint32_t rooms;      /* in all chunks, used so far */
    uint32_t first_free; /* a room that was used and is free again, plus 1; 0: none */
    uint32_t hand;       /* the room at which the next search for one to evict begins */
    uint32_t *slots;     /* an open hash table: the number of a room plus 1; 0: free */
    uint8_t bits;        /* of its size */
};

/* What a client may hold in all, in bytes, that keeps so many connections: what an entry and the
 * usual lists and histograms of it need. 0, no limit, for 0. */
static inline size_t connection_map_budget(uint32_t connections)
{
    return connections == 0
               ? 0
               : CONNECTION_MAP_LEAST_BYTES + (size_t)connections * CONNECTION_MAP_BYTES_EACH;
}

/* An empty map in this memory, which outlives it. */
void connection_map_init(struct connection_map *map, struct memory *memory, size_t entry_size,
                         uint32_t limit);

/* The entry of a connection; NULL: there is none. */
void *connection_map_find(const struct connection_map *map, uint32_t serial);

/* The same, to be used now; one that is new has all bytes zero. NULL: no memory. */
void *connection_map_use(struct connection_map *map, uint32_t serial);

/* Where an entry, which there is, stays until it is taken out, as a number that another index of
 * the same entries can hold (hash_index.h); and the entry that is there. */
uint32_t connection_map_place(const struct connection_map *map, uint32_t serial);
void *connection_map_at(const struct connection_map *map, uint32_t place);

/* Evicts entries, but for that of `serial`, until the memory is no longer nearly used up or no
 * other is left. To be called after an entry may have grown. */
void connection_map_fit(struct connection_map *map, uint32_t serial);

/* Takes out the entry of a connection, if there is one. */
void connection_map_remove(struct connection_map *map, uint32_t serial);

/* Takes out all. */
void connection_map_clear(struct connection_map *map);

/* The serial numbers of all entries, rising: of connections in the order in which they were found.
 * To be given back with memory_free(), of `*count` + 1 numbers. NULL: no memory. */
uint32_t *connection_map_serials(const struct connection_map *map, size_t *count);

#endif
