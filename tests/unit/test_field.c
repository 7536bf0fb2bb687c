/* test_field.c - the table of fields, and which of them a packet has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <ctype.h>
#include <string.h>

#include "field.h"

#define FIELD(id) CONNMON_FIELD_##id

#define expect_field(r, id, expected)                                                              \
    do {                                                                                           \
        struct connmon_field_values found;                                                         \
        connmon_field_values(&(r), &found);                                                        \
        assert_true(connmon_field_is_present(&found, FIELD(id)));                                  \
        assert_int_equal(found.of[FIELD(id)], expected);                                           \
    } while (0)

#define expect_absent(r, id)                                                                       \
    do {                                                                                           \
        struct connmon_field_values found;                                                         \
        connmon_field_values(&(r), &found);                                                        \
        assert_false(connmon_field_is_present(&found, FIELD(id)));                                 \
    } while (0)

static void names_are_distinct_and_well_formed(void **state)
{
    (void)state;
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++) {
        const struct connmon_field_info *info = &connmon_field_infos[i];

        assert_int_equal(strncmp(info->name, "connmon.", 8), 0);
        for (const char *c = info->name; *c; c++)
            assert_true(islower((unsigned char)*c) || *c == '.' || *c == '_');
        assert_true(isupper((unsigned char)info->title[0]));
        assert_true(isupper((unsigned char)info->help[0]));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(info->name, connmon_field_infos[j].name);
    }
}

static void a_parent_comes_before_its_children(void **state)
{
    (void)state;
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++) {
        enum connmon_field parent = connmon_field_infos[i].parent;

        assert_true(parent == CONNMON_FIELD_NONE || (int)parent < i);
    }
}

static void an_unremarkable_packet_has_four(void **state)
{
    struct connmon_result r = {
        .side = CONNMON_SERVER, .payload_len = 5, .flow_bytes = UINT64_C(1) << 40};
    struct connmon_field_values values;
    int fields = 0;

    (void)state;
    connmon_field_values(&r, &values);
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++)
        fields += connmon_field_is_present(&values, (enum connmon_field)i);
    assert_int_equal(fields, 4);
    expect_field(r, SIDE, CONNMON_SERVER);
    expect_field(r, SEQ_GAP, 0);
    expect_field(r, PAYLOAD_BYTES, 5);
    expect_field(r, FLOW_BYTES, INT64_C(1) << 40);
}

static void a_copy_names_its_original_and_nothing_else(void **state)
{
    const struct connmon_result r = {.is_copy = true, .original = 7};
    struct connmon_field_values values;

    (void)state;
    connmon_field_values(&r, &values);
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++)
        assert_int_equal(connmon_field_is_present(&values, (enum connmon_field)i),
                         i == CONNMON_FIELD_DUPLICATE);
    expect_field(r, DUPLICATE, 7);
}

static void a_delay_comes_with_its_companions(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {5, 0}, .at_ms = 2);
    r = send(&s, SERVER, .ack = 201, .ts = {9, 5}, .at_ms = 10);
    expect_field(r, RTT, 8 * MS);
    expect_field(r, RTT_SOURCE, CONNMON_RTT_SEQNO);
    expect_field(r, RTT_SLACK, 8 * MS);
    expect_field(r, RTT_QUEUEING, 0);
    expect_field(r, RTT_MIN, 8 * MS);
    expect_field(r, RTT_TSVAL, 10 * MS);
    expect_field(r, RTT_TSVAL_FRAME, 1);
    expect_field(r, RTT_TSVAL_PURE_ACK, 0);
    expect_field(r, RTT_TSVAL_AMBIGUOUS, 0);
    expect_field(r, RTT_SEQNO, 8 * MS);
    expect_field(r, RTT_SEQNO_FRAME, 2);
    expect_field(r, RTT_SEQNO_AMBIGUOUS, 0);
    expect_absent(r, SEQ_EVENT);
    expect_absent(r, DUP_ACK_NUM);
    expect_absent(r, HANDSHAKE_RTT);
    expect_absent(r, FLOW); /* a string */
    scenario_end(&s);
}

static void an_untrusted_delay_still_shows_its_parts(void **state)
{
    struct connmon_result r = {
        .tsval = {.present = true, .ns = 7, .packet = 3, .pure_ack = true, .ambiguous = true},
        .rtt_min_ns = 4,
    };

    (void)state;
    expect_absent(r, RTT);
    expect_absent(r, RTT_SOURCE);
    expect_absent(r, RTT_SLACK);
    expect_absent(r, RTT_QUEUEING);
    expect_absent(r, RTT_SEQNO_FRAME);
    expect_field(r, RTT_MIN, 4);
    expect_field(r, RTT_TSVAL_PURE_ACK, 1);
    expect_field(r, RTT_TSVAL_AMBIGUOUS, 1);
}

