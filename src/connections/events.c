/* events.c
 *
 * A connection is remembered until it times out; a closed one for a while, so that its last packets
 * open nothing and the use of its ports is noticed. It is found by the core's number of it, and
 * where the core does not know it any more, by its ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "deadlines.h"
#include "hash.h"
#include "last_seen.h"
#include "memory.h"
#include "modular.h"
#include "steady_clock.h"

enum { FIRST_BITS = 8, LAST_BITS = 31, OPEN = 0, CLOSED = 1, QUEUES };

/* How long a closed connection is remembered: more than the 2 MSL for which most hosts do. */
#define LINGER_NS (120 * INT64_C(1000000000))

struct entry {
    struct entry *next;              /* of the same slot */
    struct connmon_endpoint ends[2]; /* [0]: source in direction 0 */
    uint32_t serial, stream;
    int64_t first_ns; /* capture time of the first packet; valid if has_first */
    int64_t queued_ns;
    uint8_t queue; /* where it stands, with the time queued_ns; else it stood there before */
    bool is_closed, has_first;
};

struct queue {
    struct deadlines deadlines;
    int64_t max_age_ns; /* 0: for ever */
};

struct events {
    events_sink *sink;
    void *to;
    int64_t timeout_ns;
    struct memory memory;
    struct entry **slots; /* 2^bits chains, by both endpoints */
    struct last_seen_table last_seen;
    struct queue queues[QUEUES];
    size_t count;
    struct steady_clock clock; /* of time-outs; events have their packets' times */
    struct events_totals totals;
    bool has_held;
    uint8_t bits;
    struct connmon_observation held; /* the packet whose time is doubted; valid if has_held */
};

struct events *events_new(int64_t timeout_ns, events_sink *sink, void *to)
{
    struct events *events = calloc(1, sizeof(*events));

    if (!events)
        return NULL;
    memory_init(&events->memory, 0);
    last_seen_init(&events->last_seen, &events->memory);
    events->sink = sink;
    events->to = to;
    events->timeout_ns = timeout_ns;
    events_reset(events);
    return events;
}

