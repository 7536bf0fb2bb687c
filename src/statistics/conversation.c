/* conversation.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "conversation.h"

#include <string.h>

#include "clock.h"

enum { CAUSE_SHARE = 5 }; /* a cause must account for one part in so many of the duration */

static bool has_flag(const struct connmon_observation *seen, unsigned flag)
{
    return (seen->flags & flag) != 0;
}

static void begin(struct conversation *conversation, const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction;

    conversation->discriminator = seen->discriminator;
    conversation->ends[direction] = seen->src;
    conversation->ends[!direction] = seen->dst;
}

static void add_time(int64_t *sum, int64_t ns)
{
    *sum = ns > INT64_MAX - *sum ? INT64_MAX : *sum + ns;
}

static void follow_whole(struct conversation *conversation, const struct connmon_result *result)
{
    conversation->client = result->side == CONNMON_CLIENT ? result->direction : !result->direction;
    conversation->client_is_guess = result->side_is_guess;
    conversation->end = result->end;
}

const struct troubles *side_troubles(const struct side *side)
{
    static const struct troubles none = {0};

    return side->troubles ? side->troubles : &none;
}

/* Those of the side, to be changed; NULL if there is no memory. */
static struct troubles *troubles_of(struct side *side, struct memory *memory)
{
    if (!side->troubles)
        side->troubles = memory_alloc(memory, sizeof(*side->troubles));
    return side->troubles;
}

/* RFC 6298 section 2, with the gains 1/8 and 1/4. */
static void smooth(struct side *side, int64_t rtt)
{
    int64_t error = side->rtt_smoothed - rtt;

    if (!side->has_rtt) {
        side->rtt_smoothed = rtt;
        side->jitter = rtt / 2;
        return;
    }
    side->jitter += ((error < 0 ? -error : error) - side->jitter) / 4;
    side->rtt_smoothed -= error / 8;
}

static bool count_delays(struct side *side, const struct connmon_result *result,
                         struct memory *memory)
{
    if (result->rtt_source == CONNMON_RTT_NONE)
        return true;
    smooth(side, result->rtt_ns);
    if (!side->has_rtt || result->rtt_ns < side->rtt_min)
        side->rtt_min = result->rtt_ns;
    if (!side->has_rtt || result->rtt_ns > side->rtt_max)
        side->rtt_max = result->rtt_ns;
    side->has_rtt = true;
    return histogram_add(&side->delays, DELAY_RTT, result->rtt_ns, memory) &&
           histogram_add(&side->delays, DELAY_QUEUEING, result->rtt_ns - result->rtt_min_ns,
                         memory);
}

static void count_handshake(struct side *side, const struct connmon_result *result)
{
    if (result->handshake.completes ? result->handshake.has_client : result->handshake.has_server) {
        side->handshake =
            result->handshake.completes ? result->handshake.client_ns : result->handshake.server_ns;
        side->has_handshake = true;
    }
}

/* The window field of a RST means nothing; a SYN's is not yet what its sender can take. */
static bool tells_window(const struct connmon_observation *seen)
{
    return !has_flag(seen, CONNMON_RST | CONNMON_SYN);
}

/* Whether the packet tells of trouble, or may be the end of it. */
static bool is_trouble(const struct side *side, const struct connmon_observation *seen)
{
    enum connmon_seq_event event = seen->result.seq_event;

    return side->troubles || (event != CONNMON_SEQ_NORMAL && event != CONNMON_SEQ_OLD) ||
           seen->result.dup_ack.num != 0 || (seen->has_zero_window && tells_window(seen));
}

/* Of a segment that touches a hole: what it brings of what was missing. The rest of what is new
 * lies beyond the expected seqno. */
static uint32_t filled_bytes(const struct connmon_result *result)
{
    int64_t beyond = (int64_t)result->seq_gap + result->payload_len;

    return beyond > 0 ? result->new_payload - (uint32_t)beyond : result->new_payload;
}

static void count_events(struct troubles *troubles, const struct connmon_result *result)
{
    uint32_t filled;

    switch (result->seq_event) {
    case CONNMON_SEQ_HOLE:
        troubles->holes += result->is_loss;
        troubles->missing_bytes += result->is_loss ? (uint32_t)result->seq_gap : 0;
        break;
    case CONNMON_SEQ_HOLE_FILL:
        filled = filled_bytes(result);
        troubles->missing_bytes -=
            filled < troubles->missing_bytes ? filled : troubles->missing_bytes;
        break;
    case CONNMON_SEQ_RETRANSMISSION:
        troubles->retransmissions += connmon_is_resend(result);
        break;
    case CONNMON_SEQ_KEEP_ALIVE:
        troubles->keep_alives++;
        break;
    default:
        break;
    }
    troubles->retransmitted_bytes += result->resent_payload;
    troubles->dup_acks += result->dup_ack.num != 0;
}

