/* tracker.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker.h"

#include <string.h>

#include "clock.h"
#include "hash.h"

enum { MOST_STALE = 64 };

/* How long a closed connection is remembered: more than the 2 MSL for which most hosts do. */
#define LINGER_NS (120 * INT64_C(1000000000))

static uint32_t hash_of(const struct tracker *tracker, const struct connmon_endpoint *one,
                        const struct connmon_endpoint *other)
{
    return (uint32_t)(hash_ends(one, other, 0, &tracker->memory.key) >> 32);
}

static void end_tracked(void *owner, void *entry)
{
    struct tracker *tracker = owner;
    const struct tracked *tracked = entry;

    hash_index_remove(&tracker->index, hash_of(tracker, &tracked->ends[0], &tracked->ends[1]),
                      connection_map_place(&tracker->connections, tracked->serial));
    tracker->forgotten += !tracked->is_closed;
}

void tracker_init(struct tracker *tracker, int64_t timeout_ns, uint32_t most)
{
    *tracker = (struct tracker){.most = most};
    memory_init(&tracker->memory, connection_map_budget(most));
    connection_map_init(&tracker->connections, &tracker->memory, sizeof(struct tracked), 0);
    tracker->connections.owner = tracker;
    tracker->connections.end = end_tracked;
    tracker->queues[TRACKER_OPEN].max_age_ns = timeout_ns;
    tracker->queues[TRACKER_CLOSED].max_age_ns =
        timeout_ns != 0 && timeout_ns < LINGER_NS ? timeout_ns : LINGER_NS;
}

void tracker_clear(struct tracker *tracker)
{
    connection_map_clear(&tracker->connections);
    hash_index_clear(&tracker->index, &tracker->memory);
    for (int i = 0; i < TRACKER_QUEUES; i++)
        timeout_heap_clear(&tracker->queues[i].heap, &tracker->memory);
    memory_release(&tracker->memory);
    tracker->forgotten = 0;
}

