/* events.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "events.h"

#include <stdlib.h>

#include "clock.h"
#include "followed.h"
#include "modular.h"
#include "steady_clock.h"

struct events {
    events_sink *sink;
    void *to;
    struct followed followed;
    struct steady_clock clock; /* of time-outs; events have their packets' times */
    struct events_totals totals;
    bool has_held;
    struct connmon_observation held; /* the packet whose time is doubted; valid if has_held */
};

struct events *events_new(int64_t timeout_ns, uint32_t most, events_sink *sink, void *to)
{
    struct events *events = calloc(1, sizeof(*events));

    if (!events)
        return NULL;
    followed_init(&events->followed, timeout_ns, most);
    events->sink = sink;
    events->to = to;
    events_reset(events);
    return events;
}

void events_reset(struct events *events)
{
    followed_clear(&events->followed);
    events->has_held = false;
    events->totals = (struct events_totals){0};
    events->clock =
        (struct steady_clock){.most_ns = events->followed.queues[FOLLOWED_CLOSED].max_age_ns};
}

void events_free(struct events *events)
{
    if (!events)
        return;
    followed_clear(&events->followed);
    free(events);
}

struct events_totals events_totals(const struct events *events)
{
    return events->totals;
}

size_t events_memory(const struct events *events)
{
    return events->followed.memory.used;
}

static int64_t later(int64_t time_ns, int64_t ns)
{
    return time_ns > INT64_MAX - ns ? INT64_MAX : time_ns + ns;
}

static void tell(const struct events *events, const struct followed_entry *entry,
                 struct event *event)
{
    uint8_t client = last_seen_find(&events->followed.last_seen, entry->serial)->client;

    event->stream = entry->stream;
    event->client = entry->ends[client];
    event->server = entry->ends[!client];
    if (event->has_time && entry->has_first)
        clock_elapsed(entry->first_ns, event->time_ns, &event->age_ns);
    event->opened = events->totals.opened;
    event->closed = events->totals.closed;
    event->open = events->totals.opened - events->totals.closed - events->totals.lost.forgotten;
    events->sink(events->to, event);
}

/* Without memory, the entry stays where it is: it is forgotten later. */
static void close_entry(struct events *events, struct followed_entry *entry)
{
    entry->is_closed = true;
    followed_move(&events->followed, entry, FOLLOWED_CLOSED, events->clock.now_ns);
    events->totals.closed++;
}

/* It was not reset after all. */
static void reopen_entry(struct events *events, struct followed_entry *entry)
{
    entry->is_closed = false;
    followed_move(&events->followed, entry, FOLLOWED_OPEN, events->clock.now_ns);
    events->totals.closed--;
}

/* He has timed out. */
static void call_first(struct events *events, enum followed_queue which)
{
    struct followed_entry *entry = followed_take(&events->followed, which);
    struct event event = {.kind = EVENT_TIMED_OUT};

    if (!entry)
        return;
    event.has_time = entry->has_first;
    event.time_ns = later(last_seen_find(&events->followed.last_seen, entry->serial)->time_ns,
                          events->followed.queues[which].max_age_ns);
    if (!entry->is_closed) {
        events->totals.closed++;
        tell(events, entry, &event);
    }
    followed_forget(&events->followed, entry);
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
static void tell_reuse(struct events *events, struct followed_entry *entry,
                       const struct connmon_observation *seen)
{
    struct event event = event_of(CONNMON_EVENT_REUSED, seen);

    event.by = seen->result.side;
    if (!entry->is_closed)
        close_entry(events, entry);
    tell(events, entry, &event);
    followed_forget(&events->followed, entry);
}

/* A packet that tells of no open connection: the rest of one that was closed and forgotten. */
static bool is_leftover(const struct connmon_observation *seen)
{
    return seen->result.state >= CONNMON_STATE_TIME_WAIT &&
           seen->result.event != CONNMON_EVENT_RESET;
}

/* Forgets one connection, a closed one if there is any. */
static void make_room(struct events *events)
{
    struct followed *followed = &events->followed;
    const size_t count = followed->count;

    for (int which = FOLLOWED_QUEUES; which-- > 0;) {
        while (followed->count == count && followed->queues[which].deadlines.count > 0) {
            struct followed_entry *entry = followed_take(followed, (enum followed_queue)which);

            if (!entry)
                continue;
            events->totals.lost.forgotten += !entry->is_closed;
            followed_forget(followed, entry);
        }
    }
}

/* NULL: no memory. */
static struct followed_entry *begin(struct events *events, const struct connmon_observation *seen)
{
    struct followed *followed = &events->followed;
    struct followed_entry *entry;
    struct event event =
        event_of(begins_anew(seen) ? CONNMON_EVENT_FOUND : CONNMON_EVENT_FOUND_MIDSTREAM, seen);

    if (followed->most != 0 && followed->count >= followed->most)
        make_room(events);
    entry = followed_begin(followed, seen, events->clock.now_ns);
    if (!entry) {
        events->totals.lost.dropped++;
        return NULL;
    }
    events->totals.opened++;
    tell(events, entry, &event);
    return entry;
}

static struct followed_entry *renumber(struct events *events, struct followed_entry *entry,
                                       const struct connmon_observation *seen)
{
    if (followed_renumber(&events->followed, entry, seen, events->clock.now_ns))
        return entry;
    events->totals.lost.dropped++;
    followed_forget(&events->followed, entry);
    return NULL;
}

/* Finds the packet's connection, or begins it. NULL if the packet means nothing to any. */
static struct followed_entry *entry_of(struct events *events, struct followed_entry *entry,
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
        followed_forget(&events->followed, entry);
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
static void tell_event(struct events *events, struct followed_entry *entry,
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
    struct followed_entry *entry;

    last = last_seen_find(&events->followed.last_seen, seen->result.connection);
    if (last && seen->result.event == CONNMON_EVENT_NONE) { /* as most packets */
        followed_touch(last, seen, events->clock.now_ns);
        return;
    }
    entry = entry_of(events, last ? last->of : followed_by_ends(&events->followed, seen), seen);
    if (!entry)
        return;
    followed_touch(last_seen_find(&events->followed.last_seen, entry->serial), seen,
                   events->clock.now_ns);
    if (seen->result.event > CONNMON_EVENT_FOUND_MIDSTREAM && !begins_anew(seen) &&
        (!entry->is_closed || proves_no_reset(&seen->result))) /* else it is told already */
        tell_event(events, entry, seen);
}

/* Tells what has timed out. */
static void call_due(struct events *events)
{
    for (int which = 0; which < FOLLOWED_QUEUES; which++)
        while (followed_is_due(&events->followed, (enum followed_queue)which, events->clock.now_ns))
            call_first(events, (enum followed_queue)which);
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
