/* field.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "field.h"

const struct connmon_field_info connmon_field_infos[CONNMON_FIELDS] = {
#define FIELD(id, parent, type, name, title, help)                                                 \
    {name, title, help, CONNMON_TYPE_##type, CONNMON_FIELD_##parent},
#include "fields.def"
#undef FIELD
};

_Static_assert(CONNMON_FIELDS <= 64, "a bit for each field");

/* The sum of two delays, at most INT64_MAX. */
static int64_t both(int64_t server_ns, int64_t client_ns)
{
    return server_ns > INT64_MAX - client_ns ? INT64_MAX : server_ns + client_ns;
}

static inline void set(struct connmon_field_values *values, enum connmon_field field,
                       bool is_present, int64_t value)
{
    values->present |= (uint64_t)is_present << field;
    values->of[field] = value;
}

/* A packet that a read filter rejected has no number, so nothing can point to it. */
static inline void set_packet(struct connmon_field_values *values, enum connmon_field field,
                              bool is_present, uint64_t packet)
{
    set(values, field, is_present && packet != 0, (int64_t)packet);
}

static inline void set_trusted(const struct connmon_result *result,
                               struct connmon_field_values *values)
{
    const bool has_rtt = result->rtt_source != CONNMON_RTT_NONE;

    set(values, CONNMON_FIELD_RTT, has_rtt, result->rtt_ns);
    set(values, CONNMON_FIELD_RTT_SOURCE, has_rtt, result->rtt_source);
    set(values, CONNMON_FIELD_RTT_SLACK, has_rtt, result->rtt_slack_ns);
    set(values, CONNMON_FIELD_RTT_QUEUEING, has_rtt, result->rtt_ns - result->rtt_min_ns);
}

static inline void set_delays(const struct connmon_result *result,
                              struct connmon_field_values *values)
{
    const struct connmon_delay *tsval = &result->tsval, *seqno = &result->seqno;

    set(values, CONNMON_FIELD_RTT_MIN, tsval->present || seqno->present, result->rtt_min_ns);
    set(values, CONNMON_FIELD_RTT_TSVAL, tsval->present, tsval->ns);
    set_packet(values, CONNMON_FIELD_RTT_TSVAL_FRAME, tsval->present, tsval->packet);
    set(values, CONNMON_FIELD_RTT_TSVAL_PURE_ACK, tsval->present, tsval->pure_ack);
    set(values, CONNMON_FIELD_RTT_TSVAL_AMBIGUOUS, tsval->present, tsval->ambiguous);
    set(values, CONNMON_FIELD_RTT_SEQNO, seqno->present, seqno->ns);
    set_packet(values, CONNMON_FIELD_RTT_SEQNO_FRAME, seqno->present, seqno->packet);
    set(values, CONNMON_FIELD_RTT_SEQNO_AMBIGUOUS, seqno->present, seqno->ambiguous);
}

static inline void set_dup_ack(const struct connmon_result *result,
                               struct connmon_field_values *values)
{
    const bool is_dup_ack = result->dup_ack.num != 0;

    set(values, CONNMON_FIELD_DUP_ACK_AGE, is_dup_ack, result->dup_ack.age_ns);
    set(values, CONNMON_FIELD_DUP_ACK_NUM, is_dup_ack, result->dup_ack.num);
    set_packet(values, CONNMON_FIELD_DUP_ACK_FRAME, is_dup_ack, result->dup_ack.packet);
}

static inline void set_handshake(const struct connmon_result *result,
                                 struct connmon_field_values *values)
{
    const bool has_server = result->handshake.has_server, has_client = result->handshake.has_client;
    const int64_t server_ns = result->handshake.server_ns, client_ns = result->handshake.client_ns;

    set(values, CONNMON_FIELD_HANDSHAKE_SERVER, /* told once, on the SYN-ACK */
        has_server && !result->handshake.completes, server_ns);
    set(values, CONNMON_FIELD_HANDSHAKE_CLIENT, has_client, client_ns);
    set(values, CONNMON_FIELD_HANDSHAKE_RTT, has_server && has_client, both(server_ns, client_ns));
}

static inline void set_answer(const struct connmon_result *result,
                              struct connmon_field_values *values)
{
    const struct connmon_turn *turn = &result->turn;
    const bool is_answer = turn->is_present && turn->request != 0 && result->side == CONNMON_SERVER;

    set(values, CONNMON_FIELD_TRANSACTION, is_answer, turn->request);
    set_packet(values, CONNMON_FIELD_REQUEST_FRAME, is_answer, turn->packet);
    set(values, CONNMON_FIELD_RESPONSE_TIME, is_answer && turn->has_time,
        turn->wait_ns - turn->network_ns);
}