/* What the wait for lost data cost. */
static void follow_loss(const struct side *side, struct troubles *troubles,
                        const struct connmon_observation *seen)
{
    const struct connmon_result *result = &seen->result;
    int64_t ns;

    if (result->seq_event == CONNMON_SEQ_HOLE) {
        if (!result->is_loss)
            return;
        if (!troubles->has_hole)
            troubles->hole_since = seen->time_ns;
        troubles->has_hole = true;
        troubles->hole_packet = seen->packet;
    } else if (result->seq_event == CONNMON_SEQ_HOLE_FILL && troubles->has_hole) {
        if (result->is_loss && clock_elapsed(troubles->hole_since, seen->time_ns, &ns))
            add_time(&troubles->lost_before, ns);
        troubles->has_hole = troubles->missing_bytes > 0;
        troubles->hole_since = seen->time_ns;
    } else if (connmon_is_resend(result) && result->is_loss && side->has_previous &&
               clock_elapsed(side->previous_time, seen->time_ns, &ns)) {
        add_time(&troubles->lost_beyond, ns);
    }
}

/* A hole of the other side may lie below what this side acknowledges. */
static void follow_ack(const struct conversation *conversation, const struct connmon_result *result)
{
    struct troubles *troubles;

    if (!conversation->has_holes || !result->seqno.present)
        return; /* and the other side's figures are not looked at in vain */
    troubles = conversation->sides[!result->direction].troubles;
    if (troubles && result->seqno.packet >= troubles->hole_packet)
        troubles->has_hole = false;
}

static void follow_window(struct troubles *troubles, const struct connmon_observation *seen)
{
    int64_t ns;

    if (!tells_window(seen))
        return;
    if (troubles->is_window_zero && clock_elapsed(troubles->zero_window_since, seen->time_ns, &ns))
        add_time(&troubles->zero_window, ns);
    troubles->is_window_zero = seen->has_zero_window;
    troubles->zero_window_since = seen->time_ns;
}

/* False if there is no memory for them. */
static bool count_troubles(struct side *side, const struct connmon_observation *seen,
                           struct memory *memory)
{
    struct troubles *troubles;

    if (!is_trouble(side, seen))
        return true;
    troubles = troubles_of(side, memory);
    if (!troubles)
        return false;
    count_events(troubles, &seen->result);
    if (!seen->time_unknown) {
        follow_loss(side, troubles, seen);
        follow_window(troubles, seen);
    }
    return true;
}

/* After a reset nobody waits for a window or for data any more; where ports are used anew, for how
 * long is unknown. */
static void end_waits(struct conversation *conversation, const struct connmon_observation *seen)
{
    for (int i = 0; i < 2; i++) {
        struct troubles *troubles = conversation->sides[i].troubles;
        int64_t ns;

        if (!troubles)
            continue;
        if (troubles->is_window_zero && seen->result.event == CONNMON_EVENT_RESET &&
            !seen->time_unknown && clock_elapsed(troubles->zero_window_since, seen->time_ns, &ns))
            add_time(&troubles->zero_window, ns);
        troubles->is_window_zero = troubles->has_hole = false;
    }
}

/* What the other side had waited for is this side's network's and then this host's. */
static bool count_answer(struct side *side, const struct connmon_turn *turn, struct memory *memory)
{
    if (!turn->has_time)
        return true;
    add_time(&side->network, turn->network_ns);
    add_time(&side->responding, turn->wait_ns - turn->network_ns);
    return histogram_add(&side->delays, DELAY_RESPONSE, turn->wait_ns - turn->network_ns, memory);
}

static void follow_time(struct conversation *conversation, struct side *side,
                        const struct connmon_observation *seen)
{
    if (!conversation->has_time)
        conversation->first_time = conversation->last_time = seen->time_ns;
    conversation->has_time = true;
    if (seen->time_ns > conversation->last_time)
        conversation->last_time = seen->time_ns;
    conversation->has_holes |= seen->result.seq_event == CONNMON_SEQ_HOLE;
    follow_ack(conversation, &seen->result);
    side->previous_time = seen->time_ns;
    side->has_previous = true;
}

bool conversation_add(struct conversation *conversation, const struct connmon_observation *seen,
                      struct memory *memory)
{
    struct side *side = &conversation->sides[seen->result.direction];
    bool is_whole = true;

    if (conversation->directions == 0)
        begin(conversation, seen);
    if (seen->result.is_copy) {
        side->copies++;
        return true;
    }
    if (seen->result.event == CONNMON_EVENT_RESET || seen->result.event == CONNMON_EVENT_REUSED)
        end_waits(conversation, seen);
    conversation->directions |= (uint8_t)(1U << seen->result.direction);
    side->packets++;
    side->wire_bytes += seen->wire_len;
    side->payload_bytes += seen->result.payload_len;
    follow_whole(conversation, &seen->result);
    is_whole &= count_delays(side, &seen->result, memory);
    count_handshake(side, &seen->result);
    is_whole &= count_troubles(side, seen, memory);
    is_whole &= count_answer(side, &seen->result.turn, memory);
    if (!seen->time_unknown)
        follow_time(conversation, side, seen);
    return is_whole;
}

