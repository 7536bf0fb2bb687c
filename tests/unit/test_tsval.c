/* test_tsval.c - delays by TSval: first sight of a value against first sight of its echo
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

enum { ALL = 1 << 20 }; /* acknowledges all that these tests send */

static void an_echo_completes_the_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    r = send(&s, SERVER, .ack = 101, .ts = {700, 5}, .at_ms = 10);
    expect_tsval(r, 10 * MS, 1);
    assert_false(r.tsval.pure_ack);
    assert_false(r.tsval.ambiguous);
    r = send(&s, CLIENT, .seq = 101, .ts = {6, 700}, .at_ms = 13);
    expect_tsval(r, 3 * MS, 2);
    assert_true(r.tsval.pure_ack);
    scenario_end(&s);
}

static void the_very_first_packet_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1, .ts = {5, 0}, .at_ms = 0);
    expect_tsval(send(&s, SERVER, .flags = SYN | ACK, .ack = 2, .ts = {9, 5}, .at_ms = 7), 7 * MS,
                 1);
    scenario_end(&s);
}

static void a_value_on_a_packet_without_ack_is_saved(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = PSH, .seq = 1, .len = 10, .ts = {5, 99}, .at_ms = 0);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 7), 7 * MS, 1);
    scenario_end(&s);
}

static void the_first_sight_of_a_value_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    /* A coarse clock: several packets carry one value. */
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {5, 1}, .at_ms = 2);
    send(&s, CLIENT, .seq = 201, .len = 100, .ts = {5, 1}, .at_ms = 4);
    expect_tsval(send(&s, SERVER, .ack = 301, .ts = {9, 5}, .at_ms = 10), 10 * MS, 1);
    scenario_end(&s);
}

/* The host echoes another packet with that TSval, which the capture lacks. */
static void an_echo_that_does_not_acknowledge_the_packet_is_of_another(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {5, 1}, .at_ms = 0);
    expect_no_tsval(send(&s, SERVER, .ack = 200, .ts = {9, 5}, .at_ms = 1));
    expect_no_tsval(send(&s, SERVER, .ack = 201, .ts = {10, 5}, .at_ms = 10)); /* used up */

    send(&s, CLIENT, .seq = 201, .ts = {6, 1}, .at_ms = 20); /* a pure ACK ends where it begins */
    expect_tsval(send(&s, SERVER, .ack = 201, .ts = {11, 6}, .at_ms = 25), 5 * MS, 4);
    scenario_end(&s);
}

static void only_the_first_echo_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .at_ms = 0);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 10), 10 * MS, 1);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {10, 5}, .at_ms = 12));
    /* Nor does a constant clock start anew. */
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {5, 1}, .at_ms = 20);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {11, 5}, .at_ms = 30));
    scenario_end(&s);
}

static void a_constant_clock_gives_one_delay_for_ever(void **state)
{
    struct scenario s = scenario_begin(NULL);
    int delays = 0;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        send(&s, CLIENT, .seq = i, .len = 1, .ts = {5, 9}, .at_ms = 100 * i);
        delays += send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 100 * i + 10).tsval.present;
    }
    assert_int_equal(delays, 1);
    scenario_end(&s);
}

static void an_echo_before_its_value_is_used_up(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .at_ms = 1);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {10, 5}, .at_ms = 10));
    scenario_end(&s);
}

static void an_echo_without_ack_neither_counts_nor_is_used_up(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    expect_no_tsval(send(&s, SERVER, .flags = PSH, .ack = ALL, .ts = {9, 5}, .at_ms = 10));
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 11), 11 * MS, 1);
    scenario_end(&s);
}

static void zero_is_no_value_and_no_echo(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .zero_ts = true, .at_ms = 0);
    expect_no_tsval(send(&s, SERVER, .zero_ts = true, .at_ms = 10));
    scenario_end(&s);
}

