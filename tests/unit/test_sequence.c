/* test_sequence.c - gaps and sequence events of a flow
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

static void the_first_packet_has_no_gap(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_event(send(&s, CLIENT, .seq = 12345, .len = 100), NORMAL, 0);
    expect_event(send(&s, SERVER, .seq = 777, .len = 100), NORMAL, 0);
    scenario_end(&s);
}

static void data_in_order_has_no_gap(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 100), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 101), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 10), NORMAL, 0);
    expect_event(send(&s, CLIENT, .flags = FIN | ACK, .seq = 111, .len = 5), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 117), NORMAL, 0);
    scenario_end(&s);
}

static void missing_data_is_a_hole(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_event(send(&s, CLIENT, .seq = 151, .len = 100), HOLE, 50);
    expect_event(send(&s, CLIENT, .seq = 251, .len = 100), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 352), HOLE, 1); /* a pure ACK tells it as well */
    scenario_end(&s);
}

static void what_comes_late_fills_the_hole(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 201, .len = 100);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 100), HOLE_FILL, -200);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 100), RETRANSMISSION, -200);
    scenario_end(&s);
}

static void a_hole_filled_in_its_middle_leaves_two(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 401, .len = 100); /* 101 .. 400 missing */
    expect_event(send(&s, CLIENT, .seq = 201, .len = 100), HOLE_FILL, -300);
    expect_event(send(&s, CLIENT, .seq = 201, .len = 100), RETRANSMISSION, -300);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 100), HOLE_FILL, -400);
    expect_event(send(&s, CLIENT, .seq = 301, .len = 100), HOLE_FILL, -200);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 300), RETRANSMISSION, -400);
    scenario_end(&s);
}

static void one_byte_of_a_hole_is_enough(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 201, .len = 100); /* 101 .. 200 missing */
    expect_event(send(&s, CLIENT, .seq = 51, .len = 50), RETRANSMISSION, -250); /* up to 100 */
    expect_event(send(&s, CLIENT, .seq = 201, .len = 50), RETRANSMISSION, -100);
    expect_event(send(&s, CLIENT, .seq = 51, .len = 51), HOLE_FILL, -250); /* and 101 */
    expect_event(send(&s, CLIENT, .seq = 200, .len = 2), HOLE_FILL, -101);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 1), RETRANSMISSION, -200);
    expect_event(send(&s, CLIENT, .seq = 102, .len = 98), HOLE_FILL, -199);
    scenario_end(&s);
}

static void one_segment_may_fill_several_holes(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (uint32_t seq = 0; seq < 1000; seq += 100)
        send(&s, CLIENT, .seq = seq, .len = 50);
    expect_event(send(&s, CLIENT, .seq = 120, .len = 460), HOLE_FILL, 120 - 950);
    expect_event(send(&s, CLIENT, .seq = 250, .len = 330), RETRANSMISSION, 250 - 950);
    expect_event(send(&s, CLIENT, .seq = 580, .len = 20), HOLE_FILL, 580 - 950);
    expect_event(send(&s, CLIENT, .seq = 50, .len = 50), HOLE_FILL, 50 - 950);
    scenario_end(&s);
}

static void data_that_had_passed_is_a_retransmission(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100), RETRANSMISSION, -100);
    /* The expected seqno is the highest, so what is new next is in order. */
    expect_event(send(&s, CLIENT, .seq = 101, .len = 100), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 151, .len = 100), RETRANSMISSION, -50);
    expect_event(send(&s, CLIENT, .seq = 251, .len = 100), NORMAL, 0);
    scenario_end(&s);
}

static void a_repeated_syn_or_fin_is_a_retransmission(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 100), RETRANSMISSION, -1);
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101);
    expect_event(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101), RETRANSMISSION, -1);
    scenario_end(&s);
}

static void keep_alives_have_at_most_one_byte(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_event(send(&s, CLIENT, .seq = 100), KEEP_ALIVE, -1);
    expect_event(send(&s, CLIENT, .seq = 100, .len = 1), KEEP_ALIVE, -1);
    expect_event(send(&s, CLIENT, .seq = 99), OLD, -2);
    expect_event(send(&s, CLIENT, .seq = 99, .len = 1), RETRANSMISSION, -2);
    expect_event(send(&s, CLIENT, .seq = 100, .len = 2), RETRANSMISSION, -1);
    expect_event(send(&s, CLIENT, .seq = 102), NORMAL, 0);
    scenario_end(&s);
}

/* Otherwise a keep-alive in front of the hole's edge would close a byte of it. */
static void keep_alives_fill_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 201); /* 101 .. 200 missing */
    expect_event(send(&s, CLIENT, .seq = 200, .len = 1), KEEP_ALIVE, -1);
    expect_event(send(&s, CLIENT, .seq = 200, .len = 2), HOLE_FILL, -1);
    scenario_end(&s);
}

