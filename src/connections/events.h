/* events.h - connections as they live: found, established, closed, and why
 *
 * Told as they happen, in the order of capture, each with its packet's time. What a packet means
 * for its connection is the core's to say (enum connmon_event); here it becomes who, when, after
 * how long, and how many connections are open; and here connections time out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EVENTS_H
#define CONNMON_EVENTS_H

#include "connection_map.h"
#include "observation.h"

/* What no packet tells, so it is none of enum connmon_event; the numbers go on from those. */
enum event_kind {
    EVENT_BEFORE_FIRST = CONNMON_EVENT_COUNT - 1,
#define EVENT(constant, name, words, meaning) constant,
#include "events.def"
    EVENT_KIND_COUNT
};

struct event {
    int kind;        /* enum connmon_event or event_kind */
    int64_t time_ns; /* valid if has_time */
    int64_t age_ns;  /* of the connection, since its first packet; valid if has_time */
    bool has_time;
    uint32_t stream; /* the connection's discriminator */
    struct connmon_endpoint client, server;
    enum connmon_side by; /* who did it; CONNMON_SIDE_NONE where nobody or both did */
    /* Of CONNMON_EVENT_ESTABLISHED: the handshake's delays */
    int64_t server_delay_ns, client_delay_ns;
    bool has_server_delay, has_client_delay;
    uint64_t opened, closed; /* connections so far, this one included */
    uint64_t open;           /* now: neither closed nor forgotten */
};

typedef void events_sink(void *to, const struct event *event);

struct events;

/* A connection that is silent for longer than `timeout_ns` (0: for ever) times out. Of `most`
 * connections (0: no limit), the one that was silent for longest is forgotten for the next one,
 * closed ones first, and nothing is told of it. Each event goes to `sink` with `to`. Free with
 * events_free(); NULL if there is no memory. */
struct events *events_new(int64_t timeout_ns, uint32_t most, events_sink *sink, void *to);
void events_free(struct events *events);

/* Takes the next TCP packet. Its events have its own time. */
void events_add(struct events *events, const struct connmon_observation *seen);

/* Tells of a packet of that time, of whatever kind but a copy: tells what has timed out. A step of
 * the capture's clock by which something could time out, or as far back, counts only if a second
 * packet confirms it: one packet with a wrong time ends nothing. Steps back let no time pass. */
void events_advance(struct events *events, int64_t time_ns);

/* Tells what waits for a second packet; none comes any more. */
void events_finish(struct events *events);

/* Forgets all connections, and counts anew. */
void events_reset(struct events *events);

struct events_totals {
    uint64_t opened, closed;
    struct connection_losses lost; /* connections that were forgotten while they were open */
};

struct events_totals events_totals(const struct events *events);

/* Bytes that are held for them now. */
size_t events_memory(const struct events *events);

#endif