static void packets_without_timestamps_have_none(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_segment bare;
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0});
    bare = scenario_segment(&s, SERVER, &(struct packet){.ts = {9, 5}, .at_ms = 10});
    bare.has_timestamps = false;
    connmon_process(s.core, &bare, &r);
    expect_no_tsval(r);
    scenario_end(&s);
}

static void a_flow_does_not_answer_itself(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    expect_no_tsval(send(&s, CLIENT, .seq = 101, .ts = {6, 5}, .at_ms = 10));
    scenario_end(&s);
}

static void max_age_itself_still_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ns = 0);
    send(&s, CLIENT, .seq = 2, .len = 1, .ts = {6, 0}, .at_ns = 0);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ns = 10 * SECOND), 10 * SECOND, 1);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ns = 10 * SECOND + 1));
    scenario_end(&s);
}

static void what_is_too_old_begins_anew(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ns = 0);
    send(&s, CLIENT, .seq = 2, .len = 1, .ts = {6, 0}, .at_ns = 0);
    send(&s, CLIENT, .seq = 3, .len = 1, .ts = {5, 0}, .at_ns = 10 * SECOND); /* not yet */
    send(&s, CLIENT, .seq = 4, .len = 1, .ts = {6, 0}, .at_ns = 10 * SECOND + 1);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ns = 11 * SECOND));
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ns = 11 * SECOND), SECOND - 1, 4);
    scenario_end(&s);
}

static void max_age_is_configurable(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.max_age_ns = 5 * MS;
    s = scenario_begin(&config);
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 2, .len = 1, .ts = {6, 0}, .at_ms = 1);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 6));
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ms = 6), 5 * MS, 2);
    scenario_end(&s);
}

/* A clock of 1 us passes 2^32 every 72 minutes. */
static void values_may_wrap(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t value = UINT32_MAX - 31 + i;

        send(&s, CLIENT, .seq = i, .len = 1, .ts = {value, 1}, .at_ns = 1000 * i);
        if (value != 0)
            expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, value}, .at_ns = 1000 * i + 30), 30,
                         2 * i + 1);
        else
            expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, value}, .at_ns = 1000 * i + 30));
    }
    scenario_end(&s);
}

/* Nothing says that TSvals grow (RFC 7323 asks for it, hosts randomise per flow or worse). */
static void values_may_come_in_any_order(void **state)
{
    enum { COUNT = 5000 };
    static uint32_t values[COUNT];
    struct scenario s = scenario_begin(NULL);
    uint64_t seed = 7;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        values[i] = scenario_random(&seed) << 13 | (i + 1); /* distinct */
        send(&s, CLIENT, .seq = i, .len = 1, .ts = {values[i], 0}, .at_ns = i);
    }
    for (uint32_t i = COUNT; i-- > 0;)
        expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, values[i]}, .at_ns = 2 * COUNT),
                     (int64_t)(2 * COUNT - i), i + 1);
    scenario_end(&s);
}

static void a_clock_that_steps_back_gives_no_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ms = 100);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 99));
    /* That was its first echo: a later one measures nothing. */
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 101));
    scenario_end(&s);
}

static void a_delay_may_be_zero(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ms = 100);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 100), 0, 1);
    scenario_end(&s);
}

static void ambiguous_if_resent_after_it(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {6, 0}, .at_ms = 1);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {7, 0}, .at_ms = 2); /* resent */
    send(&s, CLIENT, .seq = 201, .len = 100, .ts = {8, 0}, .at_ms = 3);
    r = send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ms = 10);
    expect_tsval(r, 9 * MS, 2);
    assert_true(r.tsval.ambiguous);
    /* The resent packet carries a new TSval, so its own echo is not ambiguous. */
    r = send(&s, SERVER, .ack = ALL, .ts = {9, 7}, .at_ms = 11);
    expect_tsval(r, 9 * MS, 3);
    assert_false(r.tsval.ambiguous);
    r = send(&s, SERVER, .ack = ALL, .ts = {9, 8}, .at_ms = 12);
    assert_false(r.tsval.ambiguous);
    scenario_end(&s);
}

