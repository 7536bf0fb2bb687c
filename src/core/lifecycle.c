/* lifecycle.c
 *
 * Each host has a state of its own, kept with the flow that it sends. A segment moves its sender's
 * as it is sent and its receiver's as if it had arrived. Where the capture begins late or lacks a
 * direction, a host's state is what its segments and those of the other imply.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lifecycle.h"

#include "modular.h"
#include "sequence.h"

/* Without window scaling, nothing that a host sends lies further ahead than this. */
#define PLAIN_WINDOW UINT32_C(65535)

static bool is_synchronised(const struct flow *flow)
{
    return flow->state >= CONNMON_STATE_ESTABLISHED;
}

static bool is_over(const struct sighting *seen)
{
    return seen->flow->state >= CONNMON_STATE_TIME_WAIT &&
           seen->reverse->state >= CONNMON_STATE_TIME_WAIT;
}

/* Neither direction has carried anything before. */
static bool is_first(const struct sighting *seen)
{
    return !((seen->flow->flags | seen->reverse->flags) & FLOW_HAS_WINDOW);
}

static void move(struct sighting *seen, enum connmon_state sender, enum connmon_state receiver)
{
    seen->flow->state = (uint8_t)sender;
    seen->reverse->state = (uint8_t)receiver;
}

static void tell(struct sighting *seen, enum connmon_event event)
{
    seen->result->event = event;
}

static bool is_known_isn(const struct sighting *seen)
{
    return (seen->flow->flags & FLOW_HAS_ISN) && seen->flow->isn == seen->segment->seq;
}

/* Whether the segment's ackno answers the other's SYN, as far as that is known. */
static bool acknowledges_syn(const struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;

    return reverse->state == CONNMON_STATE_UNKNOWN || !(reverse->flags & FLOW_HAS_ISN) ||
           mod32_after(seen->segment->ack, reverse->isn);
}

/* Whether the other host has acknowledged this flow's SYN, whose seqno is `isn`. Of one that was
 * never seen nothing else can be told. */
static bool is_syn_acknowledged(const struct sighting *seen, bool has_isn, uint32_t isn)
{
    const struct flow *reverse = seen->reverse;

    if (reverse->state == CONNMON_STATE_UNKNOWN)
        return true;
    return (reverse->flags & FLOW_HAS_SOUND) && (!has_isn || mod32_after(reverse->sound_ack, isn));
}

static void establish(struct sighting *seen)
{
    if (!is_synchronised(seen->flow))
        seen->flow->state = CONNMON_STATE_ESTABLISHED;
    if (!is_synchronised(seen->reverse))
        seen->reverse->state = CONNMON_STATE_ESTABLISHED;
    tell(seen, CONNMON_EVENT_ESTABLISHED);
}

static void follow_syn(struct sighting *seen)
{
    if (sequence_is_late_syn(seen))
        return; /* what it begins goes on already */
    if (sequence_is_answered_syn(seen) && seen->reverse->state == CONNMON_STATE_SYN_RECEIVED) {
        seen->flow->state = CONNMON_STATE_SYN_SENT; /* its answer has overtaken it */
        return;
    }
    if (!sequence_is_new(seen)) {
        tell(seen, CONNMON_EVENT_DUPLICATE_SYN);
    } else if (seen->flow->state == CONNMON_STATE_UNKNOWN &&
               seen->reverse->state == CONNMON_STATE_SYN_SENT) {
        move(seen, CONNMON_STATE_SYN_SENT, CONNMON_STATE_SYN_RECEIVED); /* simultaneous open */
    } else {
        move(seen, CONNMON_STATE_SYN_SENT, CONNMON_STATE_UNKNOWN);
        tell(seen, CONNMON_EVENT_REUSED);
    }
}

/* The first SYN-ACK that is seen of a host, after the connection's end. */
static void follow_syn_ack_after_end(struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;
    uint32_t ack = seen->segment->ack;

    if (!(reverse->flags & FLOW_HAS_ISN) || !mod32_after(ack, reverse->isn) ||
        mod32_after(ack, reverse->high)) { /* it answers a SYN that was not captured */
        move(seen, CONNMON_STATE_SYN_RECEIVED, CONNMON_STATE_UNKNOWN);
        tell(seen, CONNMON_EVENT_REUSED);
    } else if (seen->flow->flags & FLOW_HAS_RESET) { /* it refused that SYN, as it seemed */
        move(seen, CONNMON_STATE_SYN_RECEIVED, CONNMON_STATE_SYN_SENT);
        tell(seen, CONNMON_EVENT_RESET_IGNORED);
    } else if (!(reverse->flags & FLOW_HAS_RESET)) {
        tell(seen, CONNMON_EVENT_DUPLICATE_SYN_ACK);
    } /* else the other host's RST has crossed it */
}

