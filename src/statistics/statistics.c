/* statistics.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "hash.h"
#include "memory.h"

enum {
    FIRST_CAPACITY = 64,
    FIRST_HASH_BITS = 6,
    CHUNK_ROOMS = 64, /* cut from one block of memory */
};

/* Rows in the order that they are shown in. */
struct order {
    const void **rows;
    size_t capacity;
};

/* A place for a conversation; it never moves. */
struct room {
    struct conversation conversation; /* the row that is handed out */
    uint32_t serial;                  /* of its connection */
    bool is_touched;                  /* since the forgetting hand last passed */
    struct room *next;                /* of those that are free */
};

/* Where the rooms are, however many or few of a capture's connections are counted. */
struct chunk {
    struct chunk *next;
    size_t used;
    struct room rooms[CHUNK_ROOMS];
};

struct statistics {
    struct memory memory;
    /* By serial number, an open hash table. These numbers come one after another, so that their
     * lower bits spread them best. */
    struct room **slots;
    size_t capacity, used; /* slots, the first a power of 2 */
    size_t limit;          /* of conversations; 0: none */
    size_t hand;           /* the slot at which the next search for one to forget begins */
    struct chunk *chunks;  /* the latest first */
    struct room *free_rooms;
    struct host *hosts; /* made anew each time they are asked for */
    size_t host_count, host_capacity;
    struct order conversation_order, host_order;
    struct statistics_totals totals; /* but connections and one_way */
};

struct statistics *statistics_new(void)
{
    struct statistics *statistics = calloc(1, sizeof(*statistics));

    if (statistics)
        memory_init(&statistics->memory, 0);
    return statistics;
}

/* As realloc(), with what is new all zero. False, and nothing changed, if there is no memory. */
static bool resize(struct memory *memory, void *array, size_t item, size_t old, size_t new)
{
    void *grown, *from;

    memcpy(&from, array, sizeof(from));
    grown = new > SIZE_MAX / item ? NULL : memory_alloc(memory, new *item);
    if (!grown)
        return false;
    if (old > 0)
        memcpy(grown, from, old * item);
    memory_free(memory, from, old * item);
    memcpy(array, &grown, sizeof(grown));
    return true;
}

void statistics_limit(struct statistics *statistics, size_t conversations)
{
    statistics->limit = conversations;
}

static void forget_hosts(struct statistics *statistics)
{
    for (size_t i = 0; i < statistics->host_count; i++)
        side_clear(&statistics->hosts[i].side, &statistics->memory);
    memory_free(&statistics->memory, statistics->hosts,
                statistics->host_capacity * sizeof(*statistics->hosts));
    statistics->hosts = NULL;
    statistics->host_count = statistics->host_capacity = 0;
}

static void forget_order(struct statistics *statistics, struct order *order)
{
    memory_free(&statistics->memory, order->rows, order->capacity * sizeof(*order->rows));
    *order = (struct order){0};
}

void statistics_reset(struct statistics *statistics)
{
    struct memory *memory = &statistics->memory;

    while (statistics->chunks) {
        struct chunk *chunk = statistics->chunks;

        statistics->chunks = chunk->next;
        for (size_t i = 0; i < chunk->used; i++)
            conversation_clear(&chunk->rooms[i].conversation, memory);
        memory_free(memory, chunk, sizeof(*chunk));
    }
    memory_free(memory, statistics->slots, statistics->capacity * sizeof(*statistics->slots));
    statistics->slots = NULL;
    statistics->free_rooms = NULL;
    statistics->capacity = statistics->used = 0;
    forget_hosts(statistics);
    forget_order(statistics, &statistics->conversation_order);
    forget_order(statistics, &statistics->host_order);
    memory_release(memory);
    memset(&statistics->totals, 0, sizeof(statistics->totals));
}

void statistics_free(struct statistics *statistics)
{
    if (!statistics)
        return;
    statistics_reset(statistics);
    free(statistics);
}