void connmon_field_values(const struct connmon_result *result, struct connmon_field_values *values)
{
    values->present = 0;
    set_packet(values, CONNMON_FIELD_DUPLICATE, result->is_copy, result->original);
    if (result->is_copy)
        return;
    set(values, CONNMON_FIELD_FLOW, false, 0); /* a string */
    set(values, CONNMON_FIELD_SIDE, result->side != CONNMON_SIDE_NONE, result->side);
    set_trusted(result, values);
    set_delays(result, values);
    set(values, CONNMON_FIELD_SEQ_GAP, true, result->seq_gap);
    set(values, CONNMON_FIELD_SEQ_EVENT, result->seq_event != CONNMON_SEQ_NORMAL,
        result->seq_event);
    set(values, CONNMON_FIELD_STATE, result->state != CONNMON_STATE_UNKNOWN, result->state);
    set(values, CONNMON_FIELD_EVENT, result->event != CONNMON_EVENT_NONE, result->event);
    set_dup_ack(result, values);
    set(values, CONNMON_FIELD_PAYLOAD_BYTES, true, result->payload_len);
    set(values, CONNMON_FIELD_FLOW_BYTES, true, (int64_t)result->flow_bytes);
    set_handshake(result, values);
    set_answer(result, values);
}

const char *connmon_side_name(enum connmon_side side)
{
    switch (side) {
    case CONNMON_CLIENT:
        return "client";
    case CONNMON_SERVER:
        return "server";
    default:
        return NULL;
    }
}

const char *connmon_end_name(enum connmon_end end)
{
    static const char *const names[] = {
        [CONNMON_END_OPEN] = "open",
        [CONNMON_END_PARTIAL] = "seen in part",
        [CONNMON_END_FIN] = "FIN",
        [CONNMON_END_RESET_BY_CLIENT] = "reset by client",
        [CONNMON_END_RESET_BY_SERVER] = "reset by server",
    };

    return names[end];
}

const char *connmon_rtt_source_name(enum connmon_rtt_source source)
{
    switch (source) {
    case CONNMON_RTT_TSVAL:
        return "tsval";
    case CONNMON_RTT_SEQNO:
        return "seqno";
    default:
        return NULL;
    }
}

const char *connmon_seq_event_name(enum connmon_seq_event event)
{
    switch (event) {
    case CONNMON_SEQ_HOLE:
        return "hole";
    case CONNMON_SEQ_HOLE_FILL:
        return "hole_fill";
    case CONNMON_SEQ_RETRANSMISSION:
        return "retransmission";
    case CONNMON_SEQ_KEEP_ALIVE:
        return "keep_alive";
    case CONNMON_SEQ_OLD:
        return "old";
    default:
        return NULL;
    }
}

const char *connmon_state_name(enum connmon_state state)
{
    static const char *const names[] = {
        [CONNMON_STATE_UNKNOWN] = NULL,
        [CONNMON_STATE_SYN_SENT] = "syn_sent",
        [CONNMON_STATE_SYN_RECEIVED] = "syn_received",
        [CONNMON_STATE_ESTABLISHED] = "established",
        [CONNMON_STATE_FIN_WAIT_1] = "fin_wait_1",
        [CONNMON_STATE_FIN_WAIT_2] = "fin_wait_2",
        [CONNMON_STATE_CLOSE_WAIT] = "close_wait",
        [CONNMON_STATE_CLOSING] = "closing",
        [CONNMON_STATE_LAST_ACK] = "last_ack",
        [CONNMON_STATE_TIME_WAIT] = "time_wait",
        [CONNMON_STATE_CLOSED] = "closed",
    };

    return state <= CONNMON_STATE_CLOSED ? names[state] : NULL;
}

const char *connmon_event_name(enum connmon_event event)
{
    static const char *const names[] = {
        [CONNMON_EVENT_NONE] = NULL,
        [CONNMON_EVENT_FOUND] = "found",
        [CONNMON_EVENT_FOUND_MIDSTREAM] = "found_midstream",
        [CONNMON_EVENT_ESTABLISHED] = "established",
        [CONNMON_EVENT_DUPLICATE_SYN] = "duplicate_syn",
        [CONNMON_EVENT_DUPLICATE_SYN_ACK] = "duplicate_syn_ack",
        [CONNMON_EVENT_HALF_CLOSED] = "half_closed",
        [CONNMON_EVENT_CLOSED] = "closed",
        [CONNMON_EVENT_RESET] = "reset",
        [CONNMON_EVENT_RESET_IGNORED] = "reset_ignored",
        [CONNMON_EVENT_REUSED] = "reused",
    };

    return event <= CONNMON_EVENT_REUSED ? names[event] : NULL;
}