static void a_pure_ack_below_is_old(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 301, .len = 100);
    expect_event(send(&s, CLIENT, .seq = 1), OLD, -400);
    expect_event(send(&s, CLIENT, .seq = 150), OLD, -251); /* in the hole */
    expect_event(send(&s, CLIENT, .seq = 101, .len = 200), HOLE_FILL, -300);
    scenario_end(&s);
}

static void a_rst_moves_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_event(send(&s, CLIENT, .flags = RST, .seq = 9000), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100), NORMAL, 0); /* still the first */
    expect_event(send(&s, CLIENT, .flags = RST, .seq = 500), NORMAL, 399);
    expect_event(send(&s, CLIENT, .flags = RST | ACK, .seq = 50, .len = 10), NORMAL, -51);
    expect_event(send(&s, CLIENT, .seq = 101, .len = 100), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 50, .len = 10), RETRANSMISSION, -151);
    scenario_end(&s);
}

static void a_new_isn_starts_a_new_space(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    send(&s, CLIENT, .seq = 301, .len = 100); /* leaves a hole */
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 500), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 501, .len = 10), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 150, .len = 10), RETRANSMISSION, 150 - 511);
    scenario_end(&s);
}

static void a_new_isn_forgets_resends(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .ts = {5, 0});
    send(&s, CLIENT, .flags = SYN, .seq = 100, .ts = {6, 0}); /* resent */
    send(&s, CLIENT, .flags = SYN, .seq = 500, .ts = {7, 0});
    r = send(&s, SERVER, .flags = SYN | ACK, .ack = 501, .ts = {9, 5}, .at_ms = 5);
    assert_true(r.tsval.present && r.seqno.present);
    assert_false(r.tsval.ambiguous || r.seqno.ambiguous);
    scenario_end(&s);
}

static void the_first_syn_after_other_packets_starts_a_new_space(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 50), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 51), NORMAL, 0);
    scenario_end(&s);
}

static void a_syn_with_rst_starts_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_event(send(&s, CLIENT, .flags = SYN | RST, .seq = 500), NORMAL, 399);
    expect_event(send(&s, CLIENT, .seq = 101), NORMAL, 0);
    scenario_end(&s);
}

static void an_isn_of_zero_is_one(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 5000);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 0), NORMAL, 0);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 0), RETRANSMISSION, -1);
    scenario_end(&s);
}

static void the_space_wraps(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint32_t start = UINT32_MAX - 149;

    (void)state;
    send(&s, CLIENT, .seq = start, .len = 100);
    expect_event(send(&s, CLIENT, .seq = start + 300, .len = 100), HOLE, 200); /* across 0 */
    expect_event(send(&s, CLIENT, .seq = start + 100, .len = 100), HOLE_FILL, -300);
    expect_event(send(&s, CLIENT, .seq = start + 200, .len = 100), HOLE_FILL, -200);
    expect_event(send(&s, CLIENT, .seq = start + 100, .len = 200), RETRANSMISSION, -300);
    expect_event(send(&s, CLIENT, .seq = start + 400), NORMAL, 0);
    scenario_end(&s);
}

static void jumps_of_2_31_are_backwards(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint32_t far = UINT32_C(1) << 31;

    (void)state;
    send(&s, CLIENT, .seq = 1);
    expect_event(send(&s, CLIENT, .seq = 1 + far), OLD, INT32_MIN);
    expect_event(send(&s, CLIENT, .seq = 1 + far, .len = 5), RETRANSMISSION, INT32_MIN);
    expect_event(send(&s, CLIENT, .seq = far), HOLE, INT32_MAX);
    expect_event(send(&s, CLIENT, .seq = far), NORMAL, 0);
    scenario_end(&s);
}

/* 4 GiB later the same seqnos come by again; what was missing then is no hole now. */
static void a_hole_does_not_outlive_its_seqnos(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint32_t seq = 2001, step = UINT32_C(1) << 30;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1000);
    expect_event(send(&s, CLIENT, .seq = 2001), HOLE, 1000);
    for (int i = 0; i < 4; i++, seq += step)
        expect_event(send(&s, CLIENT, .seq = seq, .len = step), NORMAL, 0);
    expect_event(send(&s, CLIENT, .seq = 1001, .len = 1000), RETRANSMISSION, -1000);
    scenario_end(&s);
}