static void ambiguous_if_late_filled_after_it(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0});
    send(&s, CLIENT, .seq = 201, .len = 100, .ts = {6, 0}); /* 101 to 200 are missing */
    send(&s, CLIENT, .seq = 101, .len = 100, .ts = {7, 0});
    r = send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ms = 10);
    assert_true(r.tsval.present && r.tsval.ambiguous);
    scenario_end(&s);
}

static void the_other_flows_resends_do_not_matter(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, SERVER, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0}, .at_ms = 1);
    send(&s, SERVER, .seq = 1, .len = 100, .at_ms = 2);
    r = send(&s, SERVER, .seq = 101, .ack = ALL, .ts = {9, 5}, .at_ms = 10);
    assert_true(r.tsval.present);
    assert_false(r.tsval.ambiguous);
    scenario_end(&s);
}

static void neither_old_packets_nor_keep_alives_make_it_ambiguous(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 0});
    send(&s, CLIENT, .seq = 100, .len = 1); /* keep-alive */
    send(&s, CLIENT, .seq = 50);            /* old */
    r = send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 10);
    assert_true(r.tsval.present);
    assert_false(r.tsval.ambiguous);
    scenario_end(&s);
}

static void an_unknown_time_starts_and_ends_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .time_unknown = true);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .at_ms = 10));
    send(&s, CLIENT, .seq = 2, .len = 1, .ts = {6, 0}, .at_ms = 11);
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ms = 12, .time_unknown = true));
    expect_no_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 6}, .at_ms = 13));
    scenario_end(&s);
}

static void packet_numbers_may_exceed_32_bits(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint64_t number = (UINT64_C(1) << 40) - 2;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .number = number);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .number = number + 5), 0, number);
    number = (UINT64_C(7) << 30) - 2; /* the kept bits wrap in between */
    scenario_end(&s);
    s = scenario_begin(NULL);
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .number = number);
    expect_tsval(send(&s, SERVER, .ack = ALL, .ts = {9, 5}, .number = number + 1000), 0, number);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_completes_the_delay),
        cmocka_unit_test(the_very_first_packet_counts),
        cmocka_unit_test(a_value_on_a_packet_without_ack_is_saved),
        cmocka_unit_test(the_first_sight_of_a_value_counts),
        cmocka_unit_test(an_echo_that_does_not_acknowledge_the_packet_is_of_another),
        cmocka_unit_test(only_the_first_echo_counts),
        cmocka_unit_test(a_constant_clock_gives_one_delay_for_ever),
        cmocka_unit_test(an_echo_before_its_value_is_used_up),
        cmocka_unit_test(an_echo_without_ack_neither_counts_nor_is_used_up),
        cmocka_unit_test(zero_is_no_value_and_no_echo),
        cmocka_unit_test(packets_without_timestamps_have_none),
        cmocka_unit_test(a_flow_does_not_answer_itself),
        cmocka_unit_test(max_age_itself_still_counts),
        cmocka_unit_test(what_is_too_old_begins_anew),
        cmocka_unit_test(max_age_is_configurable),
        cmocka_unit_test(values_may_wrap),
        cmocka_unit_test(values_may_come_in_any_order),
        cmocka_unit_test(a_clock_that_steps_back_gives_no_delay),
        cmocka_unit_test(a_delay_may_be_zero),
        cmocka_unit_test(ambiguous_if_resent_after_it),
        cmocka_unit_test(ambiguous_if_late_filled_after_it),
        cmocka_unit_test(the_other_flows_resends_do_not_matter),
        cmocka_unit_test(neither_old_packets_nor_keep_alives_make_it_ambiguous),
        cmocka_unit_test(an_unknown_time_starts_and_ends_nothing),
        cmocka_unit_test(packet_numbers_may_exceed_32_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
