/* rtt.c
 *
 * Two methods side by side. By TSval (RFC 7323; the method of pping, Nichols 2017): the first
 * packet that carries a TSval against the first that echoes it. By seqno: the first segment that
 * reaches a sequence end against the first ACK of exactly that end. First sights only, on both
 * sides: a receiver repeats its TSecr and its ackno until something new arrives, and a coarse
 * timestamp clock repeats its TSval, so any later pair measures something else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rtt.h"

#include "clock.h"
#include "modular.h"

/* Whether the reverse flow resent or late-filled something after the timed packet, or with it
 * (`or_with_it`), so that the answer may have waited for that (Karn's rule, RFC 6298 section 3).
 * A timestamp tells a resent segment from its first copy, a seqno does not. */
static bool is_ambiguous(const struct sighting *seen, uint64_t packet, bool or_with_it)
{
    uint64_t resend = sighting_full_packet(seen, seen->reverse->last_resend, 32);

    if (!(seen->reverse->flags & FLOW_HAS_RESEND))
        return false;
    return resend > packet || (or_with_it && resend == packet);
}

/* Completes the delay that began with `value`, and takes it out: it is answered for good. */
static void answer(struct sighting *seen, bool is_tsval, uint32_t value,
                   struct connmon_delay *delay)
{
    struct flow *reverse = seen->reverse;
    struct outstanding_entry *entry =
        outstanding_find(&reverse->outstanding, reverse->outstanding_size, is_tsval, value);
    int64_t ns;

    if (!entry)
        return;
    /* A host that echoes a TSval without acknowledging the data that came with it, as far as the
     * capture shows, echoes another segment with that TSval, which the capture lacks. */
    if (clock_elapsed(outstanding_time(entry), seen->segment->time_ns, &ns) &&
        ns <= seen->config->max_age_ns && !seen->segment->time_unknown &&
        !mod32_before(seen->segment->ack, entry->end)) {
        delay->present = true;
        delay->ns = ns;
        delay->packet = sighting_full_packet(seen, entry->packet, OUTSTANDING_PACKET_BITS);
        delay->pure_ack = entry->kind == OUTSTANDING_TSVAL_PURE_ACK;
        delay->ambiguous = is_ambiguous(seen, delay->packet, !is_tsval);
    }
    outstanding_remove(&reverse->outstanding, &reverse->outstanding_size, entry);
}

void rtt_prefetch(const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    const struct flow *flow = seen->flow, *reverse = seen->reverse;

    seen_values_prefetch(&flow->acked, flow->acked_size);
    outstanding_prefetch(&reverse->outstanding, reverse->outstanding_size, false, segment->ack);
    if (seen->length != 0)
        outstanding_prefetch(&flow->outstanding, flow->outstanding_size, false,
                             segment->seq + seen->length);
    if (segment->has_timestamps) {
        seen_values_prefetch(&flow->echoed, flow->echoed_size);
        outstanding_prefetch(&reverse->outstanding, reverse->outstanding_size, true,
                             segment->tsecr);
        outstanding_prefetch(&flow->outstanding, flow->outstanding_size, true, segment->tsval);
    }
}

void rtt_match(struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    struct flow *flow = seen->flow;
    uint32_t max = seen->config->max_answered;
    uint64_t *evicted = &seen->stats->evicted_answered;

    if (!sighting_has(seen, CONNMON_ACK))
        return; /* TSecr and ackno are valid only then */
    if (segment->has_timestamps && segment->tsecr != 0 &&
        seen_values_add(&flow->echoed, &flow->echoed_size, segment->tsecr, max, seen->memory,
                        evicted))
        answer(seen, true, segment->tsecr, &seen->result->tsval);
    if (seen_values_add(&flow->acked, &flow->acked_size, segment->ack, max, seen->memory, evicted))
        answer(seen, false, segment->ack, &seen->result->seqno);
}