void events_reset(struct events *events)
{
    for (size_t i = 0; i < last_seen_slots(&events->last_seen); i++)
        memory_free(&events->memory, events->last_seen.slots[i].of, sizeof(struct entry));
    last_seen_clear(&events->last_seen);
    for (int i = 0; i < QUEUES; i++)
        deadlines_clear(&events->queues[i].deadlines, &events->memory);
    if (events->slots)
        memory_free(&events->memory, events->slots,
                    ((size_t)1 << events->bits) * sizeof(*events->slots));
    events->slots = NULL;
    events->count = 0;
    events->has_held = false;
    events->totals = (struct events_totals){0};
    events->queues[OPEN].max_age_ns = events->timeout_ns;
    events->queues[CLOSED].max_age_ns =
        events->timeout_ns != 0 && events->timeout_ns < LINGER_NS ? events->timeout_ns : LINGER_NS;
    events->clock = (struct steady_clock){.most_ns = events->queues[CLOSED].max_age_ns};
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

/* The chain of a connection: the same for either order of its ends. */
static struct entry **slot_of(const struct events *events, const struct connmon_endpoint *one,
                              const struct connmon_endpoint *other)
{
    return &events->slots[hash_home(hash_ends(one, other, 0, &events->memory.key), events->bits)];
}

static bool is_end(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return a->port == b->port && a->addr_len == b->addr_len &&
           memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static struct entry *find_by_ends(const struct events *events,
                                  const struct connmon_observation *seen)
{
    struct entry *entry = events->slots ? *slot_of(events, &seen->src, &seen->dst) : NULL;

    for (; entry; entry = entry->next)
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

static bool enqueue(struct events *events, struct entry *entry, uint8_t which, int64_t time_ns)
{
    struct queue *queue = &events->queues[which];

    if (queue->max_age_ns != 0 &&
        !deadlines_add(&queue->deadlines, time_ns, entry->serial, &events->memory))
        return false;
    entry->queue = which;
    entry->queued_ns = time_ns;
    return true;
}

/* Frees an entry that is in no chain. */
static void free_entry(struct events *events, struct entry *entry)
{
    last_seen_remove(&events->last_seen, entry->serial);
    memory_free(&events->memory, entry, sizeof(*entry));
}

static void forget(struct events *events, struct entry *entry)
{
    struct entry **link = slot_of(events, &entry->ends[0], &entry->ends[1]);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    events->count--;
    free_entry(events, entry);
}

static int64_t later(int64_t time_ns, int64_t ns)
{
    return time_ns > INT64_MAX - ns ? INT64_MAX : time_ns + ns;
}

static void tell(const struct events *events, const struct entry *entry, struct event *event)
{
    uint8_t client = last_seen_find(&events->last_seen, entry->serial)->client;

    event->stream = entry->stream;
    event->client = entry->ends[client];
    event->server = entry->ends[!client];
    if (event->has_time && entry->has_first)
        clock_elapsed(entry->first_ns, event->time_ns, &event->age_ns);
    event->opened = events->totals.opened;
    event->closed = events->totals.closed;
    events->sink(events->to, event);
}

/* Without memory, the entry stays where it is: it is forgotten later. */
static void close_entry(struct events *events, struct entry *entry)
{
    entry->is_closed = true;
    enqueue(events, entry, CLOSED, events->clock.now_ns);
    events->totals.closed++;
}

/* It was not reset after all. */
static void reopen_entry(struct events *events, struct entry *entry)
{
    entry->is_closed = false;
    enqueue(events, entry, OPEN, events->clock.now_ns);
    events->totals.closed--;
}

/* Looks at who was unseen for longest, as far as the queue knows: he may be gone or stand
 * elsewhere, or have been seen since. */
static void call_first(struct events *events, uint8_t which)
{
    struct queue *queue = &events->queues[which];
    struct deadline first = deadlines_take(&queue->deadlines);
    const struct last_seen *last = last_seen_find(&events->last_seen, first.serial);
    struct entry *entry = last ? last->of : NULL;
    struct event event = {.kind = EVENT_TIMED_OUT};

    if (!entry || entry->queue != which || entry->queued_ns != first.seen_ns)
        return;
    if (last->clock_ns != first.seen_ns) {
        enqueue(events, entry, which, last->clock_ns); /* where there is room for one again */
        return;
    }
    event.has_time = entry->has_first;
    event.time_ns = later(last->time_ns, queue->max_age_ns);
    if (!entry->is_closed) {
        events->totals.closed++;
        tell(events, entry, &event);
    }
    forget(events, entry);
}

static struct event event_of(int kind, const struct connmon_observation *seen)
{
    return (struct event){.kind = kind, .time_ns = seen->time_ns, .has_time = !seen->time_unknown};
}

static bool begins_anew(const struct connmon_observation *seen)
{
    return seen->result.event == CONNMON_EVENT_FOUND || seen->result.event == CONNMON_EVENT_REUSED;
}

/* The ports of this connection are used by the next one. */
static void tell_reuse(struct events *events, struct entry *entry,
                       const struct connmon_observation *seen)
{
    struct event event = event_of(CONNMON_EVENT_REUSED, seen);

    event.by = seen->result.side;
    if (!entry->is_closed)
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

/* Notes that the packet is the connection's latest. */
static void touch(const struct events *events, struct last_seen *last,
                  const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction ^ last->turned;

    last->client = seen->result.side == CONNMON_CLIENT ? direction : !direction;
    last->clock_ns = events->clock.now_ns;
    if (!seen->time_unknown)
        last->time_ns = seen->time_ns;
}

/* Gives the entry the number by which the core knows it now. False: no memory. */
static bool give_number(struct events *events, struct entry *entry,
                        const struct connmon_observation *seen)
{
    struct last_seen *last;

    entry->serial = seen->result.connection;
    last = last_seen_add(&events->last_seen, entry->serial, entry);
    if (!last)
        return false;
    last->time_ns = entry->first_ns;
    last->turned = is_end(&entry->ends[seen->result.direction], &seen->src) ? 0 : 1;
    touch(events, last, seen);
    return true;
}

static struct entry *drop(struct events *events, struct entry *entry)
{
    events->totals.dropped++;
    memory_free(&events->memory, entry, sizeof(*entry));
    return NULL;
}

static struct entry *begin(struct events *events, const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction;
    struct event event =
        event_of(begins_anew(seen) ? CONNMON_EVENT_FOUND : CONNMON_EVENT_FOUND_MIDSTREAM, seen);
    struct entry *entry = reserve(events) ? memory_alloc(&events->memory, sizeof(*entry)) : NULL;

    if (!entry)
        return drop(events, NULL);
    entry->ends[direction] = seen->src;
    entry->ends[!direction] = seen->dst;
    entry->stream = seen->discriminator;
    entry->first_ns = seen->time_ns;
    entry->has_first = !seen->time_unknown;
    if (!give_number(events, entry, seen))
        return drop(events, entry);
    if (!enqueue(events, entry, OPEN, events->clock.now_ns)) {
        last_seen_remove(&events->last_seen, entry->serial);
        return drop(events, entry);
    }
    chain(events, entry);
    events->count++;
    events->totals.opened++;
    tell(events, entry, &event);
    return entry;
}

/* Another number: the core had to forget the connection meanwhile. */
static struct entry *renumber(struct events *events, struct entry *entry,
                              const struct connmon_observation *seen)
{
    last_seen_remove(&events->last_seen, entry->serial);
    if (give_number(events, entry, seen) && enqueue(events, entry, OPEN, events->clock.now_ns))
        return entry;
    events->totals.dropped++;
    forget(events, entry);
    return NULL;
}

/* Finds the packet's connection, or begins it. NULL if the packet means nothing to any. */
static struct entry *entry_of(struct events *events, struct entry *entry,
                              const struct connmon_observation *seen)
{
    uint32_t serial = seen->result.connection;

    if (entry && mod32_before(serial, entry->serial))
        return NULL; /* of the connection whose ports this one uses */
    if (entry && begins_anew(seen) &&
        (entry->serial != serial || seen->result.event == CONNMON_EVENT_REUSED)) {
        tell_reuse(events, entry, seen);
        entry = NULL;
    }
    if (entry && entry->serial != serial && entry->is_closed) {
        forget(events, entry);
        entry = NULL;
    }
    if (!entry)
        return is_leftover(seen) ? NULL : begin(events, seen);
    return entry->serial == serial ? entry : renumber(events, entry, seen);
}

/* A closed connection goes on or is closed in another way: whoever was to be reset ignored it. */
static bool proves_no_reset(const struct connmon_result *result)
{
    return result->event == CONNMON_EVENT_RESET_IGNORED || result->event == CONNMON_EVENT_CLOSED;
}

/* Tells what a packet of an open connection, or of one that is open after all, means for it. */
static void tell_event(struct events *events, struct entry *entry,
                       const struct connmon_observation *seen)
{
    const struct connmon_result *result = &seen->result;
    struct event event = event_of((int)result->event, seen);
    const bool is_proof = entry->is_closed;

    if (is_proof)
        reopen_entry(events, entry);
    if (result->event == CONNMON_EVENT_ESTABLISHED) {
        event.has_server_delay = result->handshake.has_server && result->handshake.completes;
        event.has_client_delay = result->handshake.has_client;
        event.server_delay_ns = result->handshake.server_ns;
        event.client_delay_ns = result->handshake.client_ns;
    } else if (result->event != CONNMON_EVENT_CLOSED && !is_proof) {
        event.by = result->side;
    }
    if (result->event == CONNMON_EVENT_CLOSED || result->event == CONNMON_EVENT_RESET)
        close_entry(events, entry);
    tell(events, entry, &event);
}

static void take(struct events *events, const struct connmon_observation *seen)
{
    struct last_seen *last;
    struct entry *entry;

    last = last_seen_find(&events->last_seen, seen->result.connection);
    if (last && seen->result.event == CONNMON_EVENT_NONE) { /* as most packets */
        touch(events, last, seen);
        return;
    }
    entry = entry_of(events, last ? last->of : find_by_ends(events, seen), seen);
    if (!entry)
        return;
    touch(events, last_seen_find(&events->last_seen, entry->serial), seen);
    if (seen->result.event > CONNMON_EVENT_FOUND_MIDSTREAM && !begins_anew(seen) &&
        (!entry->is_closed || proves_no_reset(&seen->result))) /* else it is told already */
        tell_event(events, entry, seen);
}

/* Tells what has timed out. */
static void call_due(struct events *events)
{
    for (unsigned i = 0; i < QUEUES; i++) {
        const struct queue *queue = &events->queues[i];

        while (queue->deadlines.count > 0 &&
               clock_is_older(queue->deadlines.heap[0].seen_ns, events->clock.now_ns,
                              queue->max_age_ns))
            call_first(events, (uint8_t)i);
    }
}

static void settle(struct events *events, bool is_right)
{
    bool has_held = events->has_held;

    events->has_held = false;
    steady_clock_settle(&events->clock, is_right);
    call_due(events);
    if (has_held)
        take(events, &events->held);
}

void events_finish(struct events *events)
{
    if (events->clock.has_doubt)
        settle(events, true);
}

static void reach(struct events *events, int64_t time_ns)
{
    if (events->clock.has_doubt)
        settle(events, steady_clock_confirms(&events->clock, time_ns));
    steady_clock_see(&events->clock, time_ns);
    call_due(events);
}

void events_advance(struct events *events, int64_t time_ns)
{
    if (!events->clock.has_doubt || time_ns != events->clock.doubt_ns) /* else the same packet */
        reach(events, time_ns);
}

void events_add(struct events *events, const struct connmon_observation *seen)
{
    if (seen->result.is_copy)
        return;
    if (!seen->time_unknown && events->has_held)
        reach(events, seen->time_ns);
    else if (!seen->time_unknown)
        events_advance(events, seen->time_ns);
    else if (events->has_held)
        settle(events, false);
    events->has_held = events->clock.has_doubt && !seen->time_unknown;
    if (events->has_held)
        events->held = *seen;
    else
        take(events, seen);
}