/* A SYN-ACK of another ISN than before, or the first. */
static void follow_new_syn_ack(struct sighting *seen)
{
    const struct flow *flow = seen->flow, *reverse = seen->reverse;
    bool answers_same_syn =
        (reverse->flags & FLOW_HAS_ISN) && seen->segment->ack == reverse->isn + 1;

    if (!is_synchronised(flow)) {
        if (flow->state == CONNMON_STATE_SYN_RECEIVED && (flow->flags & FLOW_HAS_ACK))
            tell(seen, CONNMON_EVENT_DUPLICATE_SYN_ACK);
        seen->flow->state = CONNMON_STATE_SYN_RECEIVED;
    } else if ((flow->flags & FLOW_HAS_ISN) && answers_same_syn) {
        tell(seen, CONNMON_EVENT_DUPLICATE_SYN_ACK);
    } else if ((flow->flags & FLOW_HAS_HIGH) && !sequence_is_late_syn(seen)) {
        move(seen, CONNMON_STATE_SYN_RECEIVED, CONNMON_STATE_UNKNOWN);
        tell(seen, CONNMON_EVENT_REUSED);
    }
}

static void follow_syn_ack(struct sighting *seen)
{
    const struct flow *flow = seen->flow;

    if (!(flow->flags & FLOW_HAS_ISN) && is_over(seen)) {
        follow_syn_ack_after_end(seen);
        return;
    }
    if (!acknowledges_syn(seen))
        return;
    if (!is_known_isn(seen) || flow->state == CONNMON_STATE_UNKNOWN) {
        follow_new_syn_ack(seen);
    } else if (flow->flags & FLOW_HAS_ACK) {
        tell(seen, CONNMON_EVENT_DUPLICATE_SYN_ACK);
    } else if (!is_synchronised(flow)) { /* both have sent a SYN before */
        seen->flow->state = CONNMON_STATE_SYN_RECEIVED;
        if (is_syn_acknowledged(seen, true, seen->segment->seq))
            establish(seen);
    }
}

/* Only a segment that acknowledges the FIN closes its direction. The FIN's end is the highest of
 * its flow, since nothing follows a FIN. */
static void follow_ack_of_fin(struct sighting *seen)
{
    static const uint8_t after_ack[] = {
        [CONNMON_STATE_FIN_WAIT_1] = CONNMON_STATE_FIN_WAIT_2,
        [CONNMON_STATE_CLOSING] = CONNMON_STATE_TIME_WAIT,
        [CONNMON_STATE_LAST_ACK] = CONNMON_STATE_CLOSED,
        [CONNMON_STATE_CLOSED] = CONNMON_STATE_UNKNOWN,
    };
    struct flow *flow = seen->flow, *reverse = seen->reverse;

    if (after_ack[reverse->state] == CONNMON_STATE_UNKNOWN || seen->segment->ack != reverse->high)
        return;
    reverse->state = after_ack[reverse->state];
    if (flow->state == CONNMON_STATE_FIN_WAIT_1)
        flow->state = CONNMON_STATE_CLOSING;
    else if (flow->state == CONNMON_STATE_FIN_WAIT_2)
        flow->state = CONNMON_STATE_TIME_WAIT;
    else if (flow->state <= CONNMON_STATE_ESTABLISHED)
        flow->state = CONNMON_STATE_CLOSE_WAIT;
    if (is_over(seen))
        tell(seen, CONNMON_EVENT_CLOSED);
}

static void follow_fin(struct sighting *seen)
{
    struct flow *flow = seen->flow;
    uint32_t end = seen->segment->seq + seen->length;

    if ((flow->flags & FLOW_HAS_HIGH) && mod32_before(end, flow->high))
        return; /* the flow goes on beyond it */
    if (flow->state == CONNMON_STATE_CLOSE_WAIT) {
        flow->state = CONNMON_STATE_LAST_ACK;
    } else if (flow->state == CONNMON_STATE_ESTABLISHED ||
               flow->state == CONNMON_STATE_SYN_RECEIVED) {
        flow->state = CONNMON_STATE_FIN_WAIT_1;
        if (seen->reverse->state <= CONNMON_STATE_ESTABLISHED)
            tell(seen, CONNMON_EVENT_HALF_CLOSED);
    }
}

