/* tracker.h - the connections that events are reported of, until they time out
 *
 * A connection is found by the core's serial number, and where the core has forgotten it meanwhile,
 * by its ends. It is in one of two queues: while it is open, and after it was closed, for a while,
 * so that its last packets open nothing and the reuse of its ports is noticed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TRACKER_H
#define CONNMON_TRACKER_H

#include "connection_map.h"
#include "hash_index.h"
#include "observation.h"
#include "timeout_heap.h"

enum tracker_queue { TRACKER_OPEN, TRACKER_CLOSED, TRACKER_QUEUES };

struct tracked {
    /* What most packets change comes first: with the map's head of an entry, one cache line */
    int64_t clock_ns; /* when it was seen last, by the clock of time-outs */
    int64_t time_ns;  /* capture time of the latest packet that has one */
    uint8_t client;   /* whose end of `ends` */
    uint8_t turned;   /* 1: the core's direction 0 is [1] of `ends` */
    uint8_t queue;    /* enum tracker_queue; added to it with the time queued_ns */
    bool is_closed, has_first;
    uint32_t serial, stream;
    int64_t queued_ns;
    int64_t first_ns;                /* capture time of the first packet; valid if has_first */
    struct connmon_endpoint ends[2]; /* [0]: source in direction 0, when it was found first */
};

struct tracker {
    struct memory memory;
    struct connection_map connections; /* of struct tracked */
    struct hash_index index;           /* of their places in the map, by both ends */
    struct {
        struct timeout_heap heap;
        int64_t max_age_ns; /* 0: for ever */
    } queues[TRACKER_QUEUES];
    uint32_t most;      /* connections; 0: no limit */
    uint64_t forgotten; /* connections that were removed while not closed */
};

/* No connections yet, and at most so many (0: no limit). An open one times out after `timeout_ns`
 * (0: never). */
void tracker_init(struct tracker *tracker, int64_t timeout_ns, uint32_t most);

/* Removes all connections and gives the memory back. */
void tracker_clear(struct tracker *tracker);

/* The connection with this serial number; NULL: there is none. */
static inline struct tracked *tracker_find(const struct tracker *tracker, uint32_t serial)
{
    return connection_map_find(&tracker->connections, serial);
}

/* The connection between the ends of this packet; NULL: there is none. */
struct tracked *tracker_find_ends(const struct tracker *tracker,
                                  const struct connmon_observation *seen);

/* Adds a connection with its first packet, at this time of the clock of time-outs. At the limit,
 * the caller removes another one before. NULL: no memory. */
struct tracked *tracker_add(struct tracker *tracker, const struct connmon_observation *seen,
                            int64_t now_ns);

/* Moves a connection to the serial number that the core, which had forgotten it, gives it with this
 * packet. Returns where it is now; NULL: no memory, and it is forgotten. */
struct tracked *tracker_renumber(struct tracker *tracker, struct tracked *tracked,
                                 const struct connmon_observation *seen, int64_t now_ns);

/* Notes that the packet is the connection's latest. */
void tracked_touch(struct tracked *tracked, const struct connmon_observation *seen, int64_t now_ns);

/* Moves it into a queue. False: no memory, and it stays in its queue; it is removed later. */
bool tracker_move(struct tracker *tracker, struct tracked *tracked, enum tracker_queue which,
                  int64_t now_ns);

/* Pops the first of a queue that is not empty. Returns the connection if it was not seen since it
 * was queued; NULL: the entry was stale, or is queued again. */
struct tracked *tracker_pop(struct tracker *tracker, enum tracker_queue which);

/* Whether the first of a queue may have timed out. */
bool tracker_is_due(const struct tracker *tracker, enum tracker_queue which, int64_t now_ns);

/* Removes a connection. */
void tracker_remove(struct tracker *tracker, const struct tracked *tracked);

#endif
