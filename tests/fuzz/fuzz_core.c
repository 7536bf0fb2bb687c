/* fuzz_core.c - any bytes as a configuration and a capture
 *
 * What must hold whatever comes is checked after each segment; a failed check is an abort().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "field.h"
#include "segments.h"

static void check_delay(const struct connmon_delay *delay, const struct connmon_config *config,
                        const struct connmon_segment *segment, const struct connmon_result *r)
{
    const struct connmon_delay none = {0};

    if (!delay->present) {
        check(delay->ns == none.ns && delay->packet == none.packet);
        check(!delay->pure_ack && !delay->ambiguous);
        return;
    }
    check(delay->ns >= 0);
    check(config->max_age_ns < 0 || delay->ns <= config->max_age_ns);
    check(delay->packet < segment->packet);
    check(r->rtt_min_ns <= delay->ns && r->rtt_min_ns >= 0);
    check(!segment->time_unknown && (segment->flags & CONNMON_ACK));
}

static void check_turn(const struct connmon_segment *segment, const struct connmon_turn *turn)
{
    if (!turn->is_present) {
        check(!turn->has_time && !turn->has_network && turn->request == 0);
        return;
    }
    check(segment->payload_len > 0 && turn->packet < segment->packet);
    check(turn->has_time || turn->wait_ns == 0);
    check(turn->has_network || turn->network_ns == 0);
    check(turn->wait_ns >= 0 && turn->network_ns >= 0 && turn->network_ns <= turn->wait_ns);
}

/* It tells of what it is a copy, and nothing else. */
static void check_copy(const struct connmon_result *r, const struct connmon_segment *segment,
                       const struct connmon_config *config)
{
    struct connmon_result rest = *r;
    const struct connmon_result none = {0};

    check(!config->keep_copies && r->original < segment->packet && !segment->time_unknown);
    rest.is_copy = false;
    rest.original = 0;
    rest.connection = 0;
    rest.direction = 0;
    check(memcmp(&rest, &none, sizeof(rest)) == 0);
}

static void check_result(const struct connmon_result *r, const struct connmon_segment *segment,
                         const struct connmon_config *config)
{
    const struct connmon_delay *trusted =
        r->rtt_source == CONNMON_RTT_TSVAL ? &r->tsval : &r->seqno;
    struct connmon_field_values values;

    check_delay(&r->tsval, config, segment, r);
    check_delay(&r->seqno, config, segment, r);
    check(!r->seqno.pure_ack);
    if (r->rtt_source == CONNMON_RTT_NONE)
        check(r->rtt_ns == 0 && r->rtt_slack_ns == 0);
    else
        check(trusted->present && !trusted->ambiguous && r->rtt_ns == trusted->ns &&
              r->rtt_slack_ns >= 0 && r->rtt_slack_ns <= r->rtt_ns);
    check_turn(segment, &r->turn);
    check(r->dup_ack.age_ns >= 0);
    if (r->dup_ack.num != 0)
        check(r->dup_ack.packet < segment->packet && segment->payload_len == 0);
    check(r->handshake.server_ns >= 0 && r->handshake.client_ns >= 0);
    check(r->direction <= 1 && r->payload_len == segment->payload_len);
    check(r->state < CONNMON_STATE_COUNT && r->event < CONNMON_EVENT_COUNT);
    check(r->side == CONNMON_CLIENT || r->side == CONNMON_SERVER);
    check(r->seq_event < CONNMON_SEQ_EVENT_COUNT && r->flow_bytes >= segment->wire_len);
    connmon_field_values(r, &values);
}

static void check_stats(const struct connmon_stats *stats, const struct connmon_config *config)
{
    check(stats->connections == stats->connections_open + stats->idle_connections +
                                    stats->reused_connections + stats->evicted_connections);
    check(stats->unmeasured_segments <= stats->segments);
    check(stats->connections <= stats->segments - stats->unmeasured_segments);
    check(config->max_memory == 0 || stats->memory <= config->max_memory);
    check(config->max_connections == 0 || stats->connections_open <= config->max_connections);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    struct connmon_config config = take_config(&in);
    struct connmon *core = connmon_new(&config);
    uint64_t packet = in.size ? take(&in) * (uint64_t)0x3fffff7 : 0, segments = 0, unmeasured = 0;
    int64_t now = 0;

    check(core != NULL);
    while (in.size > 0) {
        struct connmon_segment segment = take_segment(&in, ++packet, &now);
        struct connmon_result result;
        struct connmon_stats stats;

        segments++;
        if (segment.payload_len % 2) /* a hint, as good as any */
            connmon_expect(core, &segment);
        if (connmon_process(core, &segment, &result) != CONNMON_OK)
            unmeasured++;
        else if (result.is_copy)
            check_copy(&result, &segment, &config);
        else
            check_result(&result, &segment, &config);
        stats = connmon_stats(core);
        check(stats.segments == segments && stats.unmeasured_segments == unmeasured);
        check_stats(&stats, &config);
    }
    connmon_free(core);
    return 0;
}
