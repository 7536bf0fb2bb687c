/* table.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include <string.h>

#include "clock.h"
#include "hash.h"

enum {
    CHUNK_BITS = 8,
    CHUNK_ROOMS = 1 << CHUNK_BITS,
    FIRST_CHUNK_CAPACITY = 64,
    TIDIED_PER_NEW_CONNECTION = 4, /* so that tidying up keeps pace with new ones */
    CACHE_LINE = 64,
};

/* With what it takes to begin at a cache line, as each connection then does. */
static size_t chunk_bytes(void)
{
    return CHUNK_ROOMS * sizeof(struct connection) + CACHE_LINE - 1;
}

static struct connection *connection_at(const struct table *table, uint32_t room)
{
    char *chunk = table->chunks[room >> CHUNK_BITS];
    void *rooms = chunk + (-(uintptr_t)chunk & (CACHE_LINE - 1));

    return (struct connection *)rooms + (room & (CHUNK_ROOMS - 1));
}

void table_init(struct table *table, const struct connmon_config *config)
{
    *table = (struct table){
        .max = config->max_connections,
        .idle_ns = config->idle_ns,
        .max_age_ns = config->max_age_ns,
        .begin_at_syn = config->begin_at_syn,
    };
}

void table_clear(struct table *table, struct memory *memory)
{
    for (uint32_t room = 0; room < table->rooms; room++)
        connection_clear(connection_at(table, room), memory);
    for (uint32_t i = 0; i < table->chunk_count; i++)
        memory_free(memory, table->chunks[i], chunk_bytes());
    memory_free(memory, table->chunks, table->chunk_capacity * sizeof(*table->chunks));
    hash_index_clear(&table->index, memory);
    *table = (struct table){0};
}

static uint32_t hash_segment(const struct connmon_segment *segment, const struct memory *memory)
{
    const uint64_t hash =
        hash_ends(&segment->src, &segment->dst, segment->discriminator, &memory->key);

    return (uint32_t)(hash >> 32);
}

static bool is_end(const struct connection *connection, int i, const struct connmon_endpoint *end)
{
    return connection->port[i] == end->port && connection->addr_len[i] == end->addr_len &&
           memcmp(connection->addr[i], end->addr, sizeof(end->addr)) == 0;
}

static bool is_connection_of(const struct connection *connection,
                             const struct connmon_segment *segment, uint8_t *direction)
{
    if (connection->discriminator != segment->discriminator)
        return false;
    *direction =
        is_end(connection, 0, &segment->src) && is_end(connection, 1, &segment->dst) ? 0 : 1;
    return *direction == 0 ||
           (is_end(connection, 1, &segment->src) && is_end(connection, 0, &segment->dst));
}

/* All that a segment may touch of its connection comes from memory at once, not line by line. */
static void prefetch(const struct connection *connection)
{
    const char *line = (const char *)connection;

    for (size_t i = 0; i < sizeof(*connection); i += CACHE_LINE)
        __builtin_prefetch(line + i, 1);
}

static struct connection *find(const struct table *table, uint32_t hash,
                               const struct connmon_segment *segment, uint8_t *direction)
{
    uint32_t slot = hash_index_begin(&table->index, hash), room;

    while (hash_index_next(&table->index, hash, &slot, &room)) {
        struct connection *connection = connection_at(table, room);

        prefetch(connection);
        if (is_connection_of(connection, segment, direction))
            return connection;
    }
    return NULL;
}

/* Where the hash of an expected segment is kept, until others take the place. */
static struct table_hint *hint_of(struct table *table, const struct connmon_segment *segment)
{
    return &table->hints[segment->packet % TABLE_HINTS];
}

void table_expect(struct table *table, const struct connmon_segment *segment,
                  const struct memory *memory)
{
    const struct hash_index *index = &table->index;
    uint32_t slot = hash_index_begin(index, table->expected), room;

    if (!index->slots)
        return;
    if (hash_index_next(index, table->expected, &slot, &room))
        prefetch(connection_at(table, room));
    table->expected = hash_segment(segment, memory);
    *hint_of(table, segment) = (struct table_hint){segment->packet, table->expected};
    __builtin_prefetch(&index->slots[hash_index_begin(index, table->expected)]);
}