static bool is_end(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return a->port == b->port && a->addr_len == b->addr_len &&
           memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

struct tracked *tracker_find_ends(const struct tracker *tracker,
                                  const struct connmon_observation *seen)
{
    const uint32_t hash = hash_of(tracker, &seen->src, &seen->dst);
    uint32_t slot = hash_index_begin(&tracker->index, hash), place;

    while (hash_index_next(&tracker->index, hash, &slot, &place)) {
        struct tracked *tracked = connection_map_at(&tracker->connections, place);

        if ((is_end(&tracked->ends[0], &seen->src) && is_end(&tracked->ends[1], &seen->dst)) ||
            (is_end(&tracked->ends[1], &seen->src) && is_end(&tracked->ends[0], &seen->dst)))
            return tracked;
    }
    return NULL;
}

/* The connection of a queue's entry; NULL if that is stale: the connection is gone, or was queued
 * again. */
static struct tracked *queued_by(const struct tracker *tracker, enum tracker_queue which,
                                 const struct timeout *timeout)
{
    struct tracked *tracked = tracker_find(tracker, timeout->serial);

    return tracked && tracked->queue == which && tracked->queued_ns == timeout->seen_ns ? tracked
                                                                                        : NULL;
}

static bool is_open_by(const void *tracker, const struct timeout *timeout)
{
    return queued_by(tracker, TRACKER_OPEN, timeout) != NULL;
}

static bool is_closed_by(const void *tracker, const struct timeout *timeout)
{
    return queued_by(tracker, TRACKER_CLOSED, timeout) != NULL;
}

/* Stale entries would stay until their time has come: in a flood, that is too long. */
bool tracker_move(struct tracker *tracker, struct tracked *tracked, enum tracker_queue which,
                  int64_t now_ns)
{
    struct timeout_heap *heap = &tracker->queues[which].heap;

    if (heap->count > 2 * (size_t)tracker->connections.count + MOST_STALE)
        timeout_heap_filter(heap, which == TRACKER_OPEN ? is_open_by : is_closed_by, tracker);
    if ((tracker->queues[which].max_age_ns != 0 || tracker->most != 0) &&
        !timeout_heap_add(heap, now_ns, tracked->serial, &tracker->memory))
        return false;
    tracked->queue = (uint8_t)which;
    tracked->queued_ns = now_ns;
    return true;
}

void tracker_remove(struct tracker *tracker, const struct tracked *tracked)
{
    connection_map_remove(&tracker->connections, tracked->serial);
}

struct tracked *tracker_pop(struct tracker *tracker, enum tracker_queue which)
{
    const struct timeout first = timeout_heap_pop(&tracker->queues[which].heap);
    struct tracked *tracked = queued_by(tracker, which, &first);

    if (!tracked || tracked->clock_ns == first.seen_ns)
        return tracked;
    tracker_move(tracker, tracked, which, tracked->clock_ns); /* the heap has room for one again */
    return NULL;
}

bool tracker_is_due(const struct tracker *tracker, enum tracker_queue which, int64_t now_ns)
{
    const struct timeout_heap *heap = &tracker->queues[which].heap;
    const int64_t max_age_ns = tracker->queues[which].max_age_ns;

    return max_age_ns != 0 && heap->count > 0 &&
           clock_is_older(heap->entries[0].seen_ns, now_ns, max_age_ns);
}

void tracked_touch(struct tracked *tracked, const struct connmon_observation *seen, int64_t now_ns)
{
    const uint8_t direction = seen->result.direction ^ tracked->turned;

    tracked->client = seen->result.side == CONNMON_CLIENT ? direction : !direction;
    tracked->clock_ns = now_ns;
    if (!seen->time_unknown)
        tracked->time_ns = seen->time_ns;
}

/* Puts a connection, with the number that this packet has, into the map, the index and the queue of
 * open ones. NULL: no memory. */
static struct tracked *put(struct tracker *tracker, const struct tracked *what,
                           const struct connmon_observation *seen, int64_t now_ns)
{
    const uint32_t serial = seen->result.connection;
    struct tracked *tracked = hash_index_reserve(&tracker->index, &tracker->memory)
                                  ? connection_map_use(&tracker->connections, serial)
                                  : NULL;

    if (!tracked)
        return NULL;
    *tracked = *what;
    tracked->serial = serial;
    tracked->time_ns = tracked->first_ns;
    tracked->turned = is_end(&tracked->ends[seen->result.direction], &seen->src) ? 0 : 1;
    tracked_touch(tracked, seen, now_ns);
    hash_index_add(&tracker->index, hash_of(tracker, &seen->src, &seen->dst),
                   connection_map_place(&tracker->connections, serial));
    if (tracker_move(tracker, tracked, TRACKER_OPEN, now_ns))
        return tracked;
    tracked->is_closed = true; /* it never opened */
    tracker_remove(tracker, tracked);
    return NULL;
}

struct tracked *tracker_add(struct tracker *tracker, const struct connmon_observation *seen,
                            int64_t now_ns)
{
    const uint8_t direction = seen->result.direction;
    struct tracked tracked = {
        .stream = seen->discriminator,
        .first_ns = seen->time_ns,
        .has_first = !seen->time_unknown,
    };

    tracked.ends[direction] = seen->src;
    tracked.ends[!direction] = seen->dst;
    return put(tracker, &tracked, seen, now_ns);
}

struct tracked *tracker_renumber(struct tracker *tracker, struct tracked *tracked,
                                 const struct connmon_observation *seen, int64_t now_ns)
{
    const struct tracked what = *tracked;

    tracked->is_closed = true; /* not to be counted as forgotten */
    tracker_remove(tracker, tracked);
    tracked = put(tracker, &what, seen, now_ns);
    tracker->forgotten += !tracked;
    return tracked;
}
