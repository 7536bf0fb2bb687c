/* test_turns.c - requests and answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect_answer(r, number, after_ns, of_packet)                                              \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.turn.is_present &&got.turn.has_time);                                      \
        assert_int_equal(got.turn.request, number);                                                \
        assert_int_equal(got.turn.wait_ns, after_ns);                                              \
        assert_int_equal(got.turn.packet, of_packet);                                              \
    } while (0)

#define expect_no_answer(r) assert_false((r).turn.is_present)

static void an_answer_is_the_first_payload_after_a_request(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_no_answer(send(&s, CLIENT, .seq = 1, .len = 100));
    expect_no_answer(send(&s, CLIENT, .seq = 101, .len = 50, .at_ms = 1));
    expect_no_answer(send(&s, SERVER, .seq = 1, .ack = 151, .at_ms = 21));
    expect_answer(send(&s, SERVER, .seq = 1, .ack = 151, .len = 9, .at_ms = 91), 1, 90 * MS, 2);
    expect_no_answer(send(&s, SERVER, .seq = 10, .ack = 151, .len = 9, .at_ms = 92));
    expect_answer(send(&s, CLIENT, .seq = 151, .len = 5, .at_ms = 95), 2, 3 * MS, 5);
    expect_answer(send(&s, SERVER, .seq = 19, .len = 5, .at_ms = 99), 2, 4 * MS, 6);
    scenario_end(&s);
}

static void the_smallest_delay_of_the_side_is_the_networks(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .at_ms = 20);
    send(&s, CLIENT, .seq = 1, .ack = 1, .at_ms = 21);
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 10, .at_ms = 21);
    r = send(&s, SERVER, .seq = 1, .ack = 11, .len = 10, .at_ms = 121);
    assert_true(r.turn.has_network);
    assert_int_equal(r.turn.network_ns, 20 * MS);
    r = send(&s, CLIENT, .seq = 11, .ack = 11, .len = 10, .at_ns = 121 * MS + 7);
    assert_int_equal(r.turn.wait_ns, 7); /* and no more than that is the network's */
    assert_int_equal(r.turn.network_ns, 7);
    scenario_end(&s);
}

static void without_a_delay_the_networks_part_is_unknown(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10);
    r = send(&s, SERVER, .seq = 1, .ack = 5, .len = 10, .at_ms = 30);
    assert_true(r.turn.has_time);
    assert_false(r.turn.has_network);
    assert_int_equal(r.turn.network_ns, 0);
    scenario_end(&s);
}

static void a_resent_request_begins_the_wait_anew(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10);
    expect_no_answer(send(&s, CLIENT, .seq = 1, .len = 10, .at_ms = 1000));
    expect_answer(send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 1030), 1, 30 * MS, 2);
    scenario_end(&s);
}

static void what_is_resent_late_is_no_turn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10);
    send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 10);
    send(&s, SERVER, .seq = 111, .len = 10, .at_ms = 11);
    expect_no_answer(send(&s, CLIENT, .seq = 1, .len = 10, .at_ms = 12));
    expect_answer(send(&s, CLIENT, .seq = 11, .len = 10, .at_ms = 20), 2, 9 * MS, 3);
    expect_no_answer(send(&s, SERVER, .seq = 11, .len = 100, .at_ms = 21)); /* fills the hole */
    expect_answer(send(&s, SERVER, .seq = 121, .len = 1, .at_ms = 25), 2, 5 * MS, 5);
    scenario_end(&s);
}

static void keep_alives_resets_and_bare_flags_say_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10);
    expect_no_answer(send(&s, SERVER, .seq = 1));
    expect_no_answer(send(&s, CLIENT, .seq = 10, .len = 1, .at_ms = 40));
    expect_no_answer(send(&s, SERVER, .flags = RST, .seq = 1, .len = 8));
    expect_answer(send(&s, SERVER, .seq = 1, .len = 8, .at_ms = 50), 1, 50 * MS, 1);
    expect_no_answer(send(&s, CLIENT, .flags = FIN | ACK, .seq = 11, .at_ms = 60));
    scenario_end(&s);
}

static void who_greets_answers_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_no_answer(send(&s, SERVER, .seq = 1, .len = 10));
    expect_answer(send(&s, CLIENT, .seq = 1, .len = 10, .at_ms = 3), 1, 3 * MS, 1);
    expect_answer(send(&s, SERVER, .seq = 11, .len = 10, .at_ms = 5), 1, 2 * MS, 2);
    scenario_end(&s);
}

static void an_unknown_time_says_so(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10, .time_unknown = true);
    r = send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 9);
    assert_true(r.turn.is_present);
    assert_false(r.turn.has_time);
    assert_int_equal(r.turn.packet, 1);
    r = send(&s, CLIENT, .seq = 11, .len = 10, .at_ms = 8); /* the clock stepped back */
    assert_true(r.turn.is_present);
    assert_false(r.turn.has_time);
    scenario_end(&s);
}

static void a_new_syn_ends_all_turns(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10);
    send(&s, CLIENT, .flags = SYN, .seq = 9000, .at_ms = 10);
    expect_no_answer(send(&s, SERVER, .seq = 1, .len = 10, .at_ms = 20));
    scenario_end(&s);
}

static void a_request_may_come_with_the_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10);
    expect_no_answer(send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10, .at_ms = 10));
    expect_no_answer(send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 11, .at_ms = 20));
    expect_answer(send(&s, SERVER, .seq = 1, .ack = 11, .len = 7, .at_ms = 30), 1, 20 * MS, 2);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_the_first_payload_after_a_request),
        cmocka_unit_test(the_smallest_delay_of_the_side_is_the_networks),
        cmocka_unit_test(without_a_delay_the_networks_part_is_unknown),
        cmocka_unit_test(a_resent_request_begins_the_wait_anew),
        cmocka_unit_test(what_is_resent_late_is_no_turn),
        cmocka_unit_test(keep_alives_resets_and_bare_flags_say_nothing),
        cmocka_unit_test(who_greets_answers_nothing),
        cmocka_unit_test(an_unknown_time_says_so),
        cmocka_unit_test(a_new_syn_ends_all_turns),
        cmocka_unit_test(a_request_may_come_with_the_syn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
