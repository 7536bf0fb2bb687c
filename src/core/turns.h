/* turns.h - who speaks: requests and answers by the direction of payload
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TURNS_H
#define CONNMON_TURNS_H

#include "sighting.h"

/* What a segment does to the turn of the connection in which it comes. */
enum turn_step {
    TURN_UNTOUCHED = 0,
    TURN_GOES_ON, /* more payload from who has it, resent payload included */
    TURN_BEGINS,  /* the first payload from the other end, or from any */
};

/* Tells that from a segment's result and flags. `is_own`: whose turn it is has sent it; false if
 * it is nobody's. Only what the flow has not carried before begins a turn: what is resent, or late,
 * belongs to one that is over. A keep-alive says nothing, and a RST's payload is no application's
 * (RFC 9293 section 3.10.7). */
static inline enum turn_step turn_step(const struct connmon_result *result, unsigned flags,
                                       bool is_own)
{
    if (result->payload_len == 0 || (flags & CONNMON_RST) ||
        result->seq_event == CONNMON_SEQ_KEEP_ALIVE)
        return TURN_UNTOUCHED;
    if (is_own)
        return TURN_GOES_ON;
    return result->seq_gap + (int64_t)result->payload_len > 0 ? TURN_BEGINS : TURN_UNTOUCHED;
}

/* A SYN that opens a sequence space: nobody has spoken in it yet. */
static inline bool turn_is_void(const struct connmon_result *result, unsigned flags)
{
    return (flags & (CONNMON_SYN | CONNMON_ACK | CONNMON_RST)) == CONNMON_SYN &&
           result->seq_gap == 0;
}

/* Follows whose turn it is, and tells of a turn's first payload how long the other end had waited
 * for it. To be called once the segment's place, its side and its delays are known. */
void turns_follow(struct sighting *seen);

#endif
