/* events.c
 *
 * A connection is remembered until it times out; a closed one for a while, so that its last packets
 * open nothing and the use of its ports is noticed. Both are in lists by their latest packet, so
 * that only those whose time has come are ever looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hash.h"
#include "memory.h"
#include "modular.h"

enum { FIRST_BITS = 8, LAST_BITS = 31, OPEN = 0, CLOSED = 1, LISTS };

/* How long a closed connection is remembered: more than the 2 MSL for which most hosts do. */
#define LINGER_NS (120 * INT64_C(1000000000))

struct entry {
    struct entry *next; /* of the same slot */
    struct entry *older, *newer;
    struct connmon_endpoint ends[2]; /* [0]: source in direction 0 */
    uint32_t serial, stream;
    int64_t first_ns, last_ns; /* capture time of the first and of the latest packet */
    uint8_t client;            /* the direction in which it sends */
    uint8_t list;              /* OPEN or CLOSED */
};

struct list {
    struct entry *oldest, *newest;
    int64_t max_age_ns;
};

struct events {
    events_sink *sink;
    void *to;
    int64_t timeout_ns;
    struct memory memory;
    struct entry **slots; /* 2^bits chains, by both endpoints */
    struct entry *latest; /* that was found */
    struct list lists[LISTS];
    size_t count;
    int64_t now_ns; /* valid if has_time */
    struct events_totals totals;
    bool has_time;
    uint8_t bits;
};

struct events *events_new(int64_t timeout_ns, events_sink *sink, void *to)
{
    struct events *events = calloc(1, sizeof(*events));

    if (!events)
        return NULL;
    memory_init(&events->memory, 0);
    events->sink = sink;
    events->to = to;
    events->timeout_ns = timeout_ns;
    events_reset(events);
    return events;
}

void events_reset(struct events *events)
{
    for (int i = 0; i < LISTS; i++) {
        for (struct entry *entry = events->lists[i].oldest, *next; entry; entry = next) {
            next = entry->newer;
            memory_free(&events->memory, entry, sizeof(*entry));
        }
        events->lists[i] = (struct list){0};
    }
    if (events->slots)
        memory_free(&events->memory, events->slots,
                    ((size_t)1 << events->bits) * sizeof(*events->slots));
    events->slots = NULL;
    events->latest = NULL;
    events->count = 0;
    events->has_time = false;
    events->totals = (struct events_totals){0};
    events->lists[OPEN].max_age_ns = events->timeout_ns;
    events->lists[CLOSED].max_age_ns =
        events->timeout_ns != 0 && events->timeout_ns < LINGER_NS ? events->timeout_ns : LINGER_NS;
}

void events_free(struct events *events)
{
    if (!events)
        return;
    events_reset(events);
    memory_release(&events->memory);
    free(events);
}

struct events_totals events_totals(const struct events *events)
{
    return events->totals;
}

static uint64_t hash_end(const struct connmon_endpoint *end, uint64_t salt)
{
    uint64_t parts[2];

    memcpy(parts, end->addr, sizeof(parts));
    return hash_fold(hash_fold(hash_fold(salt, parts[0]), parts[1]), end->port);
}

/* The chain of a connection: the same for either order of its ends. */
static struct entry **slot_of(const struct events *events, const struct connmon_endpoint *one,
                              const struct connmon_endpoint *other)
{
    uint64_t salt = events->memory.salt;
    uint64_t both = hash_end(one, salt) + hash_end(other, salt);

    return &events->slots[hash_slot((uint32_t)(both >> 32), salt, events->bits)];
}

