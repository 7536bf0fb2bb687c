/* expert.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "expert.h"

#include <epan/expert.h>

#include "field.h"
#include "preferences.h"
#include "words.h"

#define PREFIX "connmon.expert."

enum expert {
#define EXPERT(id, name, severity, title) EXPERT_##id,
#include "expert.def"
    EXPERT_COUNT
};

static expert_field ids[EXPERT_COUNT];
static int hf_stall = -1, hf_stall_frame = -1;
static int ett_stall = -1;

static void register_stall(int proto_connmon)
{
    static hf_register_info fields[] = {
        {&hf_stall,
         {"Stall", PREFIX "stall", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "How long the connection stood still, up to this packet, though someone was waited for",
          HFILL}},
        {&hf_stall_frame,
         {"Since", PREFIX "stall.frame", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The packet by which the connection last moved", HFILL}},
    };
    static int *etts[] = {&ett_stall};

    proto_register_field_array(proto_connmon, fields, G_N_ELEMENTS(fields));
    proto_register_subtree_array(etts, G_N_ELEMENTS(etts));
}

void expert_register(int proto_connmon)
{
    static ei_register_info infos[EXPERT_COUNT] = {
#define EXPERT(id, name, severity, title)                                                          \
    {&ids[EXPERT_##id], {PREFIX name, PI_SEQUENCE, PI_##severity, title, EXPFILL}},
#include "expert.def"
    };

    for (int i = 0; i < EXPERT_COUNT; i++)
        ids[i] = (expert_field)EI_INIT;
    expert_register_field_array(expert_register_protocol(proto_connmon), infos, EXPERT_COUNT);
    register_stall(proto_connmon);
}

static void show_resend(packet_info *pinfo, const struct connmon_result *result, proto_item *item)
{
    if (!result->is_loss)
        expert_add_info_format(pinfo, item, &ids[EXPERT_RETRANSMISSION],
                               "This was acknowledged before, so it was resent without need, or "
                               "its acknowledgment was lost beyond the capture point");
    else if (result->resent_payload == result->payload_len)
        expert_add_info_format(pinfo, item, &ids[EXPERT_RETRANSMISSION],
                               "This has passed the capture point before, so it was lost beyond "
                               "that, or resent without need");
    else
        expert_add_info_format(pinfo, item, &ids[EXPERT_RETRANSMISSION],
                               "%u of these %u bytes have passed the capture point before, so they "
                               "were lost beyond that, or resent without need",
                               result->resent_payload, result->payload_len);
}

static void show_sequence(packet_info *pinfo, const struct connmon_result *result, proto_item *item)
{
    if (result->seq_event == CONNMON_SEQ_HOLE && result->is_loss)
        expert_add_info_format(pinfo, item, &ids[EXPERT_HOLE],
                               "%d bytes before this were lost or overtaken between their sender "
                               "and the capture point",
                               result->seq_gap);
    else if (connmon_is_resend(result))
        show_resend(pinfo, result, item);
}

static void show_delay(packet_info *pinfo, const struct connmon_result *result,
                       proto_item *const *items)
{
    const struct connmon_delay *tsval = &result->tsval, *seqno = &result->seqno;
    const int64_t queueing_ns = result->rtt_ns - result->rtt_min_ns;

    if (result->rtt_source != CONNMON_RTT_NONE) {
        if (queueing_ns > preferences_queueing_ns())
            expert_add_info_format(pinfo, items[CONNMON_FIELD_RTT_QUEUEING], &ids[EXPERT_QUEUEING],
                                   "Round-trip delay %s, %s above the smallest on this side",
                                   words_duration(pinfo, result->rtt_ns),
                                   words_duration(pinfo, queueing_ns));
    } else if (tsval->present && !tsval->ambiguous) {
        expert_add_info_format(pinfo, items[CONNMON_FIELD_RTT_TSVAL_PURE_ACK], &ids[EXPERT_SLACK],
                               "Delay of %s is not trusted: it began with a pure ACK, and this "
                               "host may have had nothing to send",
                               words_duration(pinfo, tsval->ns));
    } else if (tsval->present || seqno->present) {
        expert_add_info_format(pinfo,
                               items[tsval->present ? CONNMON_FIELD_RTT_TSVAL_AMBIGUOUS
                                                    : CONNMON_FIELD_RTT_SEQNO_AMBIGUOUS],
                               &ids[EXPERT_AMBIGUOUS],
                               "Delay of %s is not trusted: the other host resent or late-filled "
                               "data meanwhile",
                               words_duration(pinfo, tsval->present ? tsval->ns : seqno->ns));
    }
}

static proto_item *add_stall(tvbuff_t *tvb, const struct stall *stall, proto_item *parent)
{
    proto_tree *tree = proto_item_get_subtree(parent);
    const nstime_t time = words_time(stall->ns);
    proto_item *item = proto_tree_add_time(tree, hf_stall, tvb, 0, 0, &time), *since;

    proto_item_set_generated(item);
    if (stall->packet == 0) /* rejected by a read filter */
        return item;
    since = proto_tree_add_uint(proto_item_add_subtree(item, ett_stall), hf_stall_frame, tvb, 0, 0,
                                (guint32)stall->packet);
    proto_item_set_generated(since);
    return item;
}

static void show_stall(packet_info *pinfo, const struct connmon_observation *seen,
                       const struct stall *stall, proto_item *item)
{
    static const struct {
        enum expert expert;
        const char *words;
    } causes[STALL_CAUSE_COUNT] = {
#define STALL_CAUSE(constant, name, severity, title, words) [constant] = {EXPERT_##constant, words},
#include "stalls.def"
    };
    const struct connmon_endpoint *host =
        stall->direction == seen->result.direction ? &seen->src : &seen->dst;

    expert_add_info_format(pinfo, item, &ids[causes[stall->cause].expert],
                           "Nothing moved for %s: %s %s", words_duration(pinfo, stall->ns),
                           words_endpoint(pinfo, host), causes[stall->cause].words);
}

/* The column "Expert Info" shows what was added last, and we come behind all others: a chat of ours
 * would hide their warning. So it is made to show the gravest. */
static void show_gravest(packet_info *pinfo, const char *before)
{
    const char *now = col_get_text(pinfo->cinfo, COL_EXPERT);

    if (before && now &&
        str_to_val(before, expert_severity_vals, 0) > str_to_val(now, expert_severity_vals, 0))
        col_add_str(pinfo->cinfo, COL_EXPERT, before);
}

void expert_show(packet_info *pinfo, tvbuff_t *tvb, const struct connmon_observation *seen,
                 const struct stall *stall, proto_item *const *items)
{
    const char *column = col_get_text(pinfo->cinfo, COL_EXPERT);
    const char *before = column ? wmem_strdup(pinfo->pool, column) : NULL;

    show_sequence(pinfo, &seen->result, items[CONNMON_FIELD_SEQ_EVENT]);
    show_delay(pinfo, &seen->result, items);
    if (stall)
        show_stall(pinfo, seen, stall, add_stall(tvb, stall, items[CONNMON_FIELD_NONE]));
    show_gravest(pinfo, before);
}
