/* statistics.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

#include "hosts.h"

/* Rows in the order that they are shown in. */
struct order {
    const void **rows;
    size_t capacity;
};

struct statistics {
    struct memory memory;
    struct connection_map conversations;
    struct memory shown; /* what follows is made anew each time it is asked for */
    struct hosts hosts;
    struct order conversation_order, host_order;
    struct statistics_totals totals; /* but connections, and those forgotten */
};

static void end_conversation(void *owner, void *entry)
{
    struct statistics *statistics = owner;
    struct conversation *conversation = entry;

    statistics->totals.one_way -= conversation_is_one_way(conversation);
    conversation_clear(conversation, &statistics->memory);
}

struct statistics *statistics_new(uint32_t most)
{
    struct statistics *statistics = calloc(1, sizeof(*statistics));

    if (!statistics)
        return NULL;
    memory_init(&statistics->memory, connection_map_budget(most));
    memory_init(&statistics->shown, 0);
    connection_map_init(&statistics->conversations, &statistics->memory,
                        sizeof(struct conversation), most);
    statistics->conversations.end = end_conversation;
    statistics->conversations.owner = statistics;
    return statistics;
}

static void forget_order(struct statistics *statistics, struct order *order)
{
    memory_free(&statistics->shown, order->rows, order->capacity * sizeof(*order->rows));
    *order = (struct order){0};
}

void statistics_reset(struct statistics *statistics)
{
    connection_map_clear(&statistics->conversations);
    hosts_clear(&statistics->hosts, &statistics->shown);
    forget_order(statistics, &statistics->conversation_order);
    forget_order(statistics, &statistics->host_order);
    memory_release(&statistics->memory);
    memory_release(&statistics->shown);
    memset(&statistics->totals, 0, sizeof(statistics->totals));
}

void statistics_free(struct statistics *statistics)
{
    if (!statistics)
        return;
    statistics_reset(statistics);
    free(statistics);
}

void statistics_add(struct statistics *statistics, const struct connmon_observation *seen)
{
    struct statistics_totals *totals = &statistics->totals;
    const uint32_t serial = seen->result.connection;
    struct conversation *conversation = connection_map_use(&statistics->conversations, serial);

    if (seen->result.is_copy) {
        totals->copies++;
    } else {
        totals->packets++;
        totals->bytes += seen->wire_len;
        totals->packets_without_timestamps += !seen->has_timestamps;
    }
    if (!conversation) {
        totals->lost.dropped++;
        return;
    }
    totals->one_way -= conversation_is_one_way(conversation);
    totals->lost.dropped += !conversation_add(conversation, seen, &statistics->memory);
    totals->one_way += conversation_is_one_way(conversation);
    connection_map_fit(&statistics->conversations, serial);
}

struct statistics_totals statistics_totals(const struct statistics *statistics)
{
    struct statistics_totals totals = statistics->totals;

    totals.connections = statistics->conversations.count;
    totals.lost.forgotten = statistics->conversations.evicted;
    return totals;
}

const void *statistics_conversation(const struct statistics *statistics, uint32_t connection)
{
    return connection_map_find(&statistics->conversations, connection);
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
    order->rows = memory_alloc(&statistics->shown, (count + 1) * sizeof(*order->rows));
    if (!order->rows)
        return false;
    order->capacity = count + 1;
    qsort(keys, count, sizeof(*keys), compare);
    return true;
}

/* Rows by the keys of the conversations with these numbers. */
static void order_conversations(struct statistics *statistics, const uint32_t *serials,
                                uint64_t *keys, size_t count)
{
    struct order *order = &statistics->conversation_order;

    for (size_t i = 0; i < count; i++)
        keys[i] = key_of(slowest(statistics_conversation(statistics, serials[i])), serials[i]);
    if (!put_in_order(statistics, order, keys, count))
        return;
    for (size_t i = 0; i < count; i++)
        order->rows[i] = statistics_conversation(statistics, number_of(keys[i]));
}

const void *const *statistics_conversations(struct statistics *statistics, size_t *count)
{
    uint32_t *serials = connection_map_serials(&statistics->conversations, count);
    const size_t room = *count + 1;
    uint64_t *keys = serials ? memory_alloc(&statistics->shown, room * sizeof(*keys)) : NULL;

    forget_order(statistics, &statistics->conversation_order);
    if (keys)
        order_conversations(statistics, serials, keys, *count);
    memory_free(&statistics->shown, keys, room * sizeof(*keys));
    memory_free(&statistics->memory, serials, room * sizeof(*serials));
    return statistics->conversation_order.rows;
}

static bool make_hosts(struct statistics *statistics)
{
    size_t count;
    uint32_t *serials = connection_map_serials(&statistics->conversations, &count);
    bool is_whole = serials != NULL;

    hosts_clear(&statistics->hosts, &statistics->shown);
    for (size_t i = 0; is_whole && i < count; i++)
        is_whole = hosts_add(&statistics->hosts, statistics_conversation(statistics, serials[i]),
                             &statistics->shown);
    memory_free(&statistics->memory, serials, (count + 1) * sizeof(*serials));
    return is_whole;
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
    keys = memory_alloc(&statistics->shown, (hosts->count + 1) * sizeof(*keys));
    if (!keys)
        return NULL;
    *count = hosts->count;
    for (size_t i = 0; i < *count; i++)
        keys[i] = key_of(slowness(&hosts->rows[i].side), (uint32_t)i);
    is_sorted = put_in_order(statistics, order, keys, *count);
    for (size_t i = 0; is_sorted && i < *count; i++)
        order->rows[i] = &hosts->rows[number_of(keys[i])];
    memory_free(&statistics->shown, keys, (hosts->count + 1) * sizeof(*keys));
    return order->rows;
}