static void save(struct sighting *seen, enum outstanding_kind kind, uint32_t value)
{
    struct flow *flow = seen->flow;
    const struct outstanding_limits limits = {
        .max_age_ns = seen->config->max_age_ns,
        .max = seen->config->max_outstanding,
        .max_passed = seen->config->max_passed,
        .acked = seen->reverse->ack_high,
        .has_acked = (seen->reverse->flags & FLOW_HAS_ACK) != 0,
    };
    struct outstanding_entry new = {
        .value = value,
        .end = seen->segment->seq + seen->length,
        .kind = kind & 3,
        .packet = seen->segment->packet & ((UINT32_C(1) << OUTSTANDING_PACKET_BITS) - 1),
    };
    struct outstanding_dropped dropped = {0};
    struct outstanding_entry *old;

    outstanding_set_time(&new, seen->segment->time_ns);
    old = outstanding_find_or_add(&flow->outstanding, &flow->outstanding_size, &new, &limits,
                                  seen->memory, &dropped);
    if (old &&
        clock_is_older(outstanding_time(old), seen->segment->time_ns, seen->config->max_age_ns))
        *old = new; /* too old to be answered: begins anew */
    seen->stats->evicted_outstanding += dropped.shed;
    seen->stats->passed_ends += dropped.passed;
}

void rtt_save(struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;

    if (segment->time_unknown)
        return;
    if (segment->has_timestamps && segment->tsval != 0)
        save(seen, seen->length == 0 ? OUTSTANDING_TSVAL_PURE_ACK : OUTSTANDING_TSVAL_DATA,
             segment->tsval);
    if (seen->length != 0 && !sighting_has(seen, CONNMON_RST))
        save(seen, OUTSTANDING_SEQ_END, segment->seq + seen->length);
}

/* How long the answering host may have sat on its answer: every packet of a host carries its
 * newest TSecr and ackno, so when it sent its previous packet it did not have the timed one yet.
 * On a flow's first packet nothing bounds it but the delay itself. */
static int64_t slack_of(const struct sighting *seen, int64_t delay_ns)
{
    int64_t waited;

    if (!(seen->flow->flags & FLOW_HAS_PREVIOUS))
        return delay_ns;
    clock_elapsed(seen->flow->previous_time_ns, seen->segment->time_ns, &waited);
    return waited < delay_ns ? waited : delay_ns;
}

/* A delay by TSval can be trusted unless recovery lies in between, or the TSval came on a pure
 * ACK, which nobody acknowledges, and the host had nothing to send for a good part of it. */
static bool is_tsval_trustworthy(const struct sighting *seen)
{
    const struct connmon_delay *tsval = &seen->result->tsval;

    return tsval->present && !tsval->ambiguous &&
           (!tsval->pure_ack || slack_of(seen, tsval->ns) <= tsval->ns / seen->config->slack_share);
}

static void keep_minimum(struct flow *flow, const struct connmon_delay *delay)
{
    if (delay->present && (!(flow->flags & FLOW_HAS_RTT_MIN) || delay->ns < flow->rtt_min_ns)) {
        flow->rtt_min_ns = delay->ns;
        flow->flags |= FLOW_HAS_RTT_MIN;
    }
}

void rtt_judge(struct sighting *seen)
{
    struct connmon_result *result = seen->result;
    struct flow *flow = seen->flow;

    /* No delay is below the network's, so the minimum takes them all. */
    keep_minimum(flow, &result->tsval);
    keep_minimum(flow, &result->seqno);
    if (result->tsval.present || result->seqno.present)
        result->rtt_min_ns = flow->rtt_min_ns;

    /* Both are upper bounds of the network's delay, so the smaller one is nearer: a delayed ACK
     * echoes the earliest TSval that it covers (RFC 7323 section 4.1). */
    if (is_tsval_trustworthy(seen)) {
        result->rtt_source = CONNMON_RTT_TSVAL;
        result->rtt_ns = result->tsval.ns;
    }
    if (result->seqno.present && !result->seqno.ambiguous &&
        (result->rtt_source == CONNMON_RTT_NONE || result->seqno.ns < result->rtt_ns)) {
        result->rtt_source = CONNMON_RTT_SEQNO;
        result->rtt_ns = result->seqno.ns;
    }
    if (result->rtt_source != CONNMON_RTT_NONE)
        result->rtt_slack_ns = slack_of(seen, result->rtt_ns);

    if (!seen->segment->time_unknown) {
        flow->previous_time_ns = seen->segment->time_ns;
        flow->flags |= FLOW_HAS_PREVIOUS;
    }
}
