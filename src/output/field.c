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

static bool present(bool is_present, int64_t from, int64_t *value)
{
    *value = from;
    return is_present;
}

/* The sum of two delays, at most INT64_MAX. */
static int64_t both(int64_t server_ns, int64_t client_ns)
{
    return server_ns > INT64_MAX - client_ns ? INT64_MAX : server_ns + client_ns;
}

bool connmon_field_value(const struct connmon_result *result, enum connmon_field field,
                         int64_t *value)
{
    const struct connmon_delay *tsval = &result->tsval, *seqno = &result->seqno;
    bool has_rtt = result->rtt_source != CONNMON_RTT_NONE;
    bool is_dup_ack = result->dup_ack.num != 0;
    const struct connmon_turn *turn = &result->turn;
    bool is_answer = turn->is_present && turn->request != 0 && result->side == CONNMON_SERVER;
    int64_t server_ns = result->handshake.server_ns, client_ns = result->handshake.client_ns;

    switch (field) {
    case CONNMON_FIELD_SIDE:
        return present(result->side != CONNMON_SIDE_NONE, result->side, value);
    case CONNMON_FIELD_RTT:
        return present(has_rtt, result->rtt_ns, value);
    case CONNMON_FIELD_RTT_SOURCE:
        return present(has_rtt, result->rtt_source, value);
    case CONNMON_FIELD_RTT_SLACK:
        return present(has_rtt, result->rtt_slack_ns, value);
    case CONNMON_FIELD_RTT_QUEUEING:
        return present(has_rtt, result->rtt_ns - result->rtt_min_ns, value);
    case CONNMON_FIELD_RTT_MIN:
        return present(tsval->present || seqno->present, result->rtt_min_ns, value);
    case CONNMON_FIELD_RTT_TSVAL:
        return present(tsval->present, tsval->ns, value);
    case CONNMON_FIELD_RTT_TSVAL_FRAME:
        return present(tsval->present, (int64_t)tsval->packet, value);
    case CONNMON_FIELD_RTT_TSVAL_PURE_ACK:
        return present(tsval->present, tsval->pure_ack, value);
    case CONNMON_FIELD_RTT_TSVAL_AMBIGUOUS:
        return present(tsval->present, tsval->ambiguous, value);
    case CONNMON_FIELD_RTT_SEQNO:
        return present(seqno->present, seqno->ns, value);
    case CONNMON_FIELD_RTT_SEQNO_FRAME:
        return present(seqno->present, (int64_t)seqno->packet, value);
    case CONNMON_FIELD_RTT_SEQNO_AMBIGUOUS:
        return present(seqno->present, seqno->ambiguous, value);
    case CONNMON_FIELD_SEQ_GAP:
        return present(true, result->seq_gap, value);
    case CONNMON_FIELD_SEQ_EVENT:
        return present(result->seq_event != CONNMON_SEQ_NORMAL, result->seq_event, value);
    case CONNMON_FIELD_STATE:
        return present(result->state != CONNMON_STATE_UNKNOWN, result->state, value);
    case CONNMON_FIELD_EVENT:
        return present(result->event != CONNMON_EVENT_NONE, result->event, value);
    case CONNMON_FIELD_DUP_ACK_AGE:
        return present(is_dup_ack, result->dup_ack.age_ns, value);
    case CONNMON_FIELD_DUP_ACK_NUM:
        return present(is_dup_ack, result->dup_ack.num, value);
    case CONNMON_FIELD_DUP_ACK_FRAME:
        return present(is_dup_ack, (int64_t)result->dup_ack.packet, value);
    case CONNMON_FIELD_PAYLOAD_BYTES:
        return present(true, result->payload_len, value);
    case CONNMON_FIELD_FLOW_BYTES:
        return present(true, (int64_t)result->flow_bytes, value);
    case CONNMON_FIELD_HANDSHAKE_SERVER: /* told once, on the SYN-ACK */
        return present(result->handshake.has_server && !result->handshake.completes, server_ns,
                       value);
    case CONNMON_FIELD_HANDSHAKE_CLIENT:
        return present(result->handshake.has_client, client_ns, value);
    case CONNMON_FIELD_HANDSHAKE_RTT:
        return present(result->handshake.has_server && result->handshake.has_client,
                       both(server_ns, client_ns), value);
    case CONNMON_FIELD_TRANSACTION:
        return present(is_answer, turn->request, value);
    case CONNMON_FIELD_REQUEST_FRAME:
        return present(is_answer, (int64_t)turn->packet, value);
    case CONNMON_FIELD_RESPONSE_TIME:
        return present(is_answer && turn->has_time, turn->wait_ns - turn->network_ns, value);
    case CONNMON_FIELD_FLOW:
    case CONNMON_FIELDS:
        break;
    }
    return false;
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