static bool is_end(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return a->port == b->port && a->addr_len == b->addr_len &&
           memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static struct entry *find(struct events *events, const struct connmon_observation *seen)
{
    struct entry *entry = events->latest;

    if (entry && entry->serial == seen->result.connection)
        return entry;
    if (!events->slots)
        return NULL;
    for (entry = *slot_of(events, &seen->src, &seen->dst); entry; entry = entry->next)
        if ((is_end(&entry->ends[0], &seen->src) && is_end(&entry->ends[1], &seen->dst)) ||
            (is_end(&entry->ends[1], &seen->src) && is_end(&entry->ends[0], &seen->dst)))
            break;
    return entry;
}

static void chain(struct events *events, struct entry *entry)
{
    struct entry **slot = slot_of(events, &entry->ends[0], &entry->ends[1]);

    entry->next = *slot;
    *slot = entry;
}

/* At least as many slots as entries, as long as there is memory; false if there are none. */
static bool reserve(struct events *events)
{
    struct entry **old = events->slots;
    size_t old_count = old ? (size_t)1 << events->bits : 0;
    uint8_t bits = old ? (uint8_t)(events->bits + 1) : FIRST_BITS;
    struct entry **slots;

    if (events->count < old_count || bits > LAST_BITS)
        return true;
    slots = memory_alloc(&events->memory, ((size_t)1 << bits) * sizeof(*slots));
    if (!slots)
        return old != NULL;
    events->slots = slots;
    events->bits = bits;
    for (size_t i = 0; i < old_count; i++) {
        for (struct entry *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            chain(events, entry);
        }
    }
    memory_free(&events->memory, old, old_count * sizeof(*old));
    return true;
}

static void leave_list(struct events *events, struct entry *entry)
{
    struct list *list = &events->lists[entry->list];

    *(entry->older ? &entry->older->newer : &list->oldest) = entry->newer;
    *(entry->newer ? &entry->newer->older : &list->newest) = entry->older;
}

static void join_list(struct events *events, struct entry *entry, uint8_t which)
{
    struct list *list = &events->lists[which];

    entry->list = which;
    entry->older = list->newest;
    entry->newer = NULL;
    *(list->newest ? &list->newest->newer : &list->oldest) = entry;
    list->newest = entry;
}

static void forget(struct events *events, struct entry *entry)
{
    struct entry **link = slot_of(events, &entry->ends[0], &entry->ends[1]);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    leave_list(events, entry);
    if (events->latest == entry)
        events->latest = NULL;
    events->count--;
    memory_free(&events->memory, entry, sizeof(*entry));
}

static void tell(const struct events *events, const struct entry *entry, struct event *event)
{
    event->stream = entry->stream;
    event->client = entry->ends[entry->client];
    event->server = entry->ends[!entry->client];
    event->has_time = events->has_time;
    clock_elapsed(entry->first_ns, event->time_ns, &event->age_ns);
    event->opened = events->totals.opened;
    event->closed = events->totals.closed;
    events->sink(events->to, event);
}

static void close_entry(struct events *events, struct entry *entry)
{
    leave_list(events, entry);
    join_list(events, entry, CLOSED);
    events->totals.closed++;
}

void events_advance(struct events *events, int64_t time_ns)
{
    if (events->has_time && time_ns <= events->now_ns)
        return;
    events->now_ns = time_ns;
    events->has_time = true;
    for (int i = 0; i < LISTS; i++) {
        struct list *list = &events->lists[i];

        while (list->oldest && list->max_age_ns != 0 &&
               clock_is_older(list->oldest->last_ns, time_ns, list->max_age_ns)) {
            struct entry *entry = list->oldest;
            struct event event = {.kind = EVENT_TIMED_OUT};

            event.time_ns = entry->last_ns + list->max_age_ns;
            if (i == OPEN) {
                events->totals.closed++;
                tell(events, entry, &event);
            }
            forget(events, entry);
        }
    }
}

static bool begins_anew(const struct connmon_observation *seen)
{
    return seen->result.event == CONNMON_EVENT_FOUND || seen->result.event == CONNMON_EVENT_REUSED;
}

/* The ports of this connection are used by the next one. */
static void tell_reuse(struct events *events, struct entry *entry,
                       const struct connmon_observation *seen)
{
    struct event event = {.kind = CONNMON_EVENT_REUSED, .time_ns = events->now_ns};

    event.by = seen->result.side;
    if (entry->list == OPEN)
        close_entry(events, entry);
    tell(events, entry, &event);
    forget(events, entry);
}

/* A packet that tells of no open connection: the rest of one that was closed and forgotten. */
static bool is_leftover(const struct connmon_observation *seen)
{
    return seen->result.state >= CONNMON_STATE_TIME_WAIT &&
           seen->result.event != CONNMON_EVENT_RESET;
}

static struct entry *begin(struct events *events, const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction;
    struct event event = {.kind = begins_anew(seen) ? CONNMON_EVENT_FOUND
                                                    : CONNMON_EVENT_FOUND_MIDSTREAM,
                          .time_ns = events->now_ns};
    struct entry *entry = reserve(events) ? memory_alloc(&events->memory, sizeof(*entry)) : NULL;

    if (!entry) {
        events->totals.dropped++;
        return NULL;
    }
    entry->ends[direction] = seen->src;
    entry->ends[!direction] = seen->dst;
    entry->client = seen->result.side == CONNMON_CLIENT ? direction : !direction;
    entry->serial = seen->result.connection;
    entry->stream = seen->discriminator;
    entry->first_ns = events->now_ns;
    chain(events, entry);
    join_list(events, entry, OPEN);
    events->count++;
    events->totals.opened++;
    tell(events, entry, &event);
    return entry;
}

/* Finds the packet's connection, or begins it. NULL if the packet means nothing to any. */
static struct entry *entry_of(struct events *events, const struct connmon_observation *seen)
{
    struct entry *entry = find(events, seen);
    uint32_t serial = seen->result.connection;

    if (entry && mod32_before(serial, entry->serial))
        return NULL; /* of the connection whose ports this one uses */
    if (entry && begins_anew(seen) &&
        (entry->serial != serial || seen->result.event == CONNMON_EVENT_REUSED)) {
        tell_reuse(events, entry, seen);
        entry = NULL;
    }
    if (entry && entry->serial != serial && entry->list == CLOSED) {
        forget(events, entry);
        entry = NULL;
    }
    if (!entry)
        return is_leftover(seen) ? NULL : begin(events, seen);
    entry->serial = serial; /* another one if the core had to forget the connection meanwhile */
    return entry;
}

static void touch(struct events *events, struct entry *entry,
                  const struct connmon_observation *seen)
{
    uint8_t direction = is_end(&entry->ends[0], &seen->src) ? 0 : 1;

    entry->client = seen->result.side == CONNMON_CLIENT ? direction : !direction;
    entry->last_ns = events->now_ns;
    events->latest = entry;
    if (entry->newer) {
        leave_list(events, entry);
        join_list(events, entry, entry->list);
    }
}

/* Tells what a packet of an open connection means for it. */
static void tell_event(struct events *events, struct entry *entry,
                       const struct connmon_result *result)
{
    struct event event = {.kind = (int)result->event, .time_ns = events->now_ns};

    if (result->event == CONNMON_EVENT_ESTABLISHED) {
        event.has_server_delay = result->handshake.has_server && result->handshake.completes;
        event.has_client_delay = result->handshake.has_client;
        event.server_delay_ns = result->handshake.server_ns;
        event.client_delay_ns = result->handshake.client_ns;
    } else if (result->event != CONNMON_EVENT_CLOSED) {
        event.by = result->side;
    }
    if (result->event == CONNMON_EVENT_CLOSED || result->event == CONNMON_EVENT_RESET)
        close_entry(events, entry);
    tell(events, entry, &event);
}

void events_add(struct events *events, const struct connmon_observation *seen)
{
    struct entry *entry;

    if (!seen->time_unknown)
        events_advance(events, seen->time_ns);
    entry = entry_of(events, seen);
    if (!entry)
        return;
    touch(events, entry, seen);
    if (seen->result.event > CONNMON_EVENT_FOUND_MIDSTREAM && !begins_anew(seen) &&
        entry->list == OPEN) /* else it is nothing, or told already */
        tell_event(events, entry, &seen->result);
}
