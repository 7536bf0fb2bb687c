/* sequence.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sequence.h"

#include "modular.h"

static bool is_syn(const struct sighting *seen)
{
    return sighting_has(seen, CONNMON_SYN) && !sighting_has(seen, CONNMON_RST);
}

bool sequence_is_late_syn(const struct sighting *seen)
{
    const struct flow *flow = seen->flow;

    return is_syn(seen) && (flow->flags & FLOW_HAS_HIGH) &&
           (!(flow->flags & FLOW_HAS_ISN) || flow->isn == seen->segment->seq) &&
           seen->segment->seq + 1 + seen->segment->payload_len == flow->low;
}

bool sequence_is_new(const struct sighting *seen)
{
    const struct flow *flow = seen->flow;

    return is_syn(seen) && !sequence_is_late_syn(seen) &&
           (!(flow->flags & FLOW_HAS_ISN) || flow->isn != seen->segment->seq ||
            ((flow->flags & FLOW_WAS_RESET) && !sighting_has(seen, CONNMON_ACK)));
}

bool sequence_is_answered_syn(const struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;

    return is_syn(seen) && !(seen->flow->flags & FLOW_HAS_HIGH) &&
           (reverse->flags & FLOW_HAS_SOUND) &&
           reverse->sound_ack - seen->segment->seq - 1 <= seen->segment->payload_len;
}

/* Drops what is known of a flow's sequence space, and what the other flow has acknowledged of it.
 */
static void restart(struct sighting *seen, uint8_t direction, struct flow *flow,
                    struct flow *reverse)
{
    flow->flags &= (uint16_t) ~(FLOW_HAS_HIGH | FLOW_HAS_RESEND | FLOW_WAS_RESET);
    outstanding_drop_seq_ends(&flow->outstanding, &flow->outstanding_size);
    if (seen->connection->holes)
        holes_clear(&seen->connection->holes[direction], seen->memory);
    seen_values_clear(&reverse->acked, &reverse->acked_size, seen->memory);
    reverse->flags &= (uint16_t) ~(FLOW_HAS_ACK | FLOW_HAS_SOUND);
}

static void set_isn(struct sighting *seen)
{
    seen->flow->isn = seen->segment->seq;
    seen->flow->flags |= FLOW_HAS_ISN | FLOW_HAS_BEGIN;
}

/* A host that is refused tries again, some with the same ISN. Then both sequence spaces are new. */
static void begin_anew(struct sighting *seen)
{
    struct flow *flow = seen->flow, *reverse = seen->reverse;
    const bool is_answered = sequence_is_answered_syn(seen);

    restart(seen, seen->from, flow, reverse);
    set_isn(seen);
    if (is_answered)
        reverse->flags |= FLOW_HAS_SOUND;
    if (!sighting_has(seen, CONNMON_ACK) && (reverse->flags & FLOW_WAS_RESET)) {
        reverse->flags &= (uint16_t)~FLOW_HAS_ISN;
        restart(seen, seen->to, reverse, flow);
    }
}

/* Whether a RST surely ends the connection: it answers a SYN, or has the seqno that is expected
 * next (RFC 5961 section 3.2). */
static bool is_sure_reset(const struct sighting *seen)
{
    const struct flow *flow = seen->flow, *reverse = seen->reverse;

    if (sighting_has(seen, CONNMON_ACK) && (reverse->flags & FLOW_HAS_HIGH) &&
        !(reverse->flags & FLOW_HAS_ACK) && seen->segment->ack == reverse->high)
        return true;
    return ((flow->flags & FLOW_HAS_HIGH) && seen->segment->seq == flow->high) ||
           ((reverse->flags & FLOW_HAS_ACK) && seen->segment->seq == reverse->ack_high);
}

