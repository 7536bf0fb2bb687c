/* test_seqno.c - delays by seqno: first reach of a sequence end against its first ACK
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

static void an_ack_completes_the_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    r = send(&s, SERVER, .ack = 101, .at_ms = 10);
    expect_seqno(r, 10 * MS, 1);
    assert_false(r.seqno.ambiguous);
    assert_false(r.seqno.pure_ack);
    scenario_end(&s);
}

static void only_the_exact_end_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .at_ms = 1);
    send(&s, CLIENT, .seq = 201, .len = 100, .at_ms = 2);
    expect_no_seqno(send(&s, SERVER, .ack = 102, .at_ms = 9));
    /* A cumulative ACK times the segment that it acknowledges last. */
    expect_seqno(send(&s, SERVER, .ack = 201, .at_ms = 10), 9 * MS, 2);
    expect_seqno(send(&s, SERVER, .ack = 301, .at_ms = 11), 9 * MS, 3);
    scenario_end(&s);
}

static void only_the_first_ack_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .ack = 101, .at_ms = 0); /* before its segment: used up */
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 1);
    expect_no_seqno(send(&s, SERVER, .ack = 101, .at_ms = 10));
    send(&s, CLIENT, .seq = 101, .len = 100, .at_ms = 11);
    expect_seqno(send(&s, SERVER, .ack = 201, .at_ms = 20), 9 * MS, 4);
    expect_no_seqno(send(&s, SERVER, .ack = 201, .at_ms = 21));
    scenario_end(&s);
}

static void syn_and_fin_occupy_one_each(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1000, .at_ms = 0);
    expect_seqno(send(&s, SERVER, .flags = SYN | ACK, .seq = 5, .ack = 1001, .at_ms = 10), 10 * MS,
                 1);
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 1001, .len = 10, .ack = 6, .at_ms = 20);
    expect_no_seqno(send(&s, SERVER, .seq = 6, .ack = 1011, .at_ms = 30));
    expect_seqno(send(&s, SERVER, .seq = 6, .ack = 1012, .at_ms = 31), 11 * MS, 3);
    scenario_end(&s);
}

static void data_on_a_syn_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1000, .len = 50, .at_ms = 0); /* TCP Fast Open */
    expect_seqno(send(&s, SERVER, .flags = SYN | ACK, .ack = 1051, .at_ms = 10), 10 * MS, 1);
    scenario_end(&s);
}

static void pure_acks_and_rsts_save_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 100, .at_ms = 0);
    expect_no_seqno(send(&s, SERVER, .ack = 100, .at_ms = 10));
    send(&s, CLIENT, .flags = RST | ACK, .seq = 100, .len = 20, .at_ms = 11);
    expect_no_seqno(send(&s, SERVER, .ack = 120, .at_ms = 12));
    scenario_end(&s);
}

static void an_ackno_without_ack_is_none(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    expect_no_seqno(send(&s, SERVER, .flags = PSH, .ack = 101, .at_ms = 10));
    expect_seqno(send(&s, SERVER, .ack = 101, .at_ms = 11), 11 * MS, 1);
    scenario_end(&s);
}

static void the_ack_of_a_rst_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    expect_seqno(send(&s, SERVER, .flags = RST | ACK, .ack = 101, .at_ms = 10), 10 * MS, 1);
    scenario_end(&s);
}

/* Karn's rule: which copy was acknowledged? */
static void ambiguous_if_itself_was_resent(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 5);
    r = send(&s, SERVER, .ack = 101, .at_ms = 10);
    expect_seqno(r, 10 * MS, 1);
    assert_true(r.seqno.ambiguous);
    scenario_end(&s);
}

/* It reached a new end by resending what came before: "at" counts, as RFC 6298 has it. */
static void ambiguous_if_itself_is_a_resend(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 150, .ts = {5, 0}, .at_ms = 5);
    r = send(&s, SERVER, .ack = 151, .ts = {9, 5}, .at_ms = 10);
    expect_seqno(r, 5 * MS, 2);
    assert_true(r.seqno.ambiguous);
    assert_false(r.tsval.ambiguous); /* its TSval is its own */
    scenario_end(&s);
}

static void not_ambiguous_if_the_resend_came_before(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 1);
    send(&s, CLIENT, .seq = 101, .len = 100, .at_ms = 2);
    r = send(&s, SERVER, .ack = 201, .at_ms = 10);
    expect_seqno(r, 8 * MS, 3);
    assert_false(r.seqno.ambiguous);
    scenario_end(&s);
}

