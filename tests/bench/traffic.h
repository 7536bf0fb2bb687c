/* traffic.h - synthetic segments for the benchmark
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BENCH_TRAFFIC_H
#define CONNMON_BENCH_TRAFFIC_H

#include "connmon.h"

enum traffic_kind {
    TRAFFIC_BULK,  /* `open` connections: two data segments, one ACK, all with timestamps */
    TRAFFIC_CHURN, /* connections of ten segments, `open` at once, one after the other */
    TRAFFIC_MANY,  /* as churn, of fifteen segments */
    TRAFFIC_CROWD, /* `open` connections for good, requests and responses at random */
};

struct traffic;

/* Traffic that depends on its arguments alone. NULL: no memory. */
struct traffic *traffic_new(enum traffic_kind kind, uint32_t open);
void traffic_free(struct traffic *traffic);

/* The next segment. A crowd begins with a handshake, a request and a response of each connection
 * in turn: CROWD_FIRST_SEGMENTS for each. */
#define CROWD_FIRST_SEGMENTS 6
void traffic_next(struct traffic *traffic, struct connmon_segment *segment);

#endif