void sequence_begin(struct sighting *seen)
{
    if (sighting_has(seen, CONNMON_RST)) {
        if (is_sure_reset(seen)) {
            seen->flow->flags |= FLOW_WAS_RESET;
            seen->reverse->flags |= FLOW_WAS_RESET;
        }
    } else if (sequence_is_late_syn(seen)) {
        set_isn(seen);
    } else if (sequence_is_new(seen)) {
        begin_anew(seen);
    }
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

static uint32_t fill_hole(struct sighting *seen, uint32_t start, uint32_t end)
{
    struct holes **holes = seen->connection->holes;

    if (!holes || start == end)
        return 0;
    return holes_fill(&holes[seen->from], start, end, seen->flow->high, seen->config->max_holes,
                      seen->memory, &seen->stats->evicted_holes);
}

/* Whether the segment goes into a closed window: a probe, to learn whether it has opened (RFC 9293
 * section 3.8.6.1). Other probes look like keep-alives and send nothing. */
static bool is_window_probe(const struct sighting *seen)
{
    const struct flow *reverse = seen->reverse;

    return (reverse->flags & FLOW_HAS_SOUND) && reverse->sound_ack == seen->segment->seq &&
           (reverse->flags & FLOW_HAS_WINDOW) && reverse->window == 0;
}

/* Whether the receiver need not take the payload: that of a window probe, or of a SYN (RFC 7413
 * section 4.1.3: a server that does not know the cookie acknowledges the SYN alone). */
static bool may_be_refused(const struct sighting *seen)
{
    return seen->segment->payload_len > 0 && (is_syn(seen) || is_window_probe(seen));
}

/* How much of a segment, whose payload begins at `start`, was sent before and refused: the ackno
 * has not moved beyond it. */
static uint32_t refused_bytes(const struct sighting *seen, uint32_t start)
{
    const struct flow *flow = seen->flow, *reverse = seen->reverse;
    uint32_t end = start + seen->segment->payload_len;

    if (!(flow->flags & FLOW_HAS_PROBE) || !(reverse->flags & FLOW_HAS_SOUND))
        return 0;
    if (mod32_after(reverse->sound_ack, start))
        start = reverse->sound_ack;
    if (mod32_after(end, flow->high))
        end = flow->high;
    return mod32_after(end, start) ? end - start : 0;
}

/* Tells what of a segment that begins below the expected seqno is new. Returns whether it touches a
 * hole. A segment need not be all old or all new: hosts cut the same data into other segments when
 * they resend it. */
static bool divide_payload(struct sighting *seen)
{
    const uint32_t seq = seen->segment->seq, end = seq + seen->length, high = seen->flow->high;
    const uint32_t start = seq + sighting_has(seen, CONNMON_SYN);
    const uint32_t len = seen->segment->payload_len, payload_end = start + len;
    const uint32_t filled = fill_hole(seen, start, payload_end);
    const uint32_t beyond = mod32_after(payload_end, high) ? payload_end - high : 0;
    const uint64_t fresh = (uint64_t)beyond + filled;
    const uint32_t filled_by_flags =
        fill_hole(seen, seq, start) + fill_hole(seen, payload_end, end);
    const uint32_t new = fresh < len ? (uint32_t)fresh : len;
    const uint32_t refused = is_window_probe(seen) ? len : refused_bytes(seen, start);

    seen->result->new_payload = new;
    seen->result->resent_payload = refused < len - new ? len - new - refused : 0;
    return filled + filled_by_flags > 0;
}

static void note_resend(struct sighting *seen)
{
    seen->flow->last_resend = (uint32_t)seen->segment->packet;
    seen->flow->flags |= FLOW_HAS_RESEND;
}

/* What lies below the expected seqno. */
static enum connmon_seq_event event_below(struct sighting *seen, int32_t gap)
{
    bool fills;

    seen->result->new_payload = 0;
    if (gap == -1 && seen->segment->payload_len <= 1 &&
        !sighting_has(seen, CONNMON_SYN | CONNMON_FIN))
        return CONNMON_SEQ_KEEP_ALIVE;
    if (seen->length == 0)
        return CONNMON_SEQ_OLD;
    fills = divide_payload(seen);
    note_resend(seen);
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

/* Moves the expected seqno to the segment's end. */
static void reach(struct sighting *seen, uint32_t end)
{
    struct flow *flow = seen->flow;

    flow->high = end;
    flow->flags &= (uint16_t)~FLOW_HAS_PROBE;
    if (may_be_refused(seen))
        flow->flags |= FLOW_HAS_PROBE;
}

void sequence_place(struct sighting *seen)
{
    struct flow *flow = seen->flow;
    uint32_t seq = seen->segment->seq, end = seq + seen->length;
    int32_t gap;

    /* A RST may carry any seqno (RFC 9293 section 3.10.7), so it says nothing of the sequence
     * space; its gap is told all the same. */
    seen->result->new_payload = sighting_has(seen, CONNMON_RST) ? 0 : seen->segment->payload_len;
    if (!(flow->flags & FLOW_HAS_HIGH)) {
        infer_isn(seen);
        if (!sighting_has(seen, CONNMON_RST)) {
            flow->low = seq;
            reach(seen, end);
            flow->flags |= FLOW_HAS_HIGH;
        }
        return;
    }
    gap = mod32_distance(seq, flow->high);
    seen->result->seq_gap = gap;
    if (sighting_has(seen, CONNMON_RST))
        return;
    if (sequence_is_late_syn(seen)) {
        seen->result->seq_event = CONNMON_SEQ_HOLE_FILL;
        note_resend(seen);
        flow->low = seq;
        return;
    }
    if (gap > 0) {
        seen->result->seq_event = CONNMON_SEQ_HOLE;
        add_hole(seen, flow->high, seq);
    } else if (gap < 0) {
        seen->result->seq_event = event_below(seen, gap);
    }
    /* The highest end, not the latest: so a retransmission does not make the next new segment
     * look like a hole. */
    if (mod32_after(end, flow->high)) {
        reach(seen, end);
        if (seen->connection->holes && seen->connection->holes[seen->from])
            holes_forget_behind(&seen->connection->holes[seen->from], end, seen->memory);
    }
}
