/* followed.h - the connections that events are told of, until they time out
 *
 * One is found by the core's number of it, and where the core does not know it any more, by its
 * ends. It stands in one of two queues: as long as it is open, and when it is closed, for a while,
 * so that its last packets open nothing and the use of its ports is noticed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FOLLOWED_H
#define CONNMON_FOLLOWED_H

#include "deadlines.h"
#include "last_seen.h"
#include "memory.h"
#include "observation.h"

enum followed_queue { FOLLOWED_OPEN, FOLLOWED_CLOSED, FOLLOWED_QUEUES };

struct followed_entry {
    struct followed_entry *next;     /* of the same slot */
    struct connmon_endpoint ends[2]; /* [0]: source in direction 0 */
    uint32_t serial, stream;
    int64_t first_ns; /* capture time of the first packet; valid if has_first */
    int64_t queued_ns;
    uint8_t queue; /* where it stands, with the time queued_ns; else it stood there before */
    bool is_closed, has_first;
};

struct followed {
    struct memory memory;
    struct followed_entry **slots; /* 2^bits chains, by both endpoints */
    struct last_seen_table last_seen;
    struct {
        struct deadlines deadlines;
        int64_t max_age_ns; /* 0: for ever */
    } queues[FOLLOWED_QUEUES];
    size_t count;
    uint32_t most; /* 0: no limit */
    uint8_t bits;
};

/* None yet, of at most so many (0: no limit). An open one times out after `timeout_ns` (0: never).
 */
void followed_init(struct followed *all, int64_t timeout_ns, uint32_t most);

/* Forgets all, and gives back what they hold. */
void followed_clear(struct followed *all);

/* The connection with the ends of this packet; NULL: there is none. */
struct followed_entry *followed_by_ends(const struct followed *all,
                                        const struct connmon_observation *seen);

/* Begins a connection with its first packet, at this time of the clock that is used for time-outs;
 * at the limit another one must be forgotten before. NULL: no memory. */
struct followed_entry *followed_begin(struct followed *all, const struct connmon_observation *seen,
                                      int64_t now_ns);

/* The core knows it by another number now, since it had to forget it meanwhile. False: no memory.
 */
bool followed_renumber(struct followed *all, struct followed_entry *entry,
                       const struct connmon_observation *seen, int64_t now_ns);

/* Notes that the packet is the connection's latest. */
void followed_touch(struct last_seen *last, const struct connmon_observation *seen, int64_t now_ns);

/* Moves it into a queue. Without memory it stays where it is: it is forgotten later. */
bool followed_move(struct followed *all, struct followed_entry *entry, enum followed_queue which,
                   int64_t now_ns);

/* Takes the connection that was unseen for longest from a queue that is not empty, as far as it
 * knows. NULL: it is gone, or stands elsewhere, or was seen since: ask again. */
struct followed_entry *followed_take(struct followed *all, enum followed_queue which);

/* Whether the first of a queue may have timed out. */
bool followed_is_due(const struct followed *all, enum followed_queue which, int64_t now_ns);

/* Forgets a connection. */
void followed_forget(struct followed *all, struct followed_entry *entry);

#endif
