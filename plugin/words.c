/* words.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "words.h"

#include "field.h"
#include "label.h"
#include "text.h"

enum { DURATION_SIZE = 32 };

nstime_t words_time(int64_t ns)
{
    return (nstime_t){.secs = (time_t)(ns / NS_PER_S), .nsecs = (int)(ns % NS_PER_S)};
}

const char *words_duration(packet_info *pinfo, int64_t ns)
{
    char *word = wmem_alloc(pinfo->pool, DURATION_SIZE);
    struct text text = {word, word + DURATION_SIZE - 1};

    text_duration(&text, ns);
    *text.at = '\0';
    return word;
}

const char *words_endpoint(packet_info *pinfo, const struct connmon_endpoint *end)
{
    char *word = wmem_alloc(pinfo->pool, CONNMON_LABEL_SIZE);
    struct text text = {word, word + CONNMON_LABEL_SIZE - 1};

    text_endpoint(&text, end);
    *text.at = '\0';
    return word;
}

/* "since frame 12", unless a read filter rejected it */
static const char *since(packet_info *pinfo, uint64_t frame)
{
    return frame == 0 ? ""
                      : wmem_strdup_printf(pinfo->pool, ", since frame %" G_GUINT64_FORMAT, frame);
}

static void add_rtt(packet_info *pinfo, const struct connmon_result *result,
                    proto_item *const *items)
{
    static const char *const sources[CONNMON_RTT_SOURCE_COUNT] = {
#define CONNMON_RTT_SOURCE_VALUE(constant, name, words, meaning) [constant] = (words),
#include "connmon.def"
    };
    const struct connmon_delay *delay =
        result->rtt_source == CONNMON_RTT_TSVAL ? &result->tsval : &result->seqno;
    const int64_t above_ns = result->rtt_ns - result->rtt_min_ns;
    const char *words = wmem_strdup_printf(pinfo->pool, "by %s%s; %s%s",
                                           sources[result->rtt_source], since(pinfo, delay->packet),
                                           above_ns ? words_duration(pinfo, above_ns) : "",
                                           above_ns ? " above the minimum" : "the smallest so far");

    proto_item_append_text(items[CONNMON_FIELD_RTT], ", %s", words);
    proto_item_append_text(items[CONNMON_FIELD_NONE], ", round-trip delay %s, %s",
                           words_duration(pinfo, result->rtt_ns), words);
}

static void add_delay(packet_info *pinfo, const struct connmon_delay *delay, proto_item *item)
{
    if (delay->present)
        proto_item_append_text(item, "%s%s%s", since(pinfo, delay->packet),
                               delay->pure_ack ? ", a pure ACK" : "",
                               delay->ambiguous ? "; ambiguous" : "");
}

static void add_sequence(const struct connmon_result *result, proto_item *const *items)
{
    static const char *const events[CONNMON_SEQ_EVENT_COUNT] = {
#define CONNMON_SEQ_EVENT_VALUE(constant, name, words, meaning) [constant] = (words),
#include "connmon.def"
    };
    const char *words = events[result->seq_event];

    if (!words)
        return;
    proto_item_append_text(items[CONNMON_FIELD_SEQ_GAP], " bytes: %s", words);
    proto_item_append_text(items[CONNMON_FIELD_NONE], ", %s", words);
}

void words_add(packet_info *pinfo, const struct connmon_result *result, proto_item *const *items)
{
    if (result->rtt_source != CONNMON_RTT_NONE)
        add_rtt(pinfo, result, items);
    add_delay(pinfo, &result->tsval, items[CONNMON_FIELD_RTT_TSVAL]);
    add_delay(pinfo, &result->seqno, items[CONNMON_FIELD_RTT_SEQNO]);
    add_sequence(result, items);
    if (result->dup_ack.num == 0)
        return;
    proto_item_append_text(items[CONNMON_FIELD_DUP_ACK_AGE], ", number %u of the ACK in frame %u",
                           result->dup_ack.num, (unsigned)result->dup_ack.packet);
    proto_item_append_text(items[CONNMON_FIELD_NONE], ", duplicate ACK %u", result->dup_ack.num);
}
