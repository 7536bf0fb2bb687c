/* table.h - the connections, found by their endpoints
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TABLE_H
#define CONNMON_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "connection.h"
#include "hash_index.h"
#include "memory.h"

#define TABLE_HINTS 4

/* The hash of a segment that comes soon. */
struct table_hint {
    uint64_t packet;
    uint32_t hash;
};

/* Connections live in chunks and never move, so that a table grows without copying them; an index
 * with open addressing finds them by either order of their endpoints. */
struct table {
    struct hash_index index;   /* of all that are held now */
    void **chunks;             /* of connections */
    struct connection *latest; /* of the latest segment; many connections talk in bursts */
    uint32_t chunk_count, chunk_capacity;
    uint32_t rooms;      /* places for a connection in all chunks, used so far */
    uint32_t first_free; /* a room that was used and is free again, plus 1; 0: none */
    uint32_t max;        /* connections; 0: no limit */
    uint32_t next_serial;
    uint32_t evicting_hand, tidying_hand;  /* rooms at which the next search begins */
    int64_t idle_ns;                       /* 0: connections do not grow idle */
    int64_t begin_ns;                      /* when the latest connection began */
    int64_t max_age_ns;                    /* of what awaits its answer */
    uint64_t begun, evicted, idle, reused; /* connections, for the statistics */
    uint32_t expected;                     /* the hash of the latest segment of the hints */
    struct table_hint hints[TABLE_HINTS];
    bool begin_at_syn;
};

/* An empty table within these limits. */
void table_init(struct table *table, const struct connmon_config *config);

/* Gives back all memory. */
void table_clear(struct table *table, struct memory *memory);

/* Has the processor fetch where the connection of this segment is found, and of the segment before
 * it the connection. */
void table_expect(struct table *table, const struct connmon_segment *segment,
                  const struct memory *memory);

/* The connection of a segment, a new one if need be, and in `*direction` the one of its flows that
 * the segment belongs to. At the limit of connections or of memory, one that was not used for long
 * is evicted for it. Returns NULL if there is no memory at all. */
struct connection *table_connection(struct table *table, const struct connmon_segment *segment,
                                    uint8_t *direction, struct memory *memory);

#endif
