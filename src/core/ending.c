/* ending.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ending.h"

#include "modular.h"

static void forget(struct sighting *seen, unsigned flags)
{
    seen->flow->flags &= (uint16_t)~flags;
    seen->reverse->flags &= (uint16_t)~flags;
}

static bool has_acknowledged(const struct flow *flow, const struct flow *other)
{
    return (flow->flags & FLOW_HAS_SOUND) && flow->sound_ack == other->high;
}

/* The state of a host that goes on. */
static enum connmon_state resumed(const struct flow *flow, const struct flow *other)
{
    static const enum connmon_state states[2][2][2] = {
        {{CONNMON_STATE_ESTABLISHED, CONNMON_STATE_CLOSE_WAIT},
         {CONNMON_STATE_ESTABLISHED, CONNMON_STATE_CLOSE_WAIT}},
        {{CONNMON_STATE_FIN_WAIT_1, CONNMON_STATE_LAST_ACK},
         {CONNMON_STATE_FIN_WAIT_2, CONNMON_STATE_TIME_WAIT}},
    };
    bool has_fin = (flow->flags & FLOW_HAS_FIN) != 0;
    bool has_others_fin = (other->flags & FLOW_HAS_FIN) != 0;

    return states[has_fin][has_acknowledged(other, flow)]
                 [has_others_fin && has_acknowledged(flow, other)];
}

static void resume(struct sighting *seen)
{
    struct flow *flow = seen->flow, *reverse = seen->reverse;

    forget(seen, FLOW_HAS_RESET);
    flow->state = (uint8_t)resumed(flow, reverse);
    reverse->state = (uint8_t)resumed(reverse, flow);
    seen->result->state = (enum connmon_state)flow->state;
    seen->result->event =
        flow->state == CONNMON_STATE_TIME_WAIT && reverse->state == CONNMON_STATE_TIME_WAIT
            ? CONNMON_EVENT_CLOSED
            : CONNMON_EVENT_RESET_IGNORED;
}

static void set_limit(struct flow *flow, uint32_t limit)
{
    flow->limit = limit;
    flow->flags |= FLOW_HAS_LIMIT;
}

static bool is_one_way(const struct sighting *seen)
{
    return !(seen->connection->flags & CONNECTION_SEEN << seen->to);
}

static void begin_reset(struct sighting *seen)
{
    const uint32_t seq = seen->segment->seq;

    seen->flow->flags |= FLOW_HAS_RESET;
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &seen->connection->flows[i];

        flow->flags &= (uint16_t)~FLOW_HAS_LIMIT;
        if (flow->flags & FLOW_HAS_HIGH)
            set_limit(flow, flow->high);
    }
    if (is_one_way(seen) && (seen->flow->flags & FLOW_HAS_LIMIT) &&
        mod32_after(seq, seen->flow->limit))
        set_limit(seen->flow, seq);
}

/* Where the other host was never seen, nobody acknowledges anything. But who has reset a connection
 * sends nothing that lies beyond the RST. */
static bool goes_on_alone(const struct sighting *seen)
{
    return is_one_way(seen) && seen->segment->payload_len > 0 &&
           mod32_after(seen->segment->seq + seen->segment->payload_len, seen->flow->limit);
}

/* What was in flight passes after the RST, too; but nobody acknowledges that. */
static void follow_reset(struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;
    uint32_t ack = seen->segment->ack;
    bool is_acknowledged;

    if (sighting_has(seen, CONNMON_RST))
        return;
    if (sighting_has(seen, CONNMON_SYN) || !(seen->flow->flags & FLOW_HAS_LIMIT))
        set_limit(seen->flow, seen->segment->seq);
    is_acknowledged = sighting_has(seen, CONNMON_ACK) && (reverse->flags & FLOW_HAS_LIMIT) &&
                      mod32_after(ack, reverse->limit) && !mod32_after(ack, reverse->high);
    if (!sighting_has(seen, CONNMON_SYN) && (is_acknowledged || goes_on_alone(seen)))
        resume(seen);
}

static enum connmon_end end_of(const struct sighting *seen)
{
    const struct connection *connection = seen->connection;
    const struct flow *flow = seen->flow, *reverse = seen->reverse;
    enum connmon_side side = seen->result->side;

    if (flow->flags & FLOW_HAS_RESET)
        return side == CONNMON_CLIENT ? CONNMON_END_RESET_BY_CLIENT : CONNMON_END_RESET_BY_SERVER;
    if (reverse->flags & FLOW_HAS_RESET)
        return side == CONNMON_CLIENT ? CONNMON_END_RESET_BY_SERVER : CONNMON_END_RESET_BY_CLIENT;
    if (flow != reverse && (flow->flags & reverse->flags & FLOW_HAS_FIN))
        return CONNMON_END_FIN;
    if (seen->result->side_is_guess || !(connection->flags & CONNECTION_SEEN) ||
        !(connection->flags & CONNECTION_SEEN << 1))
        return CONNMON_END_PARTIAL;
    return CONNMON_END_OPEN;
}

void ending_follow(struct sighting *seen)
{
    struct flow *flow = seen->flow, *reverse = seen->reverse;

    if (seen->result->event == CONNMON_EVENT_REUSED) {
        forget(seen, FLOW_HAS_FIN | FLOW_HAS_RESET);
    } else if (seen->result->event == CONNMON_EVENT_RESET) {
        begin_reset(seen);
    } else if (seen->result->event == CONNMON_EVENT_RESET_IGNORED &&
               !sighting_has(seen, CONNMON_RST)) {
        forget(seen, FLOW_HAS_RESET);
    }
    /* Nothing follows a FIN. Who has not opened this connection closes an earlier one. */
    if (sighting_has(seen, CONNMON_FIN) && !sighting_has(seen, CONNMON_RST) &&
        flow->state > CONNMON_STATE_SYN_SENT && seen->segment->seq + seen->length == flow->high)
        flow->flags |= FLOW_HAS_FIN;
    if ((flow->flags | reverse->flags) & FLOW_HAS_RESET)
        follow_reset(seen);
    seen->result->end = end_of(seen);
}
