/* events.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "events.h"

#include <stdlib.h>

#include "clock.h"
#include "modular.h"
#include "steady_clock.h"
#include "tracker.h"

struct events {
    events_sink *sink;
    void *to;
    struct tracker tracker;
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
    tracker_init(&events->tracker, timeout_ns, most);
    events->sink = sink;
    events->to = to;
    events_reset(events);
    return events;
}

void events_reset(struct events *events)
{
    tracker_clear(&events->tracker);
    events->has_held = false;
    events->totals = (struct events_totals){0};
    events->clock =
        (struct steady_clock){.most_ns = events->tracker.queues[TRACKER_CLOSED].max_age_ns};
}

void events_free(struct events *events)
{
    if (!events)
        return;
    tracker_clear(&events->tracker);
    free(events);
}

struct events_totals events_totals(const struct events *events)
{
    struct events_totals totals = events->totals;

    totals.lost.forgotten = events->tracker.forgotten;
    return totals;
}

size_t events_memory(const struct events *events)
{
    return events->tracker.memory.used;
}

static int64_t later(int64_t time_ns, int64_t ns)
{
    return time_ns > INT64_MAX - ns ? INT64_MAX : time_ns + ns;
}

static void tell(const struct events *events, const struct tracked *tracked, struct event *event)
{
    const struct events_totals totals = events_totals(events);

    event->stream = tracked->stream;
    event->client = tracked->ends[tracked->client];
    event->server = tracked->ends[!tracked->client];
    if (event->has_time && tracked->has_first)
        clock_elapsed(tracked->first_ns, event->time_ns, &event->age_ns);
    event->opened = totals.opened;
    event->closed = totals.closed;
    event->open = totals.opened - totals.closed - totals.lost.forgotten;
    events->sink(events->to, event);
}

static void note_closed(struct events *events, struct tracked *tracked)
{
    tracked->is_closed = true;
    events->totals.closed++;
}

/* Without memory, it stays in its queue: it is removed later. */
static void close_tracked(struct events *events, struct tracked *tracked)
{
    note_closed(events, tracked);
    tracker_move(&events->tracker, tracked, TRACKER_CLOSED, events->clock.now_ns);
}

/* It was not reset after all. */
static void reopen(struct events *events, struct tracked *tracked)
{
    tracked->is_closed = false;
    events->totals.closed--;
    tracker_move(&events->tracker, tracked, TRACKER_OPEN, events->clock.now_ns);
}

