/* dup_ack.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dup_ack.h"

#include "clock.h"
#include "modular.h"

static bool is_dup_ack(const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    const struct flow *flow = seen->flow, *reverse = seen->reverse;
    /* Where nothing is known of the other flow's sequence space (a capture of one direction),
     * data may be outstanding. */
    bool has_outstanding =
        !(reverse->flags & FLOW_HAS_HIGH) || mod32_after(reverse->high, segment->ack);
    /* A window update is no duplicate; with SACK blocks the ACK speaks for itself. */
    bool says_loss =
        segment->has_sack || ((flow->flags & FLOW_HAS_WINDOW) && flow->window == segment->window);

    return segment->ack == flow->ack_high &&
           !sighting_has(seen, CONNMON_SYN | CONNMON_FIN | CONNMON_RST) &&
           segment->payload_len == 0 && seen->result->seq_event != CONNMON_SEQ_KEEP_ALIVE &&
           has_outstanding && says_loss;
}

/* Of a flow that was not seen yet, the first ackno tells the ISN. */
static void infer_isn(struct flow *acknowledged, uint32_t ack)
{
    if (acknowledged->flags & FLOW_HAS_BEGIN)
        return;
    acknowledged->isn = ack - 1;
    acknowledged->flags |= FLOW_HAS_BEGIN;
}

/* Whether the ackno tells what its sender has got. That of a RST may be anything. The first after
 * the other host's SYN acknowledges that, or it is of an earlier connection (RFC 9293 section
 * 3.5.1, half-open connections). */
static bool is_sound_ack(const struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;
    uint32_t acked = seen->segment->ack - reverse->isn;

    if (sighting_has(seen, CONNMON_RST))
        return false;
    return (seen->flow->flags & FLOW_HAS_SOUND) || !(reverse->flags & FLOW_HAS_ISN) ||
           (acked > 0 && acked <= reverse->high - reverse->isn);
}

void dup_ack_follow(struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    struct connmon_result *result = seen->result;
    struct flow *flow = seen->flow;

    if (sighting_has(seen, CONNMON_ACK)) {
        if ((!(flow->flags & FLOW_HAS_SOUND) || mod32_after(segment->ack, flow->sound_ack)) &&
            is_sound_ack(seen)) {
            flow->sound_ack = segment->ack;
            flow->flags |= FLOW_HAS_SOUND;
        }
        if (!(flow->flags & FLOW_HAS_ACK) || mod32_after(segment->ack, flow->ack_high)) {
            infer_isn(seen->reverse, segment->ack);
            flow->ack_high = segment->ack;
            flow->ack_time_ns = segment->time_ns;
            flow->ack_packet = (uint32_t)segment->packet;
            flow->dup_ack_num = 0;
            flow->flags |= FLOW_HAS_ACK | FLOW_HAS_ACK_TIME;
            if (segment->time_unknown)
                flow->flags &= (uint16_t)~FLOW_HAS_ACK_TIME;
        } else if (is_dup_ack(seen)) {
            result->dup_ack.num = ++flow->dup_ack_num;
            result->dup_ack.packet = sighting_full_packet(seen, flow->ack_packet, 32);
            if ((flow->flags & FLOW_HAS_ACK_TIME) && !segment->time_unknown)
                clock_elapsed(flow->ack_time_ns, segment->time_ns, &result->dup_ack.age_ns);
        }
    }
    flow->window = segment->window;
    flow->flags |= FLOW_HAS_WINDOW;
}