/* Reordered: several queues or interfaces, captured as if one. */
static void a_syn_that_was_overtaken_fills_a_hole(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 2, .len = 50);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 1), HOLE_FILL, -51);
    expect_event(send(&s, CLIENT, .flags = FIN | ACK, .seq = 52), NORMAL, 0);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 1), RETRANSMISSION, -52);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 5000), NORMAL, 0);
    scenario_end(&s);

    /* With data, as TCP Fast Open sends it (RFC 7413). */
    s = scenario_begin(NULL);
    send(&s, CLIENT, .seq = 12, .len = 50);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 1, .len = 10), HOLE_FILL, -61);
    scenario_end(&s);

    /* Not what does not end where the first segment began. */
    s = scenario_begin(NULL);
    send(&s, CLIENT, .seq = 3, .len = 50);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 1), NORMAL, 0);
    scenario_end(&s);
}

static void a_refused_connection_may_be_tried_again(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    for (int i = 0; i < 3; i++) {
        r = send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 500 * i);
        expect_event(r, NORMAL, 0);
        assert_int_equal(r.event, i == 0 ? CONNMON_EVENT_FOUND : CONNMON_EVENT_REUSED);
        r = send(&s, SERVER, .flags = RST | ACK, .ack = 101, .at_ms = 500 * i + 1);
        expect_seqno(r, 1 * MS, 2 * i + 1);
        assert_int_equal(r.event, CONNMON_EVENT_RESET);
    }
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 2000);
    r = send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 2001);
    expect_seqno(r, 1 * MS, 7);
    expect_event(r, NORMAL, 0);
    scenario_end(&s);
}

/* Accepted, then reset by the client: both sequence spaces begin anew. */
static void after_a_reset_both_spaces_are_new(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (int i = 0; i < 2; i++) {
        expect_event(send(&s, CLIENT, .flags = SYN, .seq = 100), NORMAL, 0);
        expect_event(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), NORMAL, 0);
        send(&s, CLIENT, .flags = RST, .seq = 101);
    }
    scenario_end(&s);
}

static void a_rst_that_nobody_expects_allows_no_new_space(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    send(&s, SERVER, .flags = RST | ACK, .ack = 99);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 100), RETRANSMISSION, -1);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    send(&s, SERVER, .flags = RST, .seq = 5000);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 100), RETRANSMISSION, -1);
    /* A SYN-ACK answers a SYN, and begins nothing by itself. */
    send(&s, SERVER, .flags = RST, .seq = 901);
    expect_event(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), RETRANSMISSION, -1);
    scenario_end(&s);
}

static void a_flow_counts_its_bytes(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    r = send(&s, CLIENT, .seq = 1, .len = 100, .wire_len = 154);
    assert_int_equal(r.flow_bytes, 154);
    assert_int_equal(r.payload_len, 100);
    r = send(&s, SERVER, .seq = 1, .wire_len = 60);
    assert_int_equal(r.flow_bytes, 60);
    r = send(&s, CLIENT, .flags = SYN, .seq = 900, .wire_len = UINT32_MAX);
    assert_int_equal(r.flow_bytes, UINT64_C(154) + UINT32_MAX);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_packet_has_no_gap),
        cmocka_unit_test(data_in_order_has_no_gap),
        cmocka_unit_test(missing_data_is_a_hole),
        cmocka_unit_test(what_comes_late_fills_the_hole),
        cmocka_unit_test(a_hole_filled_in_its_middle_leaves_two),
        cmocka_unit_test(one_byte_of_a_hole_is_enough),
        cmocka_unit_test(one_segment_may_fill_several_holes),
        cmocka_unit_test(data_that_had_passed_is_a_retransmission),
        cmocka_unit_test(a_repeated_syn_or_fin_is_a_retransmission),
        cmocka_unit_test(keep_alives_have_at_most_one_byte),
        cmocka_unit_test(keep_alives_fill_nothing),
        cmocka_unit_test(a_pure_ack_below_is_old),
        cmocka_unit_test(a_rst_moves_nothing),
        cmocka_unit_test(a_new_isn_starts_a_new_space),
        cmocka_unit_test(a_new_isn_forgets_resends),
        cmocka_unit_test(the_first_syn_after_other_packets_starts_a_new_space),
        cmocka_unit_test(a_syn_with_rst_starts_nothing),
        cmocka_unit_test(an_isn_of_zero_is_one),
        cmocka_unit_test(the_space_wraps),
        cmocka_unit_test(jumps_of_2_31_are_backwards),
        cmocka_unit_test(a_hole_does_not_outlive_its_seqnos),
        cmocka_unit_test(a_syn_that_was_overtaken_fills_a_hole),
        cmocka_unit_test(a_refused_connection_may_be_tried_again),
        cmocka_unit_test(after_a_reset_both_spaces_are_new),
        cmocka_unit_test(a_rst_that_nobody_expects_allows_no_new_space),
        cmocka_unit_test(a_flow_counts_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
