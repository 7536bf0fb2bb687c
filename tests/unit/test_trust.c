/* test_trust.c - which delay to trust, its slack, the side's minimum
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

static void the_tsval_of_data_is_trusted(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 1, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 1);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {6, 0}, .at_ms = 2);
    /* Acknowledges in the middle of a segment; 11 ms of silence are more than the delay. */
    expect_rtt(send(&s, SERVER, .seq = 1, .ack = 200, .ts = {9, 5}, .at_ms = 11), TSVAL, 10 * MS,
               10 * MS);
    scenario_end(&s);
}

/* Each is an upper bound of the network's delay. */
static void of_two_trusted_delays_the_smaller_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    /* A delayed ACK echoes the first of two TSvals and acknowledges the second segment. */
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {6, 0}, .at_ms = 8);
    expect_rtt(send(&s, SERVER, .ack = 201, .ts = {9, 5}, .at_ms = 10), SEQNO, 2 * MS, 2 * MS);
    /* The segment's end was first reached before its TSval was first seen. */
    send(&s, CLIENT, .flags = RST, .seq = 201, .ts = {7, 0}, .at_ms = 20);
    send(&s, CLIENT, .seq = 201, .len = 100, .ts = {8, 0}, .at_ms = 21);
    expect_rtt(send(&s, SERVER, .ack = 301, .ts = {9, 7}, .at_ms = 30), SEQNO, 9 * MS, 9 * MS);
    /* Of equal ones the TSval's. */
    send(&s, CLIENT, .seq = 301, .len = 100, .ts = {10, 0}, .at_ms = 40);
    expect_rtt(send(&s, SERVER, .ack = 401, .ts = {9, 10}, .at_ms = 43), TSVAL, 3 * MS, 3 * MS);
    scenario_end(&s);
}

static void the_seqno_stands_in_for_an_ambiguous_tsval(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 1);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {5, 0}, .at_ms = 2);
    r = send(&s, SERVER, .ack = 201, .ts = {9, 5}, .at_ms = 12);
    assert_true(r.tsval.ambiguous);
    assert_false(r.seqno.ambiguous);
    expect_rtt(r, SEQNO, 10 * MS, 10 * MS);
    scenario_end(&s);
}

static void nothing_is_trusted_if_both_are_ambiguous(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {6, 0}, .at_ms = 1);
    r = send(&s, SERVER, .ack = 101, .ts = {9, 5}, .at_ms = 12);
    assert_true(r.tsval.present && r.seqno.present);
    expect_no_rtt(r);
    assert_int_equal(r.rtt_ns, 0);
    assert_int_equal(r.rtt_slack_ns, 0);
    assert_int_equal(r.rtt_min_ns, 12 * MS); /* an upper bound all the same */
    scenario_end(&s);
}

/* The server speaks 80 ms after the client's pure ACK, and last spoke `waited` before that. */
static struct connmon_result pure_ack_answered(struct scenario *s, int64_t waited)
{
    send(s, CLIENT, .seq = 1, .ts = {5, 1}, .at_ns = 0);
    send(s, SERVER, .seq = 1, .ack = 1, .len = 10, .ts = {9, 1}, .at_ns = 80 * MS - waited);
    return send(s, SERVER, .seq = 11, .ack = 1, .len = 10, .ts = {9, 5}, .at_ns = 80 * MS);
}

static void a_pure_acks_tsval_is_trusted_up_to_an_eighth_of_slack(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r = pure_ack_answered(&s, 10 * MS);

    (void)state;
    assert_true(r.tsval.pure_ack);
    expect_rtt(r, TSVAL, 80 * MS, 10 * MS);
    scenario_end(&s);

    s = scenario_begin(NULL);
    r = pure_ack_answered(&s, 10 * MS + 1);
    expect_tsval(r, 80 * MS, 1);
    expect_no_rtt(r);
    assert_int_equal(r.rtt_min_ns, 80 * MS);
    scenario_end(&s);
}

static void the_share_of_slack_is_configurable(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.slack_share = 2;
    s = scenario_begin(&config);
    expect_rtt(pure_ack_answered(&s, 40 * MS), TSVAL, 80 * MS, 40 * MS);
    scenario_end(&s);
    s = scenario_begin(&config);
    expect_no_rtt(pure_ack_answered(&s, 40 * MS + 1));
    scenario_end(&s);
    config.slack_share = 0; /* counts as the default, 8 */
    s = scenario_begin(&config);
    expect_no_rtt(pure_ack_answered(&s, 11 * MS));
    scenario_end(&s);
}

/* Nothing bounds the waiting of a host that has not spoken before. */
static void a_pure_acks_tsval_is_not_trusted_on_a_flows_first_packet(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .ts = {5, 1}, .at_ms = 0);
    r = send(&s, SERVER, .seq = 1, .ack = 1, .len = 10, .ts = {9, 5}, .at_ms = 1);
    expect_tsval(r, 1 * MS, 1);
    expect_no_rtt(r);
    scenario_end(&s);
}

/* "Slack is at most 1/8 of the delay", and at most the delay itself: 0 <= 0. */
static void a_delay_of_zero_has_no_slack(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 1, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .ts = {5, 1}, .at_ms = 10);
    expect_rtt(send(&s, SERVER, .seq = 1, .ack = 1, .ts = {9, 5}, .at_ms = 10), TSVAL, 0, 0);
    scenario_end(&s);
}

