/* test_ending.c - how a connection ended
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect(r, its_end) assert_int_equal((r).end, CONNMON_END_##its_end)

#define expect_all(r, its_state, its_event, its_end)                                               \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.state, CONNMON_STATE_##its_state);                                    \
        assert_int_equal(got.event, CONNMON_EVENT_##its_event);                                    \
        assert_int_equal(got.end, CONNMON_END_##its_end);                                          \
    } while (0)

/* The client's ISN is 100, the server's 900. */
static struct scenario begin_open(void)
{
    struct scenario s = scenario_begin(NULL);

    expect(send(&s, CLIENT, .flags = SYN, .seq = 100, .window = 1000), PARTIAL);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .window = 1000), OPEN);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901, .window = 1000), OPEN);
    return s;
}

static void without_a_syn_or_a_direction_it_is_seen_in_part(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect(send(&s, CLIENT, .seq = 1, .ack = 1), PARTIAL);
    expect(send(&s, SERVER, .seq = 1, .ack = 1), PARTIAL);
    assert_true(send(&s, SERVER, .seq = 1, .ack = 1).side_is_guess);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 0), OPEN);
    assert_false(send(&s, SERVER, .seq = 1, .ack = 1).side_is_guess);
    scenario_end(&s);
}

static void both_fins_end_it(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901), OPEN);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), FIN);
    expect(send(&s, CLIENT, .seq = 102, .ack = 902), FIN);
    scenario_end(&s);
}

/* A host that had not read all answers the other's FIN so. */
static void a_reset_behind_both_fins_resets_nothing(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102);
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 102), CLOSED, CLOSED, FIN);
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 102), CLOSED, NONE, FIN);
    scenario_end(&s);
}

static void a_reset_behind_one_fin_resets(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 102), CLOSED, RESET, RESET_BY_CLIENT);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), RESET_BY_CLIENT);
    scenario_end(&s);
}

static void a_reset_that_nobody_believes_ends_nothing(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect_all(send(&s, SERVER, .flags = RST, .seq = 900000), ESTABLISHED, RESET_IGNORED, OPEN);
    scenario_end(&s);
}

static void a_refusal_is_a_reset_until_it_is_tried_again(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, SERVER, .flags = RST | ACK, .ack = 101), RESET_BY_SERVER);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), OPEN);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), OPEN);
    scenario_end(&s);
}

/* RFC 5961 section 3.2: in the window, but not what the client expects. */
static struct scenario begin_challenged(void)
{
    struct scenario s = begin_open();

    expect_all(send(&s, SERVER, .flags = RST, .seq = 950), CLOSED, RESET, RESET_BY_SERVER);
    expect_all(send(&s, CLIENT, .seq = 101, .ack = 901), CLOSED, NONE, RESET_BY_SERVER);
    return s;
}

static void who_acknowledges_more_was_not_reset(void **state)
{
    struct scenario s = begin_challenged();

    (void)state;
    expect(send(&s, SERVER, .seq = 901, .ack = 101, .len = 10), RESET_BY_SERVER);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), RESET_BY_SERVER);
    expect_all(send(&s, CLIENT, .seq = 101, .ack = 911), ESTABLISHED, RESET_IGNORED, OPEN);
    expect_all(send(&s, SERVER, .seq = 911, .ack = 101), ESTABLISHED, NONE, OPEN);
    expect_all(send(&s, SERVER, .flags = RST, .seq = 911), CLOSED, RESET, RESET_BY_SERVER);
    scenario_end(&s);
}

static void nor_was_who_is_acknowledged(void **state)
{
    struct scenario s = begin_challenged();

    (void)state;
    expect(send(&s, CLIENT, .seq = 101, .ack = 901, .len = 10), RESET_BY_SERVER);
    expect_all(send(&s, SERVER, .seq = 901, .ack = 111), ESTABLISHED, RESET_IGNORED, OPEN);
    scenario_end(&s);
}

static void what_was_in_flight_proves_nothing(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, SERVER, .seq = 901, .ack = 101, .len = 10);
    send(&s, SERVER, .flags = RST, .seq = 911);
    expect(send(&s, CLIENT, .seq = 101, .ack = 911, .len = 10), RESET_BY_SERVER);
    expect(send(&s, CLIENT, .seq = 111, .ack = 911, .len = 10), RESET_BY_SERVER);
    expect(send(&s, SERVER, .flags = RST | ACK, .seq = 911, .ack = 121), RESET_BY_SERVER);
    scenario_end(&s);
}

/* The FINs came while it was taken for reset. */
static void it_may_close_in_the_same_breath(void **state)
{
    struct scenario s = begin_challenged();

    (void)state;
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 101), RESET_BY_SERVER);
    expect_all(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 902), LAST_ACK,
               RESET_IGNORED, FIN);
    expect_all(send(&s, SERVER, .seq = 902, .ack = 102), TIME_WAIT, CLOSED, FIN);
    scenario_end(&s);

    s = begin_challenged();
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    expect_all(send(&s, SERVER, .seq = 901, .ack = 102), CLOSE_WAIT, RESET_IGNORED, OPEN);
    expect_all(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), LAST_ACK, NONE, FIN);
    scenario_end(&s);
}

