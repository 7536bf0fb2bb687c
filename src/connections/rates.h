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

struct rates {
    const struct rates_interval *interval;
    struct connmon_endpoint ends[2]; /* of a connection client and server; else [0]: the address */
    uint32_t serial, stream;         /* of a connection */
    uint32_t slot;                   /* for who keeps the rows */
    struct rates_way ways[2];        /* sent by client and by server; or sent and received */
};

/* The kinds of rows. */
extern const struct report_kind rates_of_connection, rates_of_address;

/* Counts a packet, which went this way. */
void rates_add(struct rates_way *way, const struct connmon_observation *seen);

#endif