static void a_pure_ack_with_slack_leaves_the_seqno(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 1, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .ts = {5, 1}, .at_ms = 10);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .at_ms = 50);
    expect_rtt(send(&s, SERVER, .seq = 1, .ack = 101, .ts = {9, 5}, .at_ms = 60), SEQNO, 10 * MS,
               10 * MS);
    scenario_end(&s);
}

static void slack_is_the_delay_on_a_flows_first_packet(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1, .ts = {5, 0}, .at_ms = 0);
    expect_rtt(send(&s, SERVER, .flags = SYN | ACK, .ack = 2, .ts = {9, 5}, .at_ms = 20), TSVAL,
               20 * MS, 20 * MS);
    scenario_end(&s);
}

static void slack_is_the_time_since_the_hosts_previous_packet(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 17); /* did not have it yet */
    send(&s, CLIENT, .seq = 101, .at_ms = 19);          /* not the answering flow */
    expect_rtt(send(&s, SERVER, .seq = 11, .ack = 101, .ts = {9, 5}, .at_ms = 20), TSVAL, 20 * MS,
               3 * MS);
    scenario_end(&s);
}

static void slack_is_zero_if_the_clock_stepped_back(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 50);
    expect_rtt(send(&s, SERVER, .seq = 11, .ack = 101, .ts = {9, 5}, .at_ms = 20), TSVAL, 20 * MS,
               0);
    scenario_end(&s);
}

/* A packet of unknown time bounds nothing: the waiting may have begun at the one before. */
static void slack_skips_packets_of_unknown_time(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 12);
    send(&s, SERVER, .seq = 11, .len = 10, .at_ms = 19, .time_unknown = true);
    expect_rtt(send(&s, SERVER, .seq = 21, .ack = 101, .ts = {9, 5}, .at_ms = 20), TSVAL, 20 * MS,
               8 * MS);
    scenario_end(&s);
}

static void the_minimum_takes_every_delay_of_its_side(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    r = send(&s, SERVER, .seq = 1, .len = 10, .ack = 101, .ts = {70, 5}, .at_ms = 30);
    assert_int_equal(r.rtt_min_ns, 30 * MS);
    r = send(&s, CLIENT, .seq = 101, .ack = 11, .ts = {6, 70}, .at_ms = 35);
    assert_int_equal(r.rtt_min_ns, 5 * MS); /* the other side has its own */

    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {6, 0}, .at_ms = 100);
    r = send(&s, SERVER, .seq = 11, .ack = 201, .ts = {71, 6}, .at_ms = 140);
    expect_rtt(r, SEQNO, 40 * MS, 40 * MS); /* the TSval 6 came on a pure ACK */
    assert_int_equal(r.rtt_min_ns, 30 * MS);

    send(&s, CLIENT, .seq = 201, .len = 100, .ts = {7, 0}, .at_ms = 200);
    send(&s, CLIENT, .seq = 301, .len = 100, .ts = {7, 0}, .at_ms = 205);
    r = send(&s, SERVER, .seq = 11, .ack = 401, .ts = {72, 7}, .at_ms = 220);
    expect_tsval(r, 20 * MS, 6);
    assert_int_equal(r.rtt_min_ns, 15 * MS); /* the smaller of the two, by seqno */
    scenario_end(&s);
}

static void a_minimum_may_be_zero(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ms = 0);
    assert_int_equal(send(&s, SERVER, .ack = 2, .at_ms = 0).rtt_min_ns, 0);
    send(&s, CLIENT, .seq = 2, .len = 1, .at_ms = 0);
    assert_int_equal(send(&s, SERVER, .ack = 3, .at_ms = 4).rtt_min_ns, 0);
    scenario_end(&s);
}

static void packets_without_a_delay_show_no_minimum(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ms = 0);
    send(&s, SERVER, .ack = 2, .at_ms = 4);
    assert_int_equal(send(&s, SERVER, .ack = 2, .at_ms = 5).rtt_min_ns, 0);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tsval_of_data_is_trusted),
        cmocka_unit_test(of_two_trusted_delays_the_smaller_counts),
        cmocka_unit_test(the_seqno_stands_in_for_an_ambiguous_tsval),
        cmocka_unit_test(nothing_is_trusted_if_both_are_ambiguous),
        cmocka_unit_test(a_pure_acks_tsval_is_trusted_up_to_an_eighth_of_slack),
        cmocka_unit_test(the_share_of_slack_is_configurable),
        cmocka_unit_test(a_pure_acks_tsval_is_not_trusted_on_a_flows_first_packet),
        cmocka_unit_test(a_delay_of_zero_has_no_slack),
        cmocka_unit_test(a_pure_ack_with_slack_leaves_the_seqno),
        cmocka_unit_test(slack_is_the_delay_on_a_flows_first_packet),
        cmocka_unit_test(slack_is_the_time_since_the_hosts_previous_packet),
        cmocka_unit_test(slack_is_zero_if_the_clock_stepped_back),
        cmocka_unit_test(slack_skips_packets_of_unknown_time),
        cmocka_unit_test(the_minimum_takes_every_delay_of_its_side),
        cmocka_unit_test(a_minimum_may_be_zero),
        cmocka_unit_test(packets_without_a_delay_show_no_minimum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