/* In a capture of one direction. The RST may have come from elsewhere, ahead of the expected seqno.
 */
static void nor_was_who_sends_what_lies_beyond_it(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 101, .ack = 901, .len = 10);
    expect(send(&s, CLIENT, .flags = RST, .seq = 131), RESET_BY_CLIENT);
    expect(send(&s, CLIENT, .seq = 111, .ack = 901, .len = 20), RESET_BY_CLIENT); /* in flight */
    expect(send(&s, CLIENT, .seq = 141, .ack = 999), RESET_BY_CLIENT);
    expect_all(send(&s, CLIENT, .seq = 131, .ack = 999, .len = 1), ESTABLISHED, RESET_IGNORED,
               PARTIAL);
    scenario_end(&s);

    s = begin_open(); /* of both, what the other acknowledges tells */
    send(&s, CLIENT, .flags = RST, .seq = 101);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901, .len = 10), RESET_BY_CLIENT);
    scenario_end(&s);
}

static void a_refusal_that_does_not_count_leaves_no_trace(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect_all(send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 50101), UNKNOWN, RESET_IGNORED,
               OPEN); /* its ackno acknowledges something else */
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .window = 1000);
    send(&s, CLIENT, .seq = 101, .ack = 901, .len = 10, .window = 1000);
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 111), CLOSED, RESET, RESET_BY_CLIENT);
    scenario_end(&s);

    s = begin_open();
    send(&s, SERVER, .flags = RST | ACK, .seq = 77777, .ack = 50101, .window = 1000); /* likewise */
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 50101), ESTABLISHED, RESET_IGNORED, OPEN);
    expect_all(send(&s, CLIENT, .flags = RST, .seq = 101), CLOSED, RESET, RESET_BY_CLIENT);
    scenario_end(&s);
}

/* The server refuses, as it seems, and accepts: somebody else has sent that RST. */
static void a_refusal_that_is_taken_back_was_none(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 101), RESET_BY_SERVER);
    expect_all(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED,
               RESET_IGNORED, OPEN);
    expect_all(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED, OPEN);
    scenario_end(&s);
}

/* The client's RST has crossed the SYN-ACK. */
static void a_syn_ack_does_not_open_what_the_other_has_reset(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, CLIENT, .flags = RST, .seq = 101), RESET_BY_CLIENT);
    expect_all(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), CLOSED, NONE,
               RESET_BY_CLIENT);
    scenario_end(&s);
}

/* What is resent of the connection before, while the ports are used anew. */
static void an_old_fin_ends_nothing(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102);
    send(&s, CLIENT, .flags = SYN, .seq = 7000);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), OPEN);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 90000, .ack = 7001, .window = 1000);
    send(&s, CLIENT, .seq = 7001, .ack = 90001, .window = 1000);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 7001, .ack = 90001), OPEN);
    expect_all(send(&s, SERVER, .flags = RST, .seq = 90001), CLOSED, RESET, RESET_BY_SERVER);
    scenario_end(&s);
}

static void nor_does_a_reset_acknowledge_a_fin(void **state)
{
    struct scenario s = begin_challenged();

    (void)state;
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    send(&s, SERVER, .flags = RST | ACK, .seq = 950, .ack = 102);
    send(&s, SERVER, .seq = 901, .ack = 101, .len = 10);
    expect_all(send(&s, CLIENT, .seq = 102, .ack = 911), FIN_WAIT_1, RESET_IGNORED, OPEN);
    scenario_end(&s);
}

static void who_talks_to_itself_has_no_end(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    s.ends[SERVER] = s.ends[CLIENT];
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 100), PARTIAL);
    expect(send(&s, CLIENT, .flags = RST, .seq = 101), PARTIAL);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_syn_or_a_direction_it_is_seen_in_part),
        cmocka_unit_test(both_fins_end_it),
        cmocka_unit_test(a_reset_behind_both_fins_resets_nothing),
        cmocka_unit_test(a_reset_behind_one_fin_resets),
        cmocka_unit_test(a_reset_that_nobody_believes_ends_nothing),
        cmocka_unit_test(a_refusal_is_a_reset_until_it_is_tried_again),
        cmocka_unit_test(who_acknowledges_more_was_not_reset),
        cmocka_unit_test(nor_was_who_is_acknowledged),
        cmocka_unit_test(what_was_in_flight_proves_nothing),
        cmocka_unit_test(it_may_close_in_the_same_breath),
        cmocka_unit_test(nor_was_who_sends_what_lies_beyond_it),
        cmocka_unit_test(a_refusal_that_does_not_count_leaves_no_trace),
        cmocka_unit_test(a_refusal_that_is_taken_back_was_none),
        cmocka_unit_test(a_syn_ack_does_not_open_what_the_other_has_reset),
        cmocka_unit_test(an_old_fin_ends_nothing),
        cmocka_unit_test(nor_does_a_reset_acknowledge_a_fin),
        cmocka_unit_test(who_talks_to_itself_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
