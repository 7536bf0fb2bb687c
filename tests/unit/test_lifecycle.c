/* test_lifecycle.c - states and events of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect(r, its_state, its_event)                                                            \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.state, CONNMON_STATE_##its_state);                                    \
        assert_int_equal(got.event, CONNMON_EVENT_##its_event);                                    \
    } while (0)

/* The client's ISN is 100, the server's 900. */
static void open_connection(struct scenario *s)
{
    send(s, CLIENT, .flags = SYN, .seq = 100, .window = 1000);
    send(s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .window = 1000);
    send(s, CLIENT, .seq = 101, .ack = 901, .window = 1000);
}

static struct scenario begin_open(void)
{
    struct scenario s = scenario_begin(NULL);

    open_connection(&s);
    return s;
}

/* RFC 9293 section 3.5, figure 6. */
static void a_handshake_establishes(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, FOUND);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED, NONE);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED);
    expect(send(&s, SERVER, .seq = 901, .ack = 101, .len = 5), ESTABLISHED, NONE);
    scenario_end(&s);
}

/* Figure 7. */
static void both_may_open_at_once(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, FOUND);
    expect(send(&s, SERVER, .flags = SYN, .seq = 900), SYN_SENT, NONE);
    expect(send(&s, CLIENT, .flags = SYN | ACK, .seq = 100, .ack = 901), SYN_RECEIVED, NONE);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), ESTABLISHED, ESTABLISHED);
    expect(send(&s, CLIENT, .flags = SYN | ACK, .seq = 100, .ack = 901), ESTABLISHED,
           DUPLICATE_SYN_ACK);
    scenario_end(&s);
}

static void what_is_resent_is_a_duplicate(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, DUPLICATE_SYN);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED,
           DUPLICATE_SYN_ACK);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 950, .ack = 101), SYN_RECEIVED,
           DUPLICATE_SYN_ACK);
    expect(send(&s, CLIENT, .seq = 101, .ack = 951), ESTABLISHED, ESTABLISHED);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), ESTABLISHED, DUPLICATE_SYN);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 970, .ack = 101), ESTABLISHED,
           DUPLICATE_SYN_ACK);
    scenario_end(&s);
}

static void an_answer_must_acknowledge_the_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 100), UNKNOWN, NONE);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    expect(send(&s, CLIENT, .seq = 101, .ack = 900), SYN_SENT, NONE);
    expect(send(&s, SERVER, .seq = 901, .ack = 101, .len = 5), SYN_RECEIVED, NONE);
    scenario_end(&s);
}

static void a_capture_may_begin_late(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED, FOUND);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED);
    scenario_end(&s);

    s = scenario_begin(NULL);
    expect(send(&s, SERVER, .seq = 950, .ack = 500, .len = 5), ESTABLISHED, FOUND_MIDSTREAM);
    expect(send(&s, CLIENT, .seq = 500, .ack = 955), ESTABLISHED, NONE);
    scenario_end(&s);

    s = scenario_begin(NULL);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 500, .ack = 950), FIN_WAIT_1, HALF_CLOSED);
    scenario_end(&s);

    s = scenario_begin(NULL);
    expect(send(&s, CLIENT, .flags = RST, .seq = 500), CLOSED, RESET);
    scenario_end(&s);
}

/* A host that sends an ACK without SYN has had its own answered. */
static void one_direction_is_enough(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED);
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    expect(send(&s, SERVER, .seq = 901, .ack = 101, .len = 5), ESTABLISHED, ESTABLISHED);
    scenario_end(&s);
}

static void an_overtaken_syn_opens_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 101, .ack = 901, .len = 50);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), ESTABLISHED, NONE);
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    send(&s, CLIENT, .seq = 101, .ack = 901);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), ESTABLISHED, NONE);
    scenario_end(&s);
}

static void an_answer_may_overtake_the_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED, FOUND);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, NONE);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED);
    scenario_end(&s);

    s = scenario_begin(NULL); /* that does not acknowledge this SYN */
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 77);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, REUSED);
    scenario_end(&s);
}