static uint32_t hash_of(const struct connection *connection, const struct memory *memory)
{
    struct connmon_segment segment = {.discriminator = connection->discriminator};

    segment.src.addr_len = connection->addr_len[0];
    segment.dst.addr_len = connection->addr_len[1];
    memcpy(segment.src.addr, connection->addr[0], sizeof(segment.src.addr));
    memcpy(segment.dst.addr, connection->addr[1], sizeof(segment.dst.addr));
    segment.src.port = connection->port[0];
    segment.dst.port = connection->port[1];
    return hash_segment(&segment, memory);
}

static void forget(struct table *table, uint32_t room, struct memory *memory)
{
    struct connection *connection = connection_at(table, room);

    hash_index_remove(&table->index, hash_of(connection, memory), room);
    connection_clear(connection, memory);
    connection->serial = table->first_free; /* a free room names the next one */
    table->first_free = room + 1;
}

/* Evicts a connection that was not touched since the hand last came by, as a clock's hand finds
 * it: nothing need be kept in order of use. False: there is none. */
static bool evict(struct table *table, struct memory *memory)
{
    if (table->index.used == 0)
        return false;
    for (;;) {
        uint32_t room = table->evicting_hand++ % table->rooms;
        struct connection *connection = connection_at(table, room);

        if ((connection->flags & (CONNECTION_IN_USE | CONNECTION_TOUCHED)) == CONNECTION_IN_USE) {
            forget(table, room, memory);
            table->evicted++;
            return true;
        }
        connection->flags &= (uint8_t)~CONNECTION_TOUCHED;
    }
}

/* Whether both flows have been silent for longer than `ns`. */
static bool is_silent(const struct connection *connection, int64_t now, int64_t ns)
{
    bool is_timed = false;

    for (int i = 0; i < 2; i++) {
        const struct flow *flow = &connection->flows[i];

        if (!(flow->flags & FLOW_HAS_PREVIOUS))
            continue;
        if (!clock_is_older(flow->previous_time_ns, now, ns))
            return false;
        is_timed = true;
    }
    return is_timed;
}

static bool is_idle(const struct table *table, const struct connection *connection, int64_t now)
{
    return table->idle_ns != 0 && is_silent(connection, now, table->idle_ns);
}

/* Forgets connections that are idle, and of silent ones what is too old to be answered. One segment
 * with a time in the future, as clocks that are being set may give it, proves nothing yet. */
static void tidy_up(struct table *table, int64_t begin_ns, struct memory *memory)
{
    const int64_t now = begin_ns < table->begin_ns ? begin_ns : table->begin_ns;

    table->begin_ns = begin_ns;
    for (int i = 0; i < TIDIED_PER_NEW_CONNECTION && table->rooms > 0; i++) {
        /* Not modulo rooms: while they grow in number, that would show the newest ones only. */
        uint32_t room = table->tidying_hand < table->rooms ? table->tidying_hand : 0;
        struct connection *connection = connection_at(table, room);

        table->tidying_hand = room + 1;
        if (!(connection->flags & CONNECTION_IN_USE))
            continue;
        if (is_idle(table, connection, now)) {
            forget(table, room, memory);
            table->idle++;
        } else if (is_silent(connection, now, table->max_age_ns)) {
            connection_release_outstanding(connection, now, table->max_age_ns, memory);
        }
    }
}

static bool chunks_reserve(struct table *table, struct memory *memory)
{
    uint32_t capacity = table->chunk_capacity ? table->chunk_capacity * 2 : FIRST_CHUNK_CAPACITY;
    void **chunks;

    if (table->chunk_count < table->chunk_capacity)
        return true;
    chunks = memory_grow(memory, table->chunks, table->chunk_capacity * sizeof(*chunks),
                         capacity * sizeof(*chunks));
    if (!chunks)
        return false;
    table->chunks = chunks;
    table->chunk_capacity = capacity;
    return true;
}

