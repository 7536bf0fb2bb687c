/* conversation.h - a whole connection in figures: who is slow?
 *
 * Everything is kept per direction, as the figures of the host that sends in it: what it sent, the
 * delay between the capture point and it, and how it behaved. Which direction is the client's, and
 * how the connection ended, is the core's to say; of what it said, the latest counts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CONVERSATION_H
#define CONNMON_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "memory.h"
#include "observation.h"

/* What the time of a connection went into, as far as it can be told from the capture point. */
enum conversation_cause {
#define CAUSE(constant, name, meaning) constant,
#include "causes.def"
    CAUSE_COUNT
};

/* The kinds of delays in a side's histogram. */
enum side_delay {
    DELAY_RTT,      /* between the capture point and this host, all trustworthy */
    DELAY_QUEUEING, /* the same, above the minimum so far */
    DELAY_RESPONSE, /* from a request's last byte to the answer's first, less the smallest delay */
    SIDE_DELAY_COUNT
};

/* What goes wrong, which is little in most connections. Times are in ns. */
struct troubles {
    uint64_t missing_bytes;       /* lost on the way from this host to the capture point */
    uint64_t retransmitted_bytes; /* lost beyond it, or resent without need */
    uint32_t holes, retransmissions, dup_acks, keep_alives;
    int64_t zero_window;              /* how long this host's window was 0 */
    int64_t lost_before, lost_beyond; /* time that went into them */

    /* State */
    int64_t zero_window_since; /* valid if is_window_zero */
    int64_t hole_since;        /* valid if has_hole */
    uint64_t hole_packet;      /* that showed the latest hole, valid if has_hole */
    bool is_window_zero, has_hole;
};

/* The figures of one host. A capture has fewer than 2^32 packets. Times are in ns. A packet of the
 * ordinary kind needs no more than this, since there may be many of them open at once. */
struct side {
    uint64_t wire_bytes, payload_bytes;
    int64_t previous_time;        /* of this host's latest packet, valid if has_previous */
    int64_t rtt_min, rtt_max;     /* valid if has_rtt */
    int64_t rtt_smoothed, jitter; /* SRTT and RTTVAR of RFC 6298 section 2, likewise */
    struct histogram delays;      /* by enum side_delay */
    struct troubles *troubles;    /* NULL: none so far */
    int64_t handshake;            /* valid if has_handshake */
    int64_t responding, network;  /* time that went into them */
    uint32_t packets;
    uint32_t copies; /* packets that the capture shows again; they count nowhere else */
    bool has_rtt, has_previous, has_handshake;
};

struct conversation {
    uint32_t discriminator;
    uint8_t client;     /* the direction in which it sends */
    uint8_t directions; /* in which packets were seen: bit 0, bit 1 */
    enum connmon_end end;
    bool client_is_guess : 1, has_time : 1;
    bool has_holes : 1;              /* a side has or had some */
    int64_t first_time, last_time;   /* valid if has_time */
    struct side sides[2];            /* by direction */
    struct connmon_endpoint ends[2]; /* [0]: source in direction 0 */
};

/* Counts one packet of the connection; all bytes zero is a conversation without any. Packets come
 * in the order of capture. False if there was no memory for all that it tells. */
bool conversation_add(struct conversation *conversation, const struct connmon_observation *seen,
                      struct memory *memory);

/* Whether only one of the directions was seen. */
bool conversation_is_one_way(const struct conversation *conversation);

/* What went wrong on a side; never NULL. */
const struct troubles *side_troubles(const struct side *side);

/* How long a side's window was 0; one that is still 0 at the end counts until then. */
int64_t conversation_zero_window(const struct conversation *conversation, const struct side *side);

/* What most of the connection's time went into, and how much, in ns. CAUSE_NOTHING, and 0, unless
 * one cause accounts for at least a fifth of the duration.
 *
 * The time is told apart packet by packet. Between the last byte of a request and the first byte
 * of its answer, the smallest delay on the answering side is the network's, and the rest is the
 * answering host's. A retransmission costs the time since its sender's previous packet; a window of
 * 0 the time until it opens; a hole the time until it is filled, and nothing if what lies beyond it
 * is acknowledged before that: then the data did arrive, and only the capture lacks it. */
enum conversation_cause conversation_cause(const struct conversation *conversation, int64_t *ns);

/* Adds the figures of one side of a conversation to those of a row that sums up several. */
bool side_merge(struct side *into, const struct conversation *conversation, const struct side *from,
                struct memory *memory);

/* Gives back what the conversation, or the side, holds. */
void conversation_clear(struct conversation *conversation, struct memory *memory);
void side_clear(struct side *side, struct memory *memory);

/* How long the connection lasted, as far as the capture tells; 0 if no packet had a time. */
int64_t conversation_duration(const struct conversation *conversation);

/* "server side network", "nothing unusual", ... */
const char *conversation_cause_name(enum conversation_cause cause);

#endif