/* Figure 12. */
static void the_last_ack_closes(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901), FIN_WAIT_1, HALF_CLOSED);
    expect(send(&s, SERVER, .seq = 901, .ack = 101), ESTABLISHED, NONE);
    expect(send(&s, SERVER, .seq = 901, .ack = 102), CLOSE_WAIT, NONE);
    expect(send(&s, CLIENT, .seq = 102, .ack = 901), FIN_WAIT_2, NONE);
    expect(send(&s, SERVER, .seq = 901, .ack = 102, .len = 9), CLOSE_WAIT, NONE);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 910, .ack = 102), LAST_ACK, NONE);
    expect(send(&s, CLIENT, .seq = 102, .ack = 910), FIN_WAIT_2, NONE); /* not of the FIN */
    expect(send(&s, CLIENT, .seq = 102, .ack = 912), FIN_WAIT_2, NONE); /* nor of anything */
    expect(send(&s, CLIENT, .seq = 102, .ack = 911), TIME_WAIT, CLOSED);
    expect(send(&s, SERVER, .seq = 911, .ack = 102), CLOSED, NONE);
    scenario_end(&s);
}

static void a_resent_fin_closes_once(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901), FIN_WAIT_1, NONE);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), LAST_ACK, NONE);
    expect(send(&s, CLIENT, .seq = 102, .ack = 902), TIME_WAIT, CLOSED);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 102), CLOSED, NONE);
    expect(send(&s, CLIENT, .seq = 102, .ack = 902), TIME_WAIT, NONE);
    scenario_end(&s);
}

/* Figure 13. */
static void both_may_close_at_once(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901), FIN_WAIT_1, HALF_CLOSED);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 101), FIN_WAIT_1, NONE);
    expect(send(&s, CLIENT, .seq = 102, .ack = 902), CLOSING, NONE);
    expect(send(&s, SERVER, .seq = 902, .ack = 102), TIME_WAIT, CLOSED);
    scenario_end(&s);
}

/* What is sent behind a FIN, or claims to be a FIN in the midst of the flow, is no end. */
static void a_fin_is_the_end_of_its_flow(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .seq = 101, .ack = 901, .len = 100);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 150, .ack = 901), ESTABLISHED, NONE);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 201, .ack = 901), FIN_WAIT_1, HALF_CLOSED);
    for (uint32_t i = 1; i < 100; i++)
        expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 201 + i, .ack = 901), FIN_WAIT_1, NONE);
    expect(send(&s, SERVER, .seq = 901, .ack = 202), ESTABLISHED, NONE);
    expect(send(&s, SERVER, .seq = 901, .ack = 301), CLOSE_WAIT, NONE);
    scenario_end(&s);
}

static void a_fin_may_come_before_the_handshake_ends(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 101), FIN_WAIT_1, HALF_CLOSED);
    expect(send(&s, CLIENT, .seq = 101, .ack = 901), ESTABLISHED, ESTABLISHED);
    expect(send(&s, CLIENT, .seq = 101, .ack = 902), CLOSE_WAIT, NONE);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 902), LAST_ACK, NONE);
    expect(send(&s, SERVER, .seq = 902, .ack = 102), TIME_WAIT, CLOSED);
    scenario_end(&s);
}

/* In the window of 1000 bytes from what the server has acknowledged. */
static void a_reset_closes_if_it_is_in_the_window(void **state)
{
    static const struct {
        uint32_t seq;
        bool closes;
    } cases[] = {{100, false}, {101, true}, {1101, true}, {1102, false}, {0x80000000, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scenario s = begin_open();

        if (cases[i].closes) {
            expect(send(&s, CLIENT, .flags = RST, .seq = cases[i].seq), CLOSED, RESET);
            expect(send(&s, CLIENT, .flags = RST, .seq = 101), CLOSED, NONE);
        } else {
            expect(send(&s, CLIENT, .flags = RST, .seq = cases[i].seq), ESTABLISHED, RESET_IGNORED);
            expect(send(&s, CLIENT, .flags = RST, .seq = 101), CLOSED, RESET);
        }
        scenario_end(&s);
    }
}

/* Beyond the window field, but not beyond what its sender has sent: the window was scaled. */
static void a_reset_may_follow_what_was_sent(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .seq = 101, .ack = 901, .len = 50000);
    expect(send(&s, CLIENT, .flags = RST, .seq = 50101), CLOSED, RESET);
    scenario_end(&s);
}

static void a_refusal_must_acknowledge_the_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100);
    expect(send(&s, SERVER, .flags = RST, .seq = 0), UNKNOWN, RESET_IGNORED);
    expect(send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 100), UNKNOWN, RESET_IGNORED);
    expect(send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 102), UNKNOWN, RESET_IGNORED);
    expect(send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 101), CLOSED, RESET);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), SYN_SENT, REUSED); /* it asks again */
    scenario_end(&s);
}

static void a_reset_of_one_known_direction(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 100000, .ack = 1, .len = 1);
    expect(send(&s, CLIENT, .flags = RST, .seq = 100001 + 65536), ESTABLISHED, RESET_IGNORED);
    expect(send(&s, CLIENT, .flags = RST, .seq = 100001 - 65536), ESTABLISHED, RESET_IGNORED);
    expect(send(&s, CLIENT, .flags = RST, .seq = 100001 + 65535), CLOSED, RESET);
    scenario_end(&s);
}