static void follow_other(struct sighting *seen)
{
    const struct flow *flow = seen->flow;

    if (sighting_has(seen, CONNMON_ACK)) {
        if (!(is_synchronised(flow) && is_synchronised(seen->reverse)) && acknowledges_syn(seen) &&
            is_syn_acknowledged(seen, (flow->flags & FLOW_HAS_ISN) != 0, flow->isn))
            establish(seen);
        follow_ack_of_fin(seen);
    }
    if (sighting_has(seen, CONNMON_FIN))
        follow_fin(seen);
}

/* Whether a RST would be believed by who receives it (RFC 9293 section 3.10.7, RFC 5961 section 3):
 * its seqno must lie in the receiver's window, its ackno must acknowledge a SYN that nothing else
 * has answered. How the window is scaled is not known here, so no more of it counts than the field
 * says, or than the flow has used. */
static bool is_reset_plausible(const struct sighting *seen)
{
    const struct flow *flow = seen->flow, *reverse = seen->reverse;
    uint32_t seq = seen->segment->seq, ack = seen->segment->ack, end;

    if (flow->state == CONNMON_STATE_UNKNOWN && reverse->state == CONNMON_STATE_SYN_SENT)
        return sighting_has(seen, CONNMON_ACK) && mod32_after(ack, reverse->isn) &&
               !mod32_after(ack, reverse->high);
    if (!(reverse->flags & FLOW_HAS_SOUND)) /* one direction is all that can be asked */
        return !(flow->flags & FLOW_HAS_HIGH) ||
               seq - flow->high + PLAIN_WINDOW <= 2 * PLAIN_WINDOW;
    end = reverse->sound_ack + reverse->window;
    if ((flow->flags & FLOW_HAS_HIGH) && mod32_after(flow->high, end))
        end = flow->high;
    return !mod32_before(seq, reverse->sound_ack) && !mod32_after(seq, end);
}

static void follow_rst(struct sighting *seen)
{
    if (is_over(seen))
        return;
    if (is_reset_plausible(seen)) {
        /* Behind both FINs it takes nothing from anyone (RFC 9293 section 3.10.7.4: in CLOSING,
         * LAST-ACK and TIME-WAIT the user is not told of a reset). */
        bool have_fins = (seen->flow->flags & seen->reverse->flags & FLOW_HAS_FIN) != 0;

        move(seen, CONNMON_STATE_CLOSED, CONNMON_STATE_CLOSED);
        tell(seen, have_fins ? CONNMON_EVENT_CLOSED : CONNMON_EVENT_RESET);
    } else {
        tell(seen, CONNMON_EVENT_RESET_IGNORED);
    }
}

static void begin(struct sighting *seen)
{
    bool has_syn = sighting_has(seen, CONNMON_SYN), has_ack = sighting_has(seen, CONNMON_ACK);

    if (sighting_has(seen, CONNMON_RST)) {
        follow_rst(seen);
    } else if (has_syn) {
        move(seen, has_ack ? CONNMON_STATE_SYN_RECEIVED : CONNMON_STATE_SYN_SENT,
             CONNMON_STATE_UNKNOWN);
        tell(seen, CONNMON_EVENT_FOUND);
    } else {
        move(seen, CONNMON_STATE_ESTABLISHED, CONNMON_STATE_ESTABLISHED);
        tell(seen, CONNMON_EVENT_FOUND_MIDSTREAM);
        if (sighting_has(seen, CONNMON_FIN))
            follow_fin(seen);
    }
}

static void follow(struct sighting *seen)
{
    if (is_first(seen))
        begin(seen);
    else if (sighting_has(seen, CONNMON_RST))
        follow_rst(seen);
    else if (!sighting_has(seen, CONNMON_SYN))
        follow_other(seen);
    else if (sighting_has(seen, CONNMON_ACK))
        follow_syn_ack(seen);
    else
        follow_syn(seen);
}

void lifecycle_follow(struct sighting *seen)
{
    const struct flow *flow = seen->flow, *reverse = seen->reverse;

    if (flow == reverse) /* a port connected to itself: nobody can tell its two sides apart */
        return;
    if (flow->state != CONNMON_STATE_ESTABLISHED || reverse->state != CONNMON_STATE_ESTABLISHED ||
        sighting_has(seen, CONNMON_SYN | CONNMON_FIN | CONNMON_RST))
        follow(seen);
    seen->result->state = (enum connmon_state)flow->state;
}
