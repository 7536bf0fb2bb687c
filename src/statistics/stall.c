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
};

/* One segment and the state that it meets. */
struct arrival {
    const struct stall_tracker *tracker;
    const struct connmon_segment *segment;
    const struct connmon_result *result;
    const struct stall_side *from, *to; /* its sender and its receiver */
};

static bool has(const struct arrival *new, unsigned flags)
{
    return (new->segment->flags &flags) != 0;
}

static bool has_data(const struct arrival *new)
{
    const enum connmon_seq_event event = new->result->seq_event;

    return new->segment->payload_len > 0 && !has(new, CONNMON_RST) &&
           event != CONNMON_SEQ_KEEP_ALIVE &&
           !(new->to->is_window_closed &&new->segment->payload_len <= PROBE_SIZE);
}

static bool acknowledges_more(const struct arrival *new)
{
    return has(new, CONNMON_ACK) &&
           (!new->from->has_acked || mod32_after(new->segment->ack, new->from->acked));
}

static bool opens_window(const struct arrival *new)
{
    return new->from->is_window_closed &&new->segment->window != 0 && !has(new, CONNMON_RST);
}

static bool moves(const struct arrival *new)
{
    return has_data(new) || has(new, CONNMON_SYN | CONNMON_FIN | CONNMON_RST) ||
           acknowledges_more(new) || opens_window(new);
}

static bool is_in_flight(const struct stall_side *sender, const struct stall_side *receiver)
{
    return sender->has_high && receiver->has_acked && mod32_after(sender->high, receiver->acked);
}

static bool is_resent(const struct arrival *new)
{
    return new->result->seq_event == CONNMON_SEQ_RETRANSMISSION ||
           new->result->seq_event == CONNMON_SEQ_HOLE_FILL;
}

/* Whether the sender had to speak, rather than chose to. */
static bool is_due(const struct arrival *new)
{
    const struct stall_tracker *tracker = new->tracker;

    if (!has_data(new) || !tracker->has_speaker)
        return false;
    if (tracker->speaker == new->result->direction)
        return tracker->is_unfinished;
    return new->result->side == CONNMON_SERVER;
}

/* Who was waited for until this segment, and why. Sets the cause and the direction. */
static void find_cause(const struct arrival *new, struct stall *stall)
{
    const uint8_t sender = new->result->direction, receiver = !sender;

    *stall = (struct stall){.direction = sender};
    if (opens_window(new)) {
        stall->cause = STALL_WINDOW;
    } else if (new->to->is_window_closed && has_data(new)) { /* its opening was not captured */
        stall->cause = STALL_WINDOW;
        stall->direction = receiver;
    } else if (is_resent(new)) {
        stall->cause = STALL_RECOVERY;
    } else if (has_data(new) && is_in_flight(new->from, new->to)) {
        stall->cause = STALL_SILENCE;
        stall->direction = receiver;
    } else if (is_due(new)) { /* it may acknowledge what was in flight, too */
        stall->cause = STALL_APPLICATION;
    } else if (!has_data(new) && is_in_flight(new->to, new->from)) {
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

static void follow_sequence(const struct arrival *new, struct stall_side *from,
                            struct stall_side *to)
{
    const struct connmon_segment *segment = new->segment;
    const uint32_t end =
        segment->seq + segment->payload_len + has(new, CONNMON_SYN) + has(new, CONNMON_FIN);
    const bool is_new_space = has(new, CONNMON_SYN) && new->result->seq_event == CONNMON_SEQ_NORMAL;

    if (is_new_space)
        to->has_acked = false; /* it was of the old one */
    if (!from->has_high || is_new_space || mod32_after(end, from->high))
        from->high = end;
    from->has_high = true;
    if (acknowledges_more(new)) {
        from->acked = segment->ack;
        from->has_acked = true;
    }
    from->is_window_closed = segment->window == 0 && !has(new, CONNMON_SYN);
}

static void follow_rtt(struct stall_side *from, const struct connmon_result *result)
{
    if (!result->tsval.present && !result->seqno.present)
        return;
    from->rtt_min_ns = result->rtt_min_ns;
    from->has_rtt = true;
}

static void follow_movement(const struct arrival *new, struct stall_tracker *tracker)
{
    tracker->moved_ns = new->segment->time_ns;
    tracker->moved_packet = new->segment->packet;
    tracker->has_moved = !new->segment->time_unknown;
    if (!has_data(new))
        return;
    tracker->has_speaker = true;
    tracker->speaker = new->result->direction;
    tracker->is_unfinished = !has(new, PSH | CONNMON_FIN) && new->segment->payload_len >= FULL_SIZE;
}

bool stall_follow(struct stall_tracker *tracker, const struct connmon_segment *segment,
                  const struct connmon_result *result, const struct stall_limits *limits,
                  struct stall *stall)
{
    struct stall_side *from = &tracker->sides[result->direction];
    struct stall_side *to = &tracker->sides[!result->direction];
    const struct arrival new = {tracker, segment, result, from, to};
    const bool is_movement = moves(&new);
    int64_t ns = 0, shortest;

    find_cause(&new, stall);
    follow_rtt(from, result);
    shortest = shortest_stall(tracker, limits);
    if (is_movement && tracker->has_moved && !segment->time_unknown)
        clock_elapsed(tracker->moved_ns, segment->time_ns, &ns);
    stall->ns = ns;
    stall->packet = tracker->moved_packet;
    if (is_movement)
        follow_movement(&new, tracker);
    follow_sequence(&new, from, to);
    if (has(&new, CONNMON_RST))
        *tracker = (struct stall_tracker){0}; /* nobody owes anything */
    return stall->cause != STALL_NONE && ns > 0 && ns >= shortest;
}