/* A room for one more connection. False: no memory. */
static bool take_room(struct table *table, uint32_t *room, struct memory *memory)
{
    if (table->first_free != 0) {
        *room = table->first_free - 1;
        table->first_free = connection_at(table, *room)->serial;
        return true;
    }
    if (table->rooms == table->chunk_count * CHUNK_ROOMS) {
        if (!chunks_reserve(table, memory))
            return false;
        table->chunks[table->chunk_count] = memory_alloc(memory, chunk_bytes());
        if (!table->chunks[table->chunk_count])
            return false;
        table->chunk_count++;
    }
    *room = table->rooms++;
    return true;
}

/* Makes cleared room the connection that this segment begins. */
static void start(struct table *table, struct connection *connection,
                  const struct connmon_segment *segment)
{
    *connection = (struct connection){.serial = table->next_serial++, .flags = CONNECTION_IN_USE};
    connection->discriminator = segment->discriminator;
    memcpy(connection->addr[0], segment->src.addr, sizeof(segment->src.addr));
    memcpy(connection->addr[1], segment->dst.addr, sizeof(segment->dst.addr));
    connection->addr_len[0] = segment->src.addr_len;
    connection->addr_len[1] = segment->dst.addr_len;
    connection->port[0] = segment->src.port;
    connection->port[1] = segment->dst.port;
    table->begun++;
}

static struct connection *begin(struct table *table, uint32_t hash,
                                const struct connmon_segment *segment, struct memory *memory)
{
    struct connection *connection;
    uint32_t room;

    if (!segment->time_unknown)
        tidy_up(table, segment->time_ns, memory);
    if (table->max != 0 && table->index.used >= table->max)
        evict(table, memory);
    while (!hash_index_reserve(&table->index, memory) || !take_room(table, &room, memory))
        if (!evict(table, memory))
            return NULL;
    connection = connection_at(table, room);
    start(table, connection, segment);
    hash_index_add(&table->index, hash, room);
    return connection;
}

/* The hash of an expected segment is there already, and if it finds the connection, it was right: a
 * segment's number alone does not prove that. */
static struct connection *find_or_begin(struct table *table, const struct connmon_segment *segment,
                                        uint8_t *direction, struct memory *memory)
{
    const struct table_hint *hint = hint_of(table, segment);
    const bool is_expected = hint->packet == segment->packet;
    uint32_t hash = is_expected ? hint->hash : hash_segment(segment, memory);
    struct connection *connection = find(table, hash, segment, direction);

    if (!connection && is_expected) {
        hash = hash_segment(segment, memory);
        if (hash != hint->hash)
            connection = find(table, hash, segment, direction);
    }
    if (!connection) {
        *direction = 0;
        connection = begin(table, hash, segment, memory);
    }
    return connection;
}

/* A SYN with another ISN than the flow's is no retransmission: the ports are used anew. Not so a
 * SYN-ACK, which answers a SYN that was seen, or would have been. */
static bool is_reused(const struct table *table, const struct flow *flow,
                      const struct connmon_segment *segment)
{
    return (segment->flags & (CONNMON_SYN | CONNMON_ACK)) == CONNMON_SYN && table->begin_at_syn &&
           (flow->flags & FLOW_HAS_BEGIN) && flow->isn != segment->seq;
}

/* Puts the connection that this segment begins in the place of one between the same endpoints. */
static void restart(struct table *table, struct connection *connection,
                    const struct connmon_segment *segment, uint8_t *direction,
                    struct memory *memory)
{
    connection_clear(connection, memory);
    start(table, connection, segment);
    *direction = 0;
}

struct connection *table_connection(struct table *table, const struct connmon_segment *segment,
                                    uint8_t *direction, struct memory *memory)
{
    struct connection *connection = table->latest;

    if (!connection || !(connection->flags & CONNECTION_IN_USE) ||
        !is_connection_of(connection, segment, direction))
        connection = find_or_begin(table, segment, direction, memory);
    table->latest = connection;
    if (!connection)
        return NULL;
    if (!segment->time_unknown && is_idle(table, connection, segment->time_ns)) {
        restart(table, connection, segment, direction, memory);
        table->idle++;
    } else if (is_reused(table, &connection->flows[*direction], segment)) {
        restart(table, connection, segment, direction, memory);
        table->reused++;
    }
    connection->flags |= CONNECTION_TOUCHED;
    return connection;
}
