/* sequence.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sequence.h"

#include "modular.h"

void sequence_begin(struct sighting *seen)
{
    struct flow *flow = seen->flow, *reverse = seen->reverse;

    if (!sighting_has(seen, CONNMON_SYN) || sighting_has(seen, CONNMON_RST))
        return;
    if ((flow->flags & FLOW_HAS_ISN) && flow->isn == seen->segment->seq)
        return;
    flow->isn = seen->segment->seq;
    flow->flags |= FLOW_HAS_ISN | FLOW_HAS_BEGIN;
    flow->flags &= (uint16_t) ~(FLOW_HAS_HIGH | FLOW_HAS_RESEND);
    outstanding_drop_seq_ends(&flow->outstanding, &flow->outstanding_size, seen->memory->salt);
    if (seen->connection->holes)
        holes_clear(&seen->connection->holes[seen->from], seen->memory);
    value_set_clear(&reverse->acked, &reverse->acked_size, seen->memory);
    reverse->flags &= (uint16_t)~FLOW_HAS_ACK;
}

static void add_hole(struct sighting *seen, uint32_t start, uint32_t end)
{
    struct holes **holes = connection_holes(seen->connection, seen->from, seen->memory);

    if (holes)
        holes_add(holes, start, end, seen->config->max_holes, seen->memory,
                  &seen->stats->evicted_holes);
    else
        seen->stats->evicted_holes++;
}

static bool fill_hole(struct sighting *seen, uint32_t start, uint32_t end)
{
    struct holes **holes = seen->connection->holes;

    return holes && holes_fill(&holes[seen->from], start, end, seen->flow->high,
                               seen->config->max_holes, seen->memory, &seen->stats->evicted_holes);
}

/* What lies below the expected seqno. */
static enum connmon_seq_event event_below(struct sighting *seen, int32_t gap, uint32_t end)
{
    struct flow *flow = seen->flow;
    bool fills;

    if (gap == -1 && seen->segment->payload_len <= 1 &&
        !sighting_has(seen, CONNMON_SYN | CONNMON_FIN))
        return CONNMON_SEQ_KEEP_ALIVE;
    if (seen->length == 0)
        return CONNMON_SEQ_OLD;
    fills = fill_hole(seen, seen->segment->seq, end);
    flow->last_resend = (uint32_t)seen->segment->packet;
    flow->flags |= FLOW_HAS_RESEND;
    return fills ? CONNMON_SEQ_HOLE_FILL : CONNMON_SEQ_RETRANSMISSION;
}

/* Of a flow whose SYN was not seen, it is the number before the first that was. */
static void infer_isn(struct sighting *seen)
{
    struct flow *flow = seen->flow;

    if (flow->flags & FLOW_HAS_BEGIN)
        return;
    flow->isn = seen->segment->seq - !sighting_has(seen, CONNMON_SYN);
    flow->flags |= FLOW_HAS_BEGIN;
}

void sequence_place(struct sighting *seen)
{
    struct flow *flow = seen->flow;
    uint32_t seq = seen->segment->seq, end = seq + seen->length;
    int32_t gap;

    /* A RST may carry any seqno (RFC 9293 section 3.10.7), so it says nothing of the sequence
     * space; its gap is told all the same. */
    if (!(flow->flags & FLOW_HAS_HIGH)) {
        infer_isn(seen);
        if (!sighting_has(seen, CONNMON_RST)) {
            flow->high = end;
            flow->flags |= FLOW_HAS_HIGH;
        }
        return;
    }
    gap = mod32_distance(seq, flow->high);
    seen->result->seq_gap = gap;
    if (sighting_has(seen, CONNMON_RST))
        return;
    if (gap > 0) {
        seen->result->seq_event = CONNMON_SEQ_HOLE;
        add_hole(seen, flow->high, seq);
    } else if (gap < 0) {
        seen->result->seq_event = event_below(seen, gap, end);
    }
    /* The highest end, not the latest: so a retransmission does not make the next new segment
     * look like a hole. */
    if (mod32_after(end, flow->high)) {
        flow->high = end;
        if (seen->connection->holes && seen->connection->holes[seen->from])
            holes_forget_behind(seen->connection->holes[seen->from], end);
    }
}
