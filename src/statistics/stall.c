/* stall.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stall.h"

#include "clock.h"
#include "modular.h"

enum {
    PSH = 0x08,
    FULL_SIZE = 536, /* the default MSS of RFC 9293 section 3.7.1: smaller ones are rare */
    PROBE_SIZE = 1,  /* RFC 9293 section 3.8.6.1 */
    MOST_SHIFT = 14, /* of a window, RFC 7323 section 2.3 */
};

/* One segment and the state that it meets. */
struct arrival {
    const struct stall_tracker *tracker;
    const struct connmon_segment *segment;
    const struct connmon_result *result;
    const struct stall_side *from, *to; /* its sender and its receiver */
};

static bool has(const struct arrival *now, unsigned flags)
{
    return (now->segment->flags & flags) != 0;
}

static bool is_closed(const struct stall_side *side)
{
    return side->has_window && side->window == 0;
}

static bool is_resent(const struct arrival *now)
{
    return connmon_is_resend(now->result) || now->result->seq_event == CONNMON_SEQ_HOLE_FILL;
}

/* Nobody waits for what was acknowledged before. */
static bool has_data(const struct arrival *now)
{
    return now->segment->payload_len > 0 && !has(now, CONNMON_RST) &&
           now->result->seq_event != CONNMON_SEQ_KEEP_ALIVE &&
           !(is_resent(now) && !now->result->is_loss) &&
           !(is_closed(now->to) && now->segment->payload_len <= PROBE_SIZE);
}

static bool acknowledges_more(const struct arrival *now)
{
    return has(now, CONNMON_ACK) &&
           (!now->from->has_acked || mod32_after(now->segment->ack, now->from->acked));
}

static bool opens_window(const struct arrival *now)
{
    return is_closed(now->from) && now->segment->window != 0 && !has(now, CONNMON_RST);
}

static bool moves(const struct arrival *now)
{
    return has_data(now) || has(now, CONNMON_SYN | CONNMON_FIN | CONNMON_RST) ||
           acknowledges_more(now) || opens_window(now);
}

/* A window that is too small for a full segment keeps a sender waiting too (RFC 9293 section
 * 3.8.6.2.1). How it is scaled may not have been captured, but to hit its end is no accident. */
static bool fills_window(const struct arrival *now)
{
    const uint32_t used = now->segment->seq + now->segment->payload_len - now->to->acked;

    if (!has_data(now) || !now->to->has_window || !now->to->has_acked)
        return false;
    for (int shift = 0; shift <= MOST_SHIFT; shift++)
        if (used == (uint32_t)now->to->window << shift)
            return true;
    return false;
}

static bool is_in_flight(const struct stall_side *sender, const struct stall_side *receiver)
{
    return sender->has_high && receiver->has_acked && mod32_after(sender->high, receiver->acked);
}

/* Whether the sender had to speak, rather than chose to. */
static bool is_due(const struct arrival *now)
{
    const struct stall_tracker *tracker = now->tracker;

    if (!has_data(now) || !tracker->has_speaker)
        return false;
    if (tracker->speaker == now->result->direction)
        return tracker->is_unfinished;
    return now->result->side == CONNMON_SERVER;
}

/* Who was waited for until this segment, and why. Sets the cause and the direction. */
static void find_cause(const struct arrival *now, struct stall *stall)
{
    const uint8_t sender = now->result->direction, receiver = !sender;

    stall->direction = sender;
    if (opens_window(now)) {
        stall->cause = STALL_WINDOW;
    } else if (is_resent(now) && now->result->is_loss) {
        stall->cause = STALL_RECOVERY;
    } else if ((is_closed(now->to) && has_data(now)) || fills_window(now)) {
        stall->cause = STALL_WINDOW;
        stall->direction = receiver;
    } else if (has_data(now) && is_in_flight(now->from, now->to)) {
        stall->cause = STALL_SILENCE;
        stall->direction = receiver;
    } else if (is_due(now)) { /* it may acknowledge what was in flight, too */
        stall->cause = STALL_APPLICATION;
    } else if (!has_data(now) && is_in_flight(now->to, now->from)) {
        stall->cause = STALL_SILENCE;
    }
}

static int64_t shortest_stall(const struct stall_tracker *tracker,
                              const struct stall_limits *limits)
{
    const struct stall_side *sides = tracker->sides;
    uint64_t rtt = 0;

    for (int i = 0; i < 2; i++)
        rtt += sides[i].has_rtt ? (uint64_t)sides[i].rtt_min_ns : 0;
    if (limits->rtts > 0 && rtt > (uint64_t)INT64_MAX / limits->rtts)
        return INT64_MAX;
    rtt *= limits->rtts;
    return rtt > (uint64_t)limits->floor_ns ? (int64_t)rtt : limits->floor_ns;
}

static void follow_sequence(const struct arrival *now, struct stall_side *from,
                            struct stall_side *to)
{
    const struct connmon_segment *segment = now->segment;
    const uint32_t end =
        segment->seq + segment->payload_len + has(now, CONNMON_SYN) + has(now, CONNMON_FIN);
    const bool is_new_space = has(now, CONNMON_SYN) && now->result->seq_event == CONNMON_SEQ_NORMAL;

    if (is_new_space)
        to->has_acked = false; /* it was of the old one */
    if (!from->has_high || is_new_space || mod32_after(end, from->high))
        from->high = end;
    from->has_high = true;
    if (acknowledges_more(now)) {
        from->acked = segment->ack;
        from->has_acked = true;
    }
    from->window = segment->window;
    from->has_window = !has(now, CONNMON_SYN); /* whose window is never scaled */
}

static void follow_rtt(struct stall_side *from, const struct connmon_result *result)
{
    if (!result->tsval.present && !result->seqno.present)
        return;
    from->rtt_min_ns = result->rtt_min_ns;
    from->has_rtt = true;
}

static void follow_movement(const struct arrival *now, struct stall_tracker *tracker)
{
    tracker->moved_ns = now->segment->time_ns;
    tracker->moved_packet = now->segment->packet;
    tracker->has_moved = !now->segment->time_unknown;
    if (!has_data(now))
        return;
    tracker->has_speaker = true;
    tracker->speaker = now->result->direction;
    tracker->is_unfinished = !has(now, PSH | CONNMON_FIN) && now->segment->payload_len >= FULL_SIZE;
}

bool stall_follow(struct stall_tracker *tracker, const struct connmon_segment *segment,
                  const struct connmon_result *result, const struct stall_limits *limits,
                  struct stall *stall)
{
    struct stall_side *from = &tracker->sides[result->direction];
    struct stall_side *to = &tracker->sides[!result->direction];
    const struct arrival now = {tracker, segment, result, from, to};
    const bool is_movement = moves(&now);
    int64_t ns = 0;

    *stall = (struct stall){.packet = tracker->moved_packet};
    follow_rtt(from, result);
    if (is_movement && tracker->has_moved && !segment->time_unknown)
        clock_elapsed(tracker->moved_ns, segment->time_ns, &ns);
    if (ns > 0 && ns >= shortest_stall(tracker, limits))
        find_cause(&now, stall);
    stall->ns = ns;
    if (is_movement)
        follow_movement(&now, tracker);
    follow_sequence(&now, from, to);
    if (has(&now, CONNMON_RST))
        *tracker = (struct stall_tracker){0}; /* nobody owes anything */
    return stall->cause != STALL_NONE;
}
