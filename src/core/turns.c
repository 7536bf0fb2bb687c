/* turns.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "turns.h"

#include "clock.h"

/* How long the other end has waited, and what of that its packets and the answer were under way at
 * least: the smallest delay so far on the answering side. */
static void tell_wait(struct sighting *seen)
{
    const struct turn *turn = &seen->connection->turn;
    const struct flow *flow = seen->flow;
    struct connmon_turn *told = &seen->result->turn;

    told->is_present = true;
    told->request = turn->requests;
    told->packet = sighting_full_packet(seen, turn->packet, 32);
    told->has_time = turn->has_time && !seen->segment->time_unknown &&
                     clock_elapsed(turn->time_ns, seen->segment->time_ns, &told->wait_ns);
    told->has_network = told->has_time && (flow->flags & FLOW_HAS_RTT_MIN);
    if (told->has_network)
        told->network_ns = flow->rtt_min_ns < told->wait_ns ? flow->rtt_min_ns : told->wait_ns;
}

static void begin(struct sighting *seen)
{
    struct turn *turn = &seen->connection->turn;
    bool is_request = seen->result->side == CONNMON_CLIENT;

    if (is_request)
        turn->requests++;
    if (turn->is_begun)
        tell_wait(seen);
}

void turns_follow(struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    struct turn *turn = &seen->connection->turn;
    enum turn_step step;

    if (segment->payload_len == 0 && !(segment->flags & CONNMON_SYN))
        return;
    if (turn_is_void(seen->result, segment->flags))
        turn->is_begun = false;
    step = turn_step(seen->result, segment->flags, turn->is_begun && turn->direction == seen->from);
    if (step == TURN_UNTOUCHED)
        return;
    if (step == TURN_BEGINS)
        begin(seen);
    /* What was resent begins the wait anew: no host can answer what has not reached it. */
    turn->is_begun = true;
    turn->direction = seen->from & 1U;
    turn->packet = (uint32_t)segment->packet;
    turn->time_ns = segment->time_ns;
    turn->has_time = !segment->time_unknown;
}
