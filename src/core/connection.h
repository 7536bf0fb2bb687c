/* connection.h - what is known of one TCP connection
 *
 * The layout counts: a million connections may be open at once, and every segment touches its
 * connection. Members that are used together stand together; presence is a flag, never a value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CONNECTION_H
#define CONNMON_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"
#include "holes.h"
#include "outstanding.h"
#include "seen_values.h"

enum flow_flags {
    FLOW_HAS_PREVIOUS = 0x01, /* previous_time_ns */
    FLOW_HAS_RTT_MIN = 0x02,  /* rtt_min_ns */
    FLOW_HAS_ISN = 0x04,      /* isn, and a SYN has told it */
    FLOW_HAS_HIGH = 0x08,     /* low, high */
    FLOW_HAS_ACK = 0x10,      /* ack_high, ack_packet */
    FLOW_HAS_WINDOW = 0x20,   /* window */
    FLOW_HAS_RESEND = 0x40,   /* last_resend */
    FLOW_HAS_ACK_TIME = 0x80, /* ack_time_ns, if FLOW_HAS_ACK */
    FLOW_HAS_BEGIN = 0x100,   /* isn */
    FLOW_WAS_RESET = 0x200,   /* the connection was, since the flow's latest SYN */
    FLOW_HAS_PROBE = 0x400,   /* the receiver may refuse what was sent last */
    FLOW_HAS_FIN = 0x800,     /* its host has sent all */
    FLOW_HAS_RESET = 0x1000,  /* its host has reset the connection */
    FLOW_HAS_LIMIT = 0x2000,  /* limit */
    FLOW_IS_SYN = 0x4000,     /* the flow's latest segment, so `window` is not scaled */
    FLOW_HAS_SOUND = 0x8000,  /* sound_ack */
};

/* One direction of a connection. */
struct flow {
    uint64_t bytes;           /* wire_len, summed */
    int64_t previous_time_ns; /* of the flow's latest segment */
    int64_t rtt_min_ns;       /* smallest delay that this flow's segments have completed */

    /* Sequence space */
    uint32_t isn;         /* seqno of the latest SYN; before one, what it must have been */
    uint32_t low;         /* where its first segment began; if FLOW_HAS_HIGH */
    uint32_t high;        /* highest sequence end: the expected seqno */
    uint32_t last_resend; /* packet of the latest retransmission or hole fill, modulo 2^32 */
    uint32_t limit;       /* `high` when the connection was reset: what lies beyond came later */

    /* Acknowledgments that this flow has sent */
    uint32_t ack_high;   /* highest ackno of any segment */
    uint32_t sound_ack;  /* highest that tells of what its sender has got */
    int64_t ack_time_ns; /* of the first segment with ack_high */
    uint32_t ack_packet; /* its packet, modulo 2^32 */
    uint32_t dup_ack_num;
    uint16_t window; /* of the flow's latest segment */

    uint16_t flags; /* enum flow_flags */
    uint8_t state;  /* enum connmon_state: of the host that sends this flow */
    outstanding_size outstanding_size;
    seen_values_size acked_size, echoed_size;
    struct outstanding outstanding; /* what this flow has sent and the other may answer */
    struct seen_values acked;       /* acknos that this flow has carried */
    struct seen_values echoed;      /* TSecr values that this flow has carried */
};

enum handshake_flags {
    HANDSHAKE_HAS_SYN = 0x01,     /* all of the handshake's members but syn_ack_* */
    HANDSHAKE_HAS_SYN_ACK = 0x02, /* syn_ack_* */
    HANDSHAKE_CLIENT = 0x04,      /* the direction that sent the SYN is 1, not 0 */
    HANDSHAKE_COMPLETE = 0x08,
    HANDSHAKE_HAS_SYN_TIME = 0x10, /* syn_time_ns; cleared by the SYN-ACK */
    HANDSHAKE_HAS_SERVER = 0x20,   /* server_ns */
    HANDSHAKE_HAS_SYN_ACK_TIME = 0x40,
};

/* A three-way handshake, begun by one SYN (RFC 9293 section 3.5). */
struct handshake {
    union {
        int64_t syn_time_ns; /* of the latest SYN, until the SYN-ACK */
        int64_t server_ns;   /* delay between capture point and server, from then on */
    };
    int64_t syn_ack_time_ns; /* of the latest SYN-ACK */
    uint32_t isn, syn_ack_isn;
};

/* The latest payload, while the other end may answer it. */
struct turn {
    int64_t time_ns;        /* if has_time */
    uint32_t packet;        /* modulo 2^32 */
    uint32_t requests : 29; /* so far, modulo 2^29 */
    uint32_t is_begun : 1;  /* all other members but requests */
    uint32_t direction : 1; /* in which it came */
    uint32_t has_time : 1;
};

enum connection_flags {
    CONNECTION_IN_USE = 0x01,     /* this room of the table holds a connection */
    CONNECTION_TOUCHED = 0x02,    /* since the evicting hand last passed */
    CONNECTION_HAS_SYN = 0x04,    /* CONNECTION_CLIENT */
    CONNECTION_CLIENT = 0x08,     /* the client sends in direction 1, not 0 */
    CONNECTION_SEEN = 0x10,       /* direction 0 has sent; 0x20: direction 1 has */
    CONNECTION_HAS_COPIES = 0x40, /* the capture point sees its packets more than once */
};

struct connection {
    /* What tells one connection from another. The endpoint whose segment came first is [0]. */
    uint8_t addr[2][16];
    uint32_t discriminator;
    uint16_t port[2];
    uint8_t addr_len[2];

    uint8_t flags;           /* enum connection_flags */
    uint8_t handshake_flags; /* enum handshake_flags */
    uint32_t serial;
    struct handshake handshake;
    struct turn turn;
    struct holes **holes; /* of either flow, by direction; NULL: neither ever had one */
    struct flow flows[2]; /* [0]: sent by endpoint 0 */
};

/* Where the holes of a flow are; NULL if that needs memory and there is none. */
struct holes **connection_holes(struct connection *connection, uint8_t direction,
                                struct memory *memory);

/* Gives back the memory for what awaits its answer, if all of that is older than `max_age_ns`. */
void connection_release_outstanding(struct connection *connection, int64_t now_ns,
                                    int64_t max_age_ns, struct memory *memory);

/* Gives back all memory that the connection holds, but not the connection itself. */
void connection_clear(struct connection *connection, struct memory *memory);

#endif