static void max_age_itself_still_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1);
    send(&s, CLIENT, .seq = 2, .len = 1);
    expect_seqno(send(&s, SERVER, .ack = 2, .at_ns = 10 * SECOND), 10 * SECOND, 1);
    expect_no_seqno(send(&s, SERVER, .ack = 3, .at_ns = 10 * SECOND + 1));
    scenario_end(&s);
}

static void what_is_too_old_begins_anew(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ns = 0);
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ns = 10 * SECOND + 1);
    expect_seqno(send(&s, SERVER, .ack = 2, .at_ns = 10 * SECOND + 5), 4, 2);
    scenario_end(&s);
}

static void seqnos_may_wrap(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint32_t seq = UINT32_MAX - 5000;
    struct connmon_result r;

    (void)state;
    for (uint32_t i = 0; i < 100; i++, seq += 100) {
        r = send(&s, CLIENT, .seq = seq, .len = 100, .at_ms = 10 * i);
        expect_event(r, NORMAL, 0);
        r = send(&s, SERVER, .ack = seq + 100, .at_ms = 10 * i + 4);
        expect_seqno(r, 4 * MS, 2 * i + 1);
    }
    scenario_end(&s);
}

static void an_end_may_be_zero(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = UINT32_MAX - 9, .len = 10, .at_ms = 0);
    expect_seqno(send(&s, SERVER, .ack = 0, .at_ms = 4), 4 * MS, 1);
    expect_no_seqno(send(&s, SERVER, .ack = 0, .at_ms = 5));
    scenario_end(&s);
}

static void a_clock_that_steps_back_gives_no_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ns = 100);
    expect_no_seqno(send(&s, SERVER, .ack = 2, .at_ns = 99));
    scenario_end(&s);
}

static void an_unknown_time_starts_and_ends_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .time_unknown = true);
    expect_no_seqno(send(&s, SERVER, .ack = 2, .at_ms = 10));
    send(&s, CLIENT, .seq = 2, .len = 1, .at_ms = 11);
    expect_no_seqno(send(&s, SERVER, .ack = 3, .at_ms = 12, .time_unknown = true));
    scenario_end(&s);
}

static void a_new_isn_drops_saved_ends_and_seen_acknos(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .at_ms = 0);
    send(&s, CLIENT, .seq = 101, .len = 100, .at_ms = 1);
    expect_seqno(send(&s, SERVER, .ack = 201, .at_ms = 2), 1 * MS, 2);
    send(&s, CLIENT, .flags = SYN, .seq = 5000, .at_ms = 10);
    expect_no_seqno(send(&s, SERVER, .ack = 101, .at_ms = 11)); /* of the old space */
    send(&s, CLIENT, .seq = 151, .len = 50, .at_ms = 12);
    expect_seqno(send(&s, SERVER, .ack = 201, .at_ms = 13), 1 * MS, 6);
    scenario_end(&s);
}

static void a_repeated_syn_drops_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 1000);
    r = send(&s, SERVER, .flags = SYN | ACK, .ack = 101, .at_ms = 1010);
    expect_seqno(r, 1010 * MS, 1);
    assert_true(r.seqno.ambiguous);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ack_completes_the_delay),
        cmocka_unit_test(only_the_exact_end_counts),
        cmocka_unit_test(only_the_first_ack_counts),
        cmocka_unit_test(syn_and_fin_occupy_one_each),
        cmocka_unit_test(data_on_a_syn_counts),
        cmocka_unit_test(pure_acks_and_rsts_save_nothing),
        cmocka_unit_test(an_ackno_without_ack_is_none),
        cmocka_unit_test(the_ack_of_a_rst_counts),
        cmocka_unit_test(ambiguous_if_itself_was_resent),
        cmocka_unit_test(ambiguous_if_itself_is_a_resend),
        cmocka_unit_test(not_ambiguous_if_the_resend_came_before),
        cmocka_unit_test(max_age_itself_still_counts),
        cmocka_unit_test(what_is_too_old_begins_anew),
        cmocka_unit_test(seqnos_may_wrap),
        cmocka_unit_test(an_end_may_be_zero),
        cmocka_unit_test(a_clock_that_steps_back_gives_no_delay),
        cmocka_unit_test(an_unknown_time_starts_and_ends_nothing),
        cmocka_unit_test(a_new_isn_drops_saved_ends_and_seen_acknos),
        cmocka_unit_test(a_repeated_syn_drops_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
