/* figures.h - what the tests of the statistics share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_FIGURES_H
#define CONNMON_TEST_FIGURES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "observation.h"

#define MS INT64_C(1000000)

/* A packet of 100 bytes between the client, 192.0.2.1:40000, which sends in direction 0, and
 * 198.51.100.2:80. What comes late or again tells of a loss. */
static inline struct connmon_observation observe(int64_t ms, uint8_t direction, unsigned flags,
                                                 uint32_t payload)
{
    const struct connmon_endpoint ends[2] = {
        {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 40000},
        {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80},
    };

    return (struct connmon_observation){
        .time_ns = ms * MS,
        .src = ends[direction],
        .dst = ends[!direction],
        .wire_len = 100,
        .flags = (uint8_t)flags,
        .result = {.direction = direction,
                   .side = direction == 0 ? CONNMON_CLIENT : CONNMON_SERVER,
                   .payload_len = payload,
                   .is_loss = true},
    };
}

/* The same with a trustworthy delay. */
static inline struct connmon_observation observe_rtt(int64_t ms, uint8_t direction, int64_t rtt)
{
    struct connmon_observation seen = observe(ms, direction, CONNMON_ACK, 0);

    seen.result.rtt_source = CONNMON_RTT_SEQNO;
    seen.result.seqno = (struct connmon_delay){.present = true, .ns = rtt};
    seen.result.rtt_ns = seen.result.rtt_min_ns = rtt;
    return seen;
}

#endif