/* The slot of a connection, or the free one where it belongs. There are slots. */
static struct room **slot_of(const struct statistics *statistics, uint32_t serial)
{
    const size_t mask = statistics->capacity - 1;
    size_t i = serial & mask;

    while (statistics->slots[i] && statistics->slots[i]->serial != serial)
        i = (i + 1) & mask;
    return &statistics->slots[i];
}

/* At most seven eighths of the slots are in use. False: no memory. */
static bool reserve_slot(struct statistics *statistics)
{
    const size_t old_capacity = statistics->capacity;
    struct room **old = statistics->slots;

    if (statistics->used < old_capacity / 8 * 7)
        return true;
    statistics->capacity = old ? 2 * old_capacity : FIRST_CAPACITY;
    statistics->slots =
        memory_alloc(&statistics->memory, statistics->capacity * sizeof(*statistics->slots));
    if (!statistics->slots) {
        statistics->slots = old;
        statistics->capacity = old_capacity;
        return false;
    }
    for (size_t i = 0; old && i < old_capacity; i++)
        if (old[i])
            *slot_of(statistics, old[i]->serial) = old[i];
    memory_free(&statistics->memory, old, old_capacity * sizeof(*old));
    return true;
}

/* Empties the slot and closes the gap. */
static void remove_slot(struct statistics *statistics, size_t gap)
{
    const size_t mask = statistics->capacity - 1;
    struct room **slots = statistics->slots;

    for (size_t i = (gap + 1) & mask; slots[i]; i = (i + 1) & mask) {
        if (((i - slots[i]->serial) & mask) >= ((i - gap) & mask)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap] = NULL;
    statistics->used--;
}

/* Forgets a conversation that was not touched since the hand last came by. There is one. */
static void forget_one(struct statistics *statistics)
{
    for (;;) {
        size_t i = statistics->hand++ & (statistics->capacity - 1);
        struct room *room = statistics->slots[i];

        if (room && !room->is_touched) {
            remove_slot(statistics, i);
            conversation_clear(&room->conversation, &statistics->memory);
            memset(room, 0, sizeof(*room));
            room->next = statistics->free_rooms;
            statistics->free_rooms = room;
            statistics->totals.forgotten++;
            return;
        }
        if (room)
            room->is_touched = false;
    }
}

static struct room *take_room(struct statistics *statistics)
{
    struct chunk *chunk = statistics->chunks;
    struct room *room = statistics->free_rooms;

    if (room) {
        statistics->free_rooms = room->next;
        return room;
    }
    if (!chunk || chunk->used == CHUNK_ROOMS) {
        chunk = memory_alloc(&statistics->memory, sizeof(*chunk));
        if (!chunk)
            return NULL;
        chunk->next = statistics->chunks;
        statistics->chunks = chunk;
    }
    return &chunk->rooms[chunk->used++];
}

static struct room *begin_conversation(struct statistics *statistics, uint32_t serial)
{
    struct room *room;

    if (statistics->slots && statistics->limit > 0 && statistics->used >= statistics->limit)
        forget_one(statistics);
    room = reserve_slot(statistics) ? take_room(statistics) : NULL;
    if (!room)
        return NULL;
    room->serial = serial;
    *slot_of(statistics, serial) = room;
    statistics->used++;
    return room;
}

static struct conversation *find_conversation(struct statistics *statistics, uint32_t serial)
{
    struct room *room = statistics->slots ? *slot_of(statistics, serial) : NULL;

    if (!room)
        room = begin_conversation(statistics, serial);
    if (!room)
        return NULL;
    room->is_touched = true;
    return &room->conversation;
}

void statistics_add(struct statistics *statistics, const struct connmon_observation *seen)
{
    struct statistics_totals *totals = &statistics->totals;
    struct conversation *conversation = find_conversation(statistics, seen->result.connection);

    totals->packets++;
    totals->bytes += seen->wire_len;
    totals->packets_without_timestamps += !seen->has_timestamps;
    if (!conversation || !conversation_add(conversation, seen, &statistics->memory))
        totals->dropped++;
}

struct statistics_totals statistics_totals(const struct statistics *statistics)
{
    struct statistics_totals totals = statistics->totals;

    for (size_t i = 0; i < statistics->capacity; i++) {
        const struct conversation *conversation;

        if (!statistics->slots[i])
            continue;
        conversation = &statistics->slots[i]->conversation;
        totals.connections++;
        totals.one_way +=
            conversation->sides[0].packets == 0 || conversation->sides[1].packets == 0;
    }
    return totals;
}

const void *statistics_conversation(const struct statistics *statistics, uint32_t connection)
{
    const struct room *room = statistics->slots ? *slot_of(statistics, connection) : NULL;

    return room ? &room->conversation : NULL;
}

/* A row with what it is sorted by. */
struct sortable {
    const void *row;
    int64_t key;   /* largest first */
    uint64_t then; /* smallest first */
};

static int compare(const void *a, const void *b)
{
    const struct sortable *left = a, *right = b;

    if (left->key != right->key)
        return left->key > right->key ? -1 : 1;
    return left->then < right->then ? -1 : left->then > right->then;
}

/* The 95th percentile of a side's delays; -1, so less than any, if it has none. */
static int64_t slowness(const struct side *side)
{
    return side->rtt.count > 0 ? histogram_percentile(&side->rtt, 95) : -1;
}

static int64_t slowest(const struct conversation *conversation)
{
    int64_t one = slowness(&conversation->sides[0]), other = slowness(&conversation->sides[1]);

    return one > other ? one : other;
}

/* Sorts the items; those without a row are not taken. */
static const void *const *put_in_order(struct statistics *statistics, struct order *order,
                                       struct sortable *items, size_t count)
{
    size_t capacity = count > 0 ? count : 1;

    forget_order(statistics, order);
    order->rows = memory_alloc(&statistics->memory, capacity * sizeof(*order->rows));
    if (!order->rows)
        return NULL;
    order->capacity = capacity;
    if (count > 0)
        qsort(items, count, sizeof(*items), compare);
    for (size_t i = 0; i < count; i++)
        order->rows[i] = items[i].row;
    return order->rows;
}

const void *const *statistics_conversations(struct statistics *statistics, size_t *count)
{
    size_t most = statistics->used + 1;
    struct sortable *items = memory_alloc(&statistics->memory, most * sizeof(*items));
    const void *const *rows;

    *count = 0;
    if (!items)
        return NULL;
    for (size_t i = 0; i < statistics->capacity; i++) {
        const struct room *room = statistics->slots[i];

        if (room)
            items[(*count)++] =
                (struct sortable){&room->conversation, slowest(&room->conversation), room->serial};
    }
    rows = put_in_order(statistics, &statistics->conversation_order, items, *count);
    memory_free(&statistics->memory, items, most * sizeof(*items));
    return rows;
}

/* Finds hosts by role and address while their rows are made: an open hash table of indexes. */
struct host_index {
    uint32_t *slots; /* index of a host plus 1; 0: free */
    uint8_t bits;
};

static uint32_t home_of(const struct statistics *statistics, const struct host_index *index,
                        const struct connmon_endpoint *end, bool is_server)
{
    uint64_t hash = statistics->memory.salt + is_server, part;

    for (size_t i = 0; i < sizeof(end->addr); i += sizeof(part)) {
        memcpy(&part, end->addr + i, sizeof(part));
        hash = hash_fold(hash, part);
    }
    return hash_slot((uint32_t)hash, statistics->memory.salt, index->bits);
}

/* The slot of the host, or the free one where it belongs. */
static uint32_t *find_slot(const struct statistics *statistics, const struct host_index *index,
                           const struct connmon_endpoint *end, bool is_server)
{
    uint32_t mask = (UINT32_C(1) << index->bits) - 1;
    uint32_t i = home_of(statistics, index, end, is_server);

    for (;; i = (i + 1) & mask) {
        const struct host *host;

        if (index->slots[i] == 0)
            return &index->slots[i];
        host = &statistics->hosts[index->slots[i] - 1];
        if (host->is_server == is_server && host->end.addr_len == end->addr_len &&
            memcmp(host->end.addr, end->addr, sizeof(end->addr)) == 0)
            return &index->slots[i];
    }
}

/* Room for one more host, and a table that is at most half full. */
static bool reserve_host(struct statistics *statistics, struct host_index *index)
{
    size_t capacity = statistics->host_capacity ? 2 * statistics->host_capacity : FIRST_CAPACITY;
    struct host_index grown = {.bits = index->slots ? (uint8_t)(index->bits + 1) : FIRST_HASH_BITS};

    if (statistics->host_count == statistics->host_capacity) {
        if (!resize(&statistics->memory, &statistics->hosts, sizeof(struct host),
                    statistics->host_capacity, capacity))
            return false;
        statistics->host_capacity = capacity;
    }
    if (index->slots && 2 * (statistics->host_count + 1) <= (size_t)1 << index->bits)
        return true;
    grown.slots = calloc((size_t)1 << grown.bits, sizeof(*grown.slots));
    if (!grown.slots)
        return false;
    free(index->slots);
    *index = grown;
    for (size_t i = 0; i < statistics->host_count; i++) {
        const struct host *host = &statistics->hosts[i];

        *find_slot(statistics, index, &host->end, host->is_server) = (uint32_t)i + 1;
    }
    return true;
}

/* Adds one side of a conversation to the host's row. */
static bool add_to_host(struct statistics *statistics, struct host_index *index,
                        const struct conversation *conversation, uint8_t direction, bool is_server)
{
    const struct connmon_endpoint *end = &conversation->ends[direction];
    struct side side = conversation->sides[direction];
    uint32_t *slot;
    struct host *host;

    if (!reserve_host(statistics, index))
        return false;
    slot = find_slot(statistics, index, end, is_server);
    if (*slot == 0) {
        *slot = (uint32_t)++statistics->host_count;
        host = &statistics->hosts[*slot - 1];
        host->end = *end;
        host->end.port = 0;
        host->is_server = is_server;
    }
    host = &statistics->hosts[*slot - 1];
    host->connections++;
    side.zero_window = conversation_zero_window(conversation, &side);
    return side_merge(&host->side, &side, &statistics->memory);
}

static bool make_hosts(struct statistics *statistics)
{
    struct host_index index = {0};
    bool is_whole = true;

    forget_hosts(statistics);
    for (size_t i = 0; i < statistics->capacity && is_whole; i++) {
        const struct conversation *conversation;
        bool is_guess;
        uint8_t client;

        if (!statistics->slots[i])
            continue;
        conversation = &statistics->slots[i]->conversation;
        client = conversation_client(conversation, &is_guess);
        is_whole = add_to_host(statistics, &index, conversation, client, false) &&
                   add_to_host(statistics, &index, conversation, !client, true);
    }
    free(index.slots);
    return is_whole;
}

const void *const *statistics_hosts(struct statistics *statistics, size_t *count)
{
    struct sortable *items;
    const void *const *rows;
    size_t room;

    *count = 0;
    if (!make_hosts(statistics))
        return NULL;
    room = statistics->host_count + 1;
    items = memory_alloc(&statistics->memory, room * sizeof(*items));
    if (!items)
        return NULL;
    for (size_t i = 0; i < statistics->host_count; i++)
        items[i] =
            (struct sortable){&statistics->hosts[i], slowness(&statistics->hosts[i].side), i};
    *count = statistics->host_count;
    rows = put_in_order(statistics, &statistics->host_order, items, *count);
    memory_free(&statistics->memory, items, room * sizeof(*items));
    return rows;
}
