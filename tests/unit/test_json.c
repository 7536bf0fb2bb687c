/* test_json.c - a packet as a JSON object, and as an outline's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#include "field.h"
#include "json.h"
#include "packet_outline.h"
#include "written.h"

static struct connmon_observation packet(void)
{
    return (struct connmon_observation){
        .time_ns = INT64_C(1234567890987654321),
        .packet = 4,
        .discriminator = 7,
        .src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 1024},
        .dst = {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80},
        .result = {.side = CONNMON_CLIENT, .payload_len = 9, .flow_bytes = 63},
    };
}

static struct connmon_observation full_packet(void)
{
    struct connmon_observation seen = packet();

    seen.result = (struct connmon_result){
        .flow_bytes = UINT64_MAX,
        .payload_len = UINT32_MAX,
        .side = CONNMON_SERVER,
        .seq_gap = INT32_MIN,
        .state = CONNMON_STATE_FIN_WAIT_1,
        .event = CONNMON_EVENT_HALF_CLOSED,
        .seq_event = CONNMON_SEQ_RETRANSMISSION,
        .tsval = {.ns = 20000000, .packet = 1, .present = true, .pure_ack = true},
        .seqno = {.ns = INT64_MAX, .packet = UINT32_MAX, .present = true, .ambiguous = true},
        .rtt_min_ns = 1,
        .rtt_ns = 20000000,
        .rtt_slack_ns = 2,
        .rtt_source = CONNMON_RTT_TSVAL,
        .dup_ack = {.age_ns = 0, .packet = 3, .num = 5},
        .handshake = {.server_ns = 8, .client_ns = 9, .has_server = true, .has_client = true},
        .turn = {.wait_ns = 50,
                 .network_ns = 20,
                 .packet = 6,
                 .request = 2,
                 .is_present = true,
                 .has_time = true},
    };
    return seen;
}

static void expect_json_(const struct connmon_observation *seen, const char *expected)
{
    char json[CONNMON_JSON_SIZE];
    size_t size = connmon_json(json, sizeof(json), seen);

    assert_int_equal(size, strlen(expected));
    json[size] = '\0';
    assert_string_equal(json, expected);
}

#define expect_json(seen, expected) expect_json_(&(seen), expected)

static void what_is_absent_is_left_out(void **state)
{
    struct connmon_observation seen = packet();

    (void)state;
    expect_json(seen,
                "{\"stream\":7,\"frame\":4,\"time\":1234567890.987654321,"
                "\"connmon.flow\":\"192.0.2.1:1024+198.51.100.2:80\","
                "\"connmon.side\":\"client\",\"connmon.seq_gap\":0,\"connmon.payload_bytes\":9,"
                "\"connmon.flow_bytes\":63}\n");
    seen.time_unknown = true;
    seen.packet = 0;
    seen.result.dup_ack.num = 1; /* of a packet without a number */
    expect_json(
        seen,
        "{\"stream\":7,"
        "\"connmon.flow\":\"192.0.2.1:1024+198.51.100.2:80\","
        "\"connmon.side\":\"client\",\"connmon.seq_gap\":0,\"connmon.dup_ack_age\":0.000000000,"
        "\"connmon.dup_ack_num\":1,\"connmon.payload_bytes\":9,"
        "\"connmon.flow_bytes\":63}\n");
}

static void values_have_their_types(void **state)
{
    const struct connmon_observation seen = full_packet();

    (void)state;
    expect_json(
        seen,
        "{\"stream\":7,\"frame\":4,\"time\":1234567890.987654321,"
        "\"connmon.flow\":\"192.0.2.1:1024+198.51.100.2:80\","
        "\"connmon.side\":\"server\",\"connmon.rtt\":0.020000000,\"connmon.rtt.source\":\"tsval\","
        "\"connmon.rtt.slack\":0.000000002,\"connmon.rtt.queueing\":0.019999999,"
        "\"connmon.rtt.min\":0.000000001,"
        "\"connmon.rtt.tsval\":0.020000000,\"connmon.rtt.tsval.frame\":1,"
        "\"connmon.rtt.tsval.pure_ack\":true,"
        "\"connmon.rtt.tsval.ambiguous\":false,"
        "\"connmon.rtt.seqno\":9223372036.854775807,"
        "\"connmon.rtt.seqno.frame\":4294967295,"
        "\"connmon.rtt.seqno.ambiguous\":true,"
        "\"connmon.seq_gap\":-2147483648,"
        "\"connmon.seq_event\":\"retransmission\","
        "\"connmon.state\":\"fin_wait_1\",\"connmon.event\":\"half_closed\","
        "\"connmon.dup_ack_age\":0.000000000,\"connmon.dup_ack_num\":5,"
        "\"connmon.dup_ack_frame\":3,\"connmon.payload_bytes\":4294967295,"
        "\"connmon.flow_bytes\":18446744073709551615,"
        "\"connmon.handshake.server\":0.000000008,"
        "\"connmon.handshake.client\":0.000000009,"
        "\"connmon.handshake.rtt\":0.000000017,"
        "\"connmon.transaction\":2,"
        "\"connmon.request_frame\":6,"
        "\"connmon.response_time\":0.000000030}\n");
}