static void duplicates_and_events(void **state)
{
    struct connmon_result r = {.seq_gap = -5, .seq_event = CONNMON_SEQ_OLD};

    (void)state;
    r.dup_ack.num = 2;
    r.dup_ack.packet = 9;
    expect_field(r, SEQ_GAP, -5);
    expect_field(r, SEQ_EVENT, CONNMON_SEQ_OLD);
    expect_field(r, DUP_ACK_NUM, 2);
    expect_field(r, DUP_ACK_FRAME, 9);
    expect_field(r, DUP_ACK_AGE, 0);
}

static void nothing_points_to_a_packet_without_a_number(void **state)
{
    struct connmon_result r = {.tsval = {.present = true, .ns = 7}, .rtt_min_ns = 7};

    (void)state;
    r.dup_ack.num = 1;
    expect_field(r, RTT_TSVAL, 7);
    expect_absent(r, RTT_TSVAL_FRAME);
    expect_field(r, DUP_ACK_NUM, 1);
    expect_absent(r, DUP_ACK_FRAME);
}

static void the_handshakes_sum_needs_both_sides(void **state)
{
    struct connmon_result r = {0};

    (void)state;
    r.handshake.has_server = true; /* the SYN-ACK */
    r.handshake.server_ns = 20;
    expect_field(r, HANDSHAKE_SERVER, 20);
    expect_absent(r, HANDSHAKE_CLIENT);
    expect_absent(r, HANDSHAKE_RTT);
    r.handshake.completes = true; /* the ACK, if the clock stepped back since */
    expect_absent(r, HANDSHAKE_SERVER);
    expect_absent(r, HANDSHAKE_RTT);
    r.handshake.has_client = true;
    r.handshake.client_ns = 3;
    expect_absent(r, HANDSHAKE_SERVER);
    expect_field(r, HANDSHAKE_CLIENT, 3);
    expect_field(r, HANDSHAKE_RTT, 23);
    r.handshake.has_server = false;
    expect_field(r, HANDSHAKE_CLIENT, 3);
    expect_absent(r, HANDSHAKE_RTT);
}

static void values_have_names(void **state)
{
    (void)state;
    assert_string_equal(connmon_side_name(CONNMON_CLIENT), "client");
    assert_string_equal(connmon_side_name(CONNMON_SERVER), "server");
    assert_null(connmon_side_name(CONNMON_SIDE_NONE));
    assert_string_equal(connmon_rtt_source_name(CONNMON_RTT_TSVAL), "tsval");
    assert_string_equal(connmon_rtt_source_name(CONNMON_RTT_SEQNO), "seqno");
    assert_null(connmon_rtt_source_name(CONNMON_RTT_NONE));
    assert_null(connmon_rtt_source_name((enum connmon_rtt_source)3));
    assert_string_equal(connmon_seq_event_name(CONNMON_SEQ_HOLE), "hole");
    assert_string_equal(connmon_seq_event_name(CONNMON_SEQ_HOLE_FILL), "hole_fill");
    assert_string_equal(connmon_seq_event_name(CONNMON_SEQ_RETRANSMISSION), "retransmission");
    assert_string_equal(connmon_seq_event_name(CONNMON_SEQ_KEEP_ALIVE), "keep_alive");
    assert_string_equal(connmon_seq_event_name(CONNMON_SEQ_OLD), "old");
    assert_null(connmon_seq_event_name(CONNMON_SEQ_NORMAL));
    assert_null(connmon_seq_event_name((enum connmon_seq_event)7));
    assert_null(connmon_state_name(CONNMON_STATE_UNKNOWN));
    assert_string_equal(connmon_state_name(CONNMON_STATE_SYN_SENT), "syn_sent");
    assert_string_equal(connmon_state_name(CONNMON_STATE_CLOSED), "closed");
    assert_null(connmon_state_name((enum connmon_state)11));
    assert_null(connmon_event_name(CONNMON_EVENT_NONE));
    assert_string_equal(connmon_event_name(CONNMON_EVENT_FOUND), "found");
    assert_string_equal(connmon_event_name(CONNMON_EVENT_REUSED), "reused");
    assert_null(connmon_event_name((enum connmon_event)11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_distinct_and_well_formed),
        cmocka_unit_test(a_parent_comes_before_its_children),
        cmocka_unit_test(an_unremarkable_packet_has_four),
        cmocka_unit_test(a_copy_names_its_original_and_nothing_else),
        cmocka_unit_test(a_delay_comes_with_its_companions),
        cmocka_unit_test(an_untrusted_delay_still_shows_its_parts),
        cmocka_unit_test(duplicates_and_events),
        cmocka_unit_test(nothing_points_to_a_packet_without_a_number),
        cmocka_unit_test(the_handshakes_sum_needs_both_sides),
        cmocka_unit_test(values_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