/* Times out the first of a queue, if it was not seen since. */
static void time_out_first(struct events *events, enum tracker_queue which)
{
    struct tracked *tracked = tracker_pop(&events->tracker, which);
    struct event event = {.kind = EVENT_TIMED_OUT};

    if (!tracked)
        return;
    event.has_time = tracked->has_first;
    event.time_ns = later(tracked->time_ns, events->tracker.queues[which].max_age_ns);
    if (!tracked->is_closed) {
        note_closed(events, tracked);
        tell(events, tracked, &event);
    }
    tracker_remove(&events->tracker, tracked);
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
static void tell_reuse(struct events *events, struct tracked *tracked,
                       const struct connmon_observation *seen)
{
    struct event event = event_of(CONNMON_EVENT_REUSED, seen);

    event.by = seen->result.side;
    if (!tracked->is_closed)
        close_tracked(events, tracked);
    tell(events, tracked, &event);
    tracker_remove(&events->tracker, tracked);
}

/* A packet that tells of no open connection: the rest of one that was closed and forgotten. */
static bool is_leftover(const struct connmon_observation *seen)
{
    return seen->result.state >= CONNMON_STATE_TIME_WAIT &&
           seen->result.event != CONNMON_EVENT_RESET;
}

/* Removes one connection, a closed one if there is any. */
static void make_room(struct tracker *tracker)
{
    const uint32_t count = tracker->connections.count;

    for (int which = TRACKER_QUEUES; which-- > 0;) {
        while (tracker->connections.count == count && tracker->queues[which].heap.count > 0) {
            const struct tracked *tracked = tracker_pop(tracker, (enum tracker_queue)which);

            if (tracked)
                tracker_remove(tracker, tracked);
        }
    }
}

/* NULL: no memory. */
static struct tracked *begin(struct events *events, const struct connmon_observation *seen)
{
    struct tracker *tracker = &events->tracker;
    struct tracked *tracked;
    struct event event =
        event_of(begins_anew(seen) ? CONNMON_EVENT_FOUND : CONNMON_EVENT_FOUND_MIDSTREAM, seen);

    if (tracker->most != 0 && tracker->connections.count >= tracker->most)
        make_room(tracker);
    tracked = tracker_add(tracker, seen, events->clock.now_ns);
    if (!tracked) {
        events->totals.lost.dropped++;
        return NULL;
    }
    events->totals.opened++;
    tell(events, tracked, &event);
    return tracked;
}

static struct tracked *renumber(struct events *events, struct tracked *tracked,
                                const struct connmon_observation *seen)
{
    tracked = tracker_renumber(&events->tracker, tracked, seen, events->clock.now_ns);
    events->totals.lost.dropped += !tracked;
    return tracked;
}

/* Finds the packet's connection, or begins it. NULL if the packet means nothing to any. */
static struct tracked *tracked_of(struct events *events, struct tracked *tracked,
                                  const struct connmon_observation *seen)
{
    uint32_t serial = seen->result.connection;

    if (tracked && mod32_before(serial, tracked->serial))
        return NULL; /* of the connection whose ports this one uses */
    if (tracked && begins_anew(seen) &&
        (tracked->serial != serial || seen->result.event == CONNMON_EVENT_REUSED)) {
        tell_reuse(events, tracked, seen);
        tracked = NULL;
    }
    if (tracked && tracked->serial != serial && tracked->is_closed) {
        tracker_remove(&events->tracker, tracked);
        tracked = NULL;
    }
    if (!tracked)
        return is_leftover(seen) ? NULL : begin(events, seen);
    return tracked->serial == serial ? tracked : renumber(events, tracked, seen);
}

/* A closed connection goes on or is closed in another way: whoever was to be reset ignored it. */
static bool proves_no_reset(const struct connmon_result *result)
{
    return result->event == CONNMON_EVENT_RESET_IGNORED || result->event == CONNMON_EVENT_CLOSED;
}

/* Tells what a packet of an open connection, or of one that is open after all, means for it. */
static void tell_event(struct events *events, struct tracked *tracked,
                       const struct connmon_observation *seen)
{
    const struct connmon_result *result = &seen->result;
    struct event event = event_of((int)result->event, seen);
    const bool is_proof = tracked->is_closed;

    if (is_proof)
        reopen(events, tracked);
    if (result->event == CONNMON_EVENT_ESTABLISHED) {
        event.has_server_delay = result->handshake.has_server && result->handshake.completes;
        event.has_client_delay = result->handshake.has_client;
        event.server_delay_ns = result->handshake.server_ns;
        event.client_delay_ns = result->handshake.client_ns;
    } else if (result->event != CONNMON_EVENT_CLOSED && !is_proof) {
        event.by = result->side;
    }
    if (result->event == CONNMON_EVENT_CLOSED || result->event == CONNMON_EVENT_RESET)
        close_tracked(events, tracked);
    tell(events, tracked, &event);
}

static void take(struct events *events, const struct connmon_observation *seen)
{
    struct tracked *tracked = tracker_find(&events->tracker, seen->result.connection);

    if (tracked && seen->result.event == CONNMON_EVENT_NONE) { /* as most packets */
        tracked_touch(tracked, seen, events->clock.now_ns);
        return;
    }
    if (!tracked)
        tracked = tracker_find_ends(&events->tracker, seen);
    tracked = tracked_of(events, tracked, seen);
    if (!tracked)
        return;
    tracked_touch(tracked, seen, events->clock.now_ns);
    if (seen->result.event > CONNMON_EVENT_FOUND_MIDSTREAM && !begins_anew(seen) &&
        (!tracked->is_closed || proves_no_reset(&seen->result))) /* else it is told already */
        tell_event(events, tracked, seen);
}

/* Reports what has timed out. */
static void time_out_due(struct events *events)
{
    for (int which = 0; which < TRACKER_QUEUES; which++)
        while (tracker_is_due(&events->tracker, (enum tracker_queue)which, events->clock.now_ns))
            time_out_first(events, (enum tracker_queue)which);
}

static void settle(struct events *events, bool is_right)
{
    bool has_held = events->has_held;

    events->has_held = false;
    steady_clock_settle(&events->clock, is_right);
    time_out_due(events);
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
    time_out_due(events);
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