static void a_copy_has_nothing_but_its_original(void **state)
{
    struct connmon_observation seen = packet();

    (void)state;
    seen.result = (struct connmon_result){.is_copy = true, .original = 3};
    expect_json(seen, "{\"stream\":7,\"frame\":4,\"time\":1234567890.987654321,"
                      "\"connmon.flow\":\"192.0.2.1:1024+198.51.100.2:80\","
                      "\"connmon.duplicate\":3}\n");
}

static void every_field_of_the_table_has_its_key(void **state)
{
    const struct connmon_observation seen = full_packet();
    char json[CONNMON_JSON_SIZE];

    (void)state;
    json[connmon_json(json, sizeof(json), &seen)] = '\0';
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++) {
        char key[64];

        if (i == CONNMON_FIELD_DUPLICATE) /* which stands on copies alone */
            continue;
        snprintf(key, sizeof(key), ",\"%s\":", connmon_field_infos[i].name);
        assert_non_null(strstr(json, key));
    }
}

static void the_longest_object_fits(void **state)
{
    struct connmon_observation seen = full_packet();
    char json[CONNMON_JSON_SIZE];
    size_t size;

    (void)state;
    seen.time_ns = INT64_MIN;
    seen.packet = UINT64_MAX;
    seen.discriminator = UINT32_MAX;
    memset(&seen.src, 0xfe, sizeof(seen.src));
    seen.src.addr_len = 16;
    seen.dst = seen.src;
    seen.result.handshake.server_ns = seen.result.handshake.client_ns = INT64_MAX;
    size = connmon_json(json, sizeof(json), &seen);
    assert_true(size >= 900 && size <= sizeof(json) / 4 * 3); /* with room for fields to come */
    assert_memory_equal(json + size - 2, "}\n", 2);
}

static void an_object_is_cut_to_its_room(void **state)
{
    const struct connmon_observation seen = full_packet();
    char whole[CONNMON_JSON_SIZE], json[CONNMON_JSON_SIZE];
    size_t size = connmon_json(whole, sizeof(whole), &seen);

    (void)state;
    for (size_t room = 0; room < size; room++) {
        memset(json, '#', sizeof(json));
        assert_int_equal(connmon_json(json, room, &seen), room);
        assert_memory_equal(json, whole, room);
        assert_int_equal(json[room], '#');
    }
}

static void expect_same_outline(const struct connmon_observation *seen)
{
    struct written written = {.length = 0};
    char json[CONNMON_JSON_SIZE];
    struct outline outline;

    json[connmon_json(json, sizeof(json), seen)] = '\0';
    outline_begin(&outline, OUTLINE_JSON, written_keep, &written);
    connmon_outline(&outline, seen);
    outline_end(&outline);
    assert_string_equal(written.text, json);
}

/* What is precomputed for JSON, and what any outline is written by. */
static void an_outline_has_the_same_keys_and_values(void **state)
{
    struct connmon_observation seen = packet();
    const struct connmon_observation full = full_packet();

    (void)state;
    expect_same_outline(&full);
    expect_same_outline(&seen);
    seen.packet = 0;
    seen.time_unknown = true;
    seen.result = (struct connmon_result){.is_copy = true, .original = 3};
    expect_same_outline(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absent_is_left_out),
        cmocka_unit_test(values_have_their_types),
        cmocka_unit_test(a_copy_has_nothing_but_its_original),
        cmocka_unit_test(every_field_of_the_table_has_its_key),
        cmocka_unit_test(the_longest_object_fits),
        cmocka_unit_test(an_object_is_cut_to_its_room),
        cmocka_unit_test(an_outline_has_the_same_keys_and_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
