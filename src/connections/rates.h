/* rates.h - a row of the bandwidth: what a connection, or an address, sent in an interval
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_RATES_H
#define CONNMON_RATES_H

#include "observation.h"
#include "report.h"

struct rates_interval {
    int64_t start_ns, length_ns;
    uint64_t active, bytes; /* rows, and what all packets sum up to */
};

struct rates_way {
    uint64_t bytes, goodput_bytes, rtt_count;
    int64_t rtt_min, rtt_max, rtt_sum; /* valid if there are any */
};

/* Laid out so that a packet touches few cache lines. */
struct rates {
    uint32_t hash;                   /* for who keeps the rows */
    uint32_t serial, stream;         /* of a connection */
    struct rates_way ways[2];        /* sent by client and by server; or sent and received */
    struct connmon_endpoint ends[2]; /* of a connection client and server; else [0]: the address */
    const struct rates_interval *interval;
};

/* A packet, and which row it belongs to. */
struct rates_packet {
    struct connmon_endpoint ends[2]; /* as those of a row; an address has the port 0 */
    uint32_t serial, stream;         /* likewise; of an address 0 */
    uint32_t bytes, goodput_bytes;
    int64_t rtt_ns; /* valid if has_rtt */
    bool has_rtt;
    uint8_t way; /* of the row */
};

/* The kinds of rows. */
extern const struct report_kind rates_of_connection, rates_of_address;

/* Takes what counts of a packet that was seen, but for whose it is. */
void rates_take(struct rates_packet *packet, const struct connmon_observation *seen);

/* For qsort() of pointers to rows: the larger stands first; of equal ones the one whose number is
 * smaller, or whose address. */
int rates_compare(const void *left, const void *right);

/* Counts a packet, which went this way. */
void rates_add(struct rates_way *way, const struct rates_packet *packet);

#endif