static void nothing_but_a_syn_follows_a_close(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .flags = RST, .seq = 101);
    expect(send(&s, SERVER, .seq = 901, .ack = 101, .len = 9), CLOSED, NONE);
    expect(send(&s, SERVER, .flags = FIN | ACK, .seq = 910, .ack = 101), CLOSED, NONE);
    expect(send(&s, SERVER, .flags = RST, .seq = 911), CLOSED, NONE);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 7000), SYN_SENT, REUSED);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 8000, .ack = 7001), SYN_RECEIVED, NONE);
    expect(send(&s, CLIENT, .seq = 7001, .ack = 8001), ESTABLISHED, ESTABLISHED);
    scenario_end(&s);
}

static void a_new_isn_is_a_new_connection(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .flags = SYN, .seq = 7000), SYN_SENT, REUSED);
    expect(send(&s, CLIENT, .flags = SYN, .seq = 7000), SYN_SENT, DUPLICATE_SYN);
    scenario_end(&s);

    s = scenario_begin(NULL); /* of which only the answers are seen */
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101);
    send(&s, SERVER, .seq = 901, .ack = 101, .len = 5);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 70900, .ack = 5), SYN_RECEIVED, REUSED);
    scenario_end(&s);

    s = scenario_begin(NULL); /* which first refuse */
    send(&s, SERVER, .flags = RST | ACK, .seq = 0, .ack = 101);
    expect(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101), SYN_RECEIVED, REUSED);
    scenario_end(&s);
}

/* Neither of the two SYN-ACKs before it was captured, nor the SYN of the latter. */
static void the_first_syn_ack_may_come_after_the_end(void **state)
{
    static const struct {
        uint32_t ack;
        enum connmon_state state;
        enum connmon_event event;
    } cases[] = {
        {101, CONNMON_STATE_CLOSED, CONNMON_EVENT_DUPLICATE_SYN_ACK},
        {106, CONNMON_STATE_SYN_RECEIVED, CONNMON_EVENT_REUSED},
        {77, CONNMON_STATE_SYN_RECEIVED, CONNMON_EVENT_REUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scenario s = scenario_begin(NULL);
        struct connmon_result r;

        send(&s, CLIENT, .flags = SYN, .seq = 100);
        send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 901, .len = 3);
        send(&s, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 105);
        expect(send(&s, CLIENT, .seq = 105, .ack = 902), TIME_WAIT, CLOSED);
        r = send(&s, SERVER, .flags = SYN | ACK, .seq = 700, .ack = cases[i].ack);
        assert_int_equal(r.state, cases[i].state);
        assert_int_equal(r.event, cases[i].event);
        scenario_end(&s);
    }
}

static void who_talks_to_itself_has_no_state(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    s.ends[SERVER] = s.ends[CLIENT];
    expect(send(&s, CLIENT, .flags = SYN, .seq = 100), UNKNOWN, NONE);
    expect(send(&s, CLIENT, .flags = RST, .seq = 100), UNKNOWN, NONE);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_establishes),
        cmocka_unit_test(both_may_open_at_once),
        cmocka_unit_test(what_is_resent_is_a_duplicate),
        cmocka_unit_test(an_answer_must_acknowledge_the_syn),
        cmocka_unit_test(a_capture_may_begin_late),
        cmocka_unit_test(one_direction_is_enough),
        cmocka_unit_test(an_overtaken_syn_opens_nothing),
        cmocka_unit_test(an_answer_may_overtake_the_syn),
        cmocka_unit_test(the_last_ack_closes),
        cmocka_unit_test(a_resent_fin_closes_once),
        cmocka_unit_test(both_may_close_at_once),
        cmocka_unit_test(a_fin_is_the_end_of_its_flow),
        cmocka_unit_test(a_fin_may_come_before_the_handshake_ends),
        cmocka_unit_test(a_reset_closes_if_it_is_in_the_window),
        cmocka_unit_test(a_reset_may_follow_what_was_sent),
        cmocka_unit_test(a_refusal_must_acknowledge_the_syn),
        cmocka_unit_test(a_reset_of_one_known_direction),
        cmocka_unit_test(nothing_but_a_syn_follows_a_close),
        cmocka_unit_test(a_new_isn_is_a_new_connection),
        cmocka_unit_test(the_first_syn_ack_may_come_after_the_end),
        cmocka_unit_test(who_talks_to_itself_has_no_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