int64_t conversation_duration(const struct conversation *conversation)
{
    int64_t ns;

    clock_elapsed(conversation->first_time, conversation->last_time, &ns);
    return ns;
}

bool conversation_is_one_way(const struct conversation *conversation)
{
    return conversation->directions == 1 || conversation->directions == 2;
}

int64_t conversation_zero_window(const struct conversation *conversation, const struct side *side)
{
    const struct troubles *troubles = side_troubles(side);
    int64_t sum = troubles->zero_window, ns;

    if (troubles->is_window_zero &&
        clock_elapsed(troubles->zero_window_since, conversation->last_time, &ns))
        add_time(&sum, ns);
    return sum;
}

enum conversation_cause conversation_cause(const struct conversation *conversation, int64_t *ns)
{
    int64_t spent[CAUSE_COUNT] = {0};
    enum conversation_cause most = CAUSE_NOTHING;
    const int64_t duration = conversation_duration(conversation);

    for (int i = 0; i < 2; i++) {
        const struct side *side = &conversation->sides[i];
        bool is_client = i == conversation->client;

        int64_t *network = &spent[is_client ? CAUSE_CLIENT_NETWORK : CAUSE_SERVER_NETWORK];

        add_time(network, side->network);
        add_time(network, side->has_handshake ? side->handshake : 0);
        add_time(&spent[is_client ? CAUSE_CLIENT : CAUSE_SERVER], side->responding);
        add_time(&spent[CAUSE_RECEIVE_WINDOW], conversation_zero_window(conversation, side));
        add_time(&spent[CAUSE_LOSS_BEFORE], side_troubles(side)->lost_before);
        add_time(&spent[CAUSE_LOSS_BEYOND], side_troubles(side)->lost_beyond);
    }
    for (enum conversation_cause cause = CAUSE_NOTHING + 1; cause < CAUSE_COUNT; cause++)
        /* Beyond what both sides can have spent, the capture's clock has stepped. */
        if (spent[cause] > spent[most] && spent[cause] / 2 <= duration)
            most = cause;
    if (spent[most] < duration / CAUSE_SHARE)
        most = CAUSE_NOTHING;
    *ns = most == CAUSE_NOTHING ? 0 : spent[most];
    return most;
}

static bool merge_troubles(struct side *into, const struct conversation *conversation,
                           const struct side *from, struct memory *memory)
{
    const struct troubles *troubles = from->troubles;
    struct troubles *sum = troubles ? troubles_of(into, memory) : NULL;

    if (!sum)
        return !troubles;
    sum->holes += troubles->holes;
    sum->missing_bytes += troubles->missing_bytes;
    sum->retransmissions += troubles->retransmissions;
    sum->retransmitted_bytes += troubles->retransmitted_bytes;
    sum->dup_acks += troubles->dup_acks;
    sum->keep_alives += troubles->keep_alives;
    add_time(&sum->zero_window, conversation_zero_window(conversation, from));
    return true;
}

bool side_merge(struct side *into, const struct conversation *conversation, const struct side *from,
                struct memory *memory)
{
    bool is_whole = merge_troubles(into, conversation, from, memory);

    into->packets += from->packets;
    into->copies += from->copies;
    into->wire_bytes += from->wire_bytes;
    into->payload_bytes += from->payload_bytes;
    if (from->has_rtt && (!into->has_rtt || from->rtt_min < into->rtt_min))
        into->rtt_min = from->rtt_min;
    if (from->has_rtt && (!into->has_rtt || from->rtt_max > into->rtt_max))
        into->rtt_max = from->rtt_max;
    into->has_rtt |= from->has_rtt;
    return histogram_merge(&into->delays, &from->delays, memory) && is_whole;
}

void side_clear(struct side *side, struct memory *memory)
{
    histogram_clear(&side->delays, memory);
    memory_free(memory, side->troubles, sizeof(*side->troubles));
    memset(side, 0, sizeof(*side));
}

void conversation_clear(struct conversation *conversation, struct memory *memory)
{
    side_clear(&conversation->sides[0], memory);
    side_clear(&conversation->sides[1], memory);
    memset(conversation, 0, sizeof(*conversation));
}

const char *conversation_cause_name(enum conversation_cause cause)
{
    static const char *const names[CAUSE_COUNT] = {
#define CAUSE(constant, name, meaning) [constant] = (name),
#include "causes.def"
    };

    return names[cause];
}
