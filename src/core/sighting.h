/* sighting.h - one segment on its way through the rules
 *
 * Each rule (sequence space, delays, handshake, duplicate ACKs) takes a sighting, updates the
 * flows, and writes its part of the result.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SIGHTING_H
#define CONNMON_SIGHTING_H

#include "connection.h"
#include "connmon.h"
#include "memory.h"

struct sighting {
    const struct connmon_segment *segment;
    uint32_t length; /* of sequence space: payload, SYN, FIN (RFC 9293 section 3.4) */
    struct connection *connection;
    uint8_t from, to;     /* directions: of the segment's flow and of its answers */
    struct flow *flow;    /* the flow that the segment belongs to */
    struct flow *reverse; /* the opposite one; the same if both endpoints are one */
    const struct connmon_config *config;
    struct memory *memory;
    struct connmon_stats *stats;
    struct connmon_result *result;
};

static inline bool sighting_has(const struct sighting *seen, unsigned flags)
{
    return (seen->segment->flags & flags) != 0;
}

/* Rebuilds the full number of a packet that was seen before, from its lower bits. */
static inline uint64_t sighting_full_packet(const struct sighting *seen, uint32_t lower,
                                            unsigned bits)
{
    uint64_t ago = (seen->segment->packet - lower) & ((UINT64_C(1) << bits) - 1);

    return seen->segment->packet - ago;
}

#endif
