/* statistics.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "memory.h"

enum {
    FIRST_CAPACITY = 64,
    CHUNK_ROOMS = 64, /* cut from one block of memory */
};

/* Rows in the order that they are shown in. */
struct order {
    const void **rows;
    size_t capacity;
};

/* A place for a conversation; it never moves. */
struct room {
    uint32_t serial; /* of its connection */
    bool is_touched; /* since the forgetting hand last passed */
    union {
        struct conversation conversation; /* the row that is handed out */
        struct room *next;                /* of those that are free */
    };
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
    struct hosts hosts; /* made anew each time they are asked for */
    struct order conversation_order, host_order;
    struct statistics_totals totals; /* but connections */
};

struct statistics *statistics_new(void)
{
    struct statistics *statistics = calloc(1, sizeof(*statistics));

    if (statistics)
        memory_init(&statistics->memory, 0);
    return statistics;
}

void statistics_limit(struct statistics *statistics, size_t conversations)
{
    statistics->limit = conversations;
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
    hosts_clear(&statistics->hosts, memory);
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
            statistics->totals.one_way -= conversation_is_one_way(&room->conversation);
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

    if (seen->result.is_copy) {
        totals->copies++;
    } else {
        totals->packets++;
        totals->bytes += seen->wire_len;
        totals->packets_without_timestamps += !seen->has_timestamps;
    }
    if (!conversation) {
        totals->dropped++;
        return;
    }
    totals->one_way -= conversation_is_one_way(conversation);
    totals->dropped += !conversation_add(conversation, seen, &statistics->memory);
    totals->one_way += conversation_is_one_way(conversation);
}

struct statistics_totals statistics_totals(const struct statistics *statistics)
{
    struct statistics_totals totals = statistics->totals;

    totals.connections = statistics->used;
    return totals;
}

const void *statistics_conversation(const struct statistics *statistics, uint32_t connection)
{
    const struct room *room = statistics->slots ? *slot_of(statistics, connection) : NULL;

    return room ? &room->conversation : NULL;
}

/* What a row is sorted by: the slowest come first, and of those as slow as each other the lowest
 * number. The row is found again by that. */
static uint64_t key_of(unsigned slowness, uint32_t number)
{
    return (uint64_t)(HISTOGRAM_BUCKETS - slowness) << 32 | number;
}

static uint32_t number_of(uint64_t key)
{
    return (uint32_t)key;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

/* Where the 95th percentile of a side's delays lies; 0, so below any, if it has none. */
static unsigned slowness(const struct side *side)
{
    return histogram_position(&side->delays, DELAY_RTT, 95);
}

static unsigned slowest(const struct conversation *conversation)
{
    unsigned one = slowness(&conversation->sides[0]), other = slowness(&conversation->sides[1]);

    return one > other ? one : other;
}

/* Sorts the keys of rows, and makes room for these. False if there is no memory. */
static bool put_in_order(struct statistics *statistics, struct order *order, uint64_t *keys,
                         size_t count)
{
    forget_order(statistics, order);
    order->rows = memory_alloc(&statistics->memory, (count + 1) * sizeof(*order->rows));
    if (!order->rows)
        return false;
    order->capacity = count + 1;
    qsort(keys, count, sizeof(*keys), compare);
    return true;
}

const void *const *statistics_conversations(struct statistics *statistics, size_t *count)
{
    struct order *order = &statistics->conversation_order;
    const size_t most = statistics->used + 1;
    uint64_t *keys = memory_alloc(&statistics->memory, most * sizeof(*keys));
    bool is_sorted;

    *count = 0;
    if (!keys)
        return NULL;
    for (size_t i = 0; i < statistics->capacity; i++) {
        const struct room *room = statistics->slots[i];

        if (room)
            keys[(*count)++] = key_of(slowest(&room->conversation), room->serial);
    }
    is_sorted = put_in_order(statistics, order, keys, *count);
    for (size_t i = 0; is_sorted && i < *count; i++)
        order->rows[i] = statistics_conversation(statistics, number_of(keys[i]));
    memory_free(&statistics->memory, keys, most * sizeof(*keys));
    return order->rows;
}

static bool make_hosts(struct statistics *statistics)
{
    hosts_clear(&statistics->hosts, &statistics->memory);
    for (size_t i = 0; i < statistics->capacity; i++)
        if (statistics->slots[i] &&
            !hosts_add(&statistics->hosts, &statistics->slots[i]->conversation,
                       &statistics->memory))
            return false;
    return true;
}

const void *const *statistics_hosts(struct statistics *statistics, size_t *count)
{
    const struct hosts *hosts = &statistics->hosts;
    struct order *order = &statistics->host_order;
    uint64_t *keys;
    bool is_sorted;

    *count = 0;
    if (!make_hosts(statistics))
        return NULL;
    keys = memory_alloc(&statistics->memory, (hosts->count + 1) * sizeof(*keys));
    if (!keys)
        return NULL;
    *count = hosts->count;
    for (size_t i = 0; i < *count; i++)
        keys[i] = key_of(slowness(&hosts->rows[i].side), (uint32_t)i);
    is_sorted = put_in_order(statistics, order, keys, *count);
    for (size_t i = 0; is_sorted && i < *count; i++)
        order->rows[i] = &hosts->rows[number_of(keys[i])];
    memory_free(&statistics->memory, keys, (hosts->count + 1) * sizeof(*keys));
    return order->rows;
}
