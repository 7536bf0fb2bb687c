/* observation.h - one packet as those see it who print, sum up or export
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OBSERVATION_H
#define CONNMON_OBSERVATION_H

#include "connmon.h"

/* What is left of a segment once it has been matched, and what it revealed. The packet numbers in
 * `result` are those of `packet`'s kind; 0 is a packet without a number. */
struct connmon_observation {
    int64_t time_ns;
    uint64_t packet;        /* as the user counts, from 1 */
    uint32_t discriminator; /* of the connection; in Wireshark its tcp.stream */
    struct connmon_endpoint src, dst;
    uint32_t wire_len;
    uint8_t flags; /* enum connmon_tcp_flags */
    bool time_unknown;
    bool has_timestamps;
    bool has_zero_window; /* the window field is 0 */
    int64_t stall_ns;     /* how long the connection had stood still, see stall.h; 0: it had not */
    struct connmon_result result;
};

/* Takes the round-trip delays out of a result: those of a side that the user does not want to be
 * measured. */
static inline void connmon_unmeasure(struct connmon_result *result)
{
    result->tsval = result->seqno = (struct connmon_delay){0};
    result->rtt_source = CONNMON_RTT_NONE;
    result->rtt_ns = result->rtt_min_ns = result->rtt_slack_ns = 0;
}

/* Fills all but `result` from the segment, which is taken to end no stall: let connmon_process()
 * write that in place, since a copy of it costs as much as some of the rules. */
static inline void connmon_observe(struct connmon_observation *seen,
                                   const struct connmon_segment *segment)
{
    seen->time_ns = segment->time_ns;
    seen->packet = segment->packet;
    seen->discriminator = segment->discriminator;
    seen->src = segment->src;
    seen->dst = segment->dst;
    seen->wire_len = segment->wire_len;
    seen->flags = (uint8_t)segment->flags;
    seen->time_unknown = segment->time_unknown;
    seen->has_timestamps = segment->has_timestamps;
    seen->has_zero_window = segment->window == 0;
    seen->stall_ns = 0;
}

#endif
