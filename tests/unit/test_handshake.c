/* test_handshake.c - the delays of the three-way handshake
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect_server(r, delay_ns)                                                                 \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.handshake.has_server && !got.handshake.has_client);                        \
        assert_false(got.handshake.completes);                                                     \
        assert_int_equal(got.handshake.server_ns, delay_ns);                                       \
    } while (0)

#define expect_complete(r, server_delay_ns, client_delay_ns)                                       \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.handshake.has_server &&got.handshake.has_client);                          \
        assert_true(got.handshake.completes);                                                      \
        assert_int_equal(got.handshake.server_ns, server_delay_ns);                                \
        assert_int_equal(got.handshake.client_ns, client_delay_ns);                                \
    } while (0)

#define expect_nothing(r)                                                                          \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_false(got.handshake.has_server || got.handshake.has_client);                        \
        assert_false(got.handshake.completes);                                                     \
        assert_int_equal(got.handshake.server_ns, 0);                                              \
        assert_int_equal(got.handshake.client_ns, 0);                                              \
    } while (0)

static void three_packets_give_both_sides(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_nothing(send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0));
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20),
                  20 * MS);
    expect_complete(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 23), 20 * MS, 3 * MS);
    expect_nothing(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 24));
    scenario_end(&s);
}

static void the_first_data_may_be_the_ack(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    expect_complete(send(&s, CLIENT, .seq = 101, .len = 50, .ack = 950, .at_ms = 25), 20 * MS,
                    5 * MS);
    scenario_end(&s);
}

static void a_lost_syn_is_not_counted(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 1000);
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 1020),
                  20 * MS);
    scenario_end(&s);
}

static void a_lost_syn_ack_is_not_counted(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 1000); /* it did not get that */
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 1025));
    expect_complete(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 1028), 20 * MS, 3 * MS);
    scenario_end(&s);
}

static void a_syn_ack_must_acknowledge_the_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 100, .at_ms = 10));
    expect_nothing(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 11));
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20),
                  20 * MS);
    scenario_end(&s);
}

static void the_ack_must_lie_beyond_the_syn_ack(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    expect_nothing(send(&s, CLIENT, .seq = 101, .ack = 900, .at_ms = 21));
    expect_nothing(send(&s, CLIENT, .flags = RST | ACK, .seq = 101, .ack = 901, .at_ms = 22));
    expect_nothing(send(&s, CLIENT, .flags = PSH, .seq = 101, .ack = 901, .at_ms = 22));
    expect_nothing(send(&s, SERVER, .seq = 901, .ack = 101, .at_ms = 22));
    expect_complete(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 23), 20 * MS, 3 * MS);
    scenario_end(&s);
}

static void isns_may_wrap(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = UINT32_MAX, .at_ms = 0);
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = UINT32_MAX, .ack = 0, .at_ms = 20),
                  20 * MS);
    expect_complete(send(&s, CLIENT, .seq = 0, .ack = 0, .at_ms = 23), 20 * MS, 3 * MS);
    scenario_end(&s);
}

static void a_new_isn_opens_a_new_handshake(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 21);
    send(&s, CLIENT, .flags = SYN, .seq = 5000, .at_ms = 100);
    expect_nothing(send(&s, CLIENT, .seq = 5001, .ack = 902, .at_ms = 101));
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = 7000, .ack = 5001, .at_ms = 108),
                  8 * MS);
    expect_complete(send(&s, CLIENT, .seq = 5001, .ack = 7001, .at_ms = 110), 8 * MS, 2 * MS);
    scenario_end(&s);
}

static void the_capture_may_begin_at_the_server(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 5, .at_ms = 0); /* so the client is not direction 0 */
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 1);
    expect_server(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 5), 4 * MS);
    expect_complete(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 8), 4 * MS, 3 * MS);
    scenario_end(&s);
}

static void without_a_syn_there_is_none(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 5));
    expect_nothing(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 8));
    scenario_end(&s);
}

static void a_syn_with_rst_opens_none(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN | RST, .seq = 100, .at_ms = 0);
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 5));
    scenario_end(&s);
}

/* Both ask at once (RFC 9293 section 3.5, figure 7): the latest SYN's sender counts as client. */
static void simultaneous_open_follows_the_latest_syn(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN, .seq = 900, .at_ms = 5);
    expect_server(send(&s, CLIENT, .flags = SYN | ACK, .seq = 100, .ack = 901, .at_ms = 9), 4 * MS);
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 12));
    expect_complete(send(&s, SERVER, .seq = 901, .ack = 101, .at_ms = 15), 4 * MS, 6 * MS);
    scenario_end(&s);
}

static void simultaneous_open_with_equal_isns(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN, .seq = 100, .at_ms = 5);
    expect_server(send(&s, CLIENT, .flags = SYN | ACK, .seq = 100, .ack = 101, .at_ms = 9), 4 * MS);
    scenario_end(&s);
}

static void a_clock_that_steps_back_gives_no_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 50);
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20));
    r = send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 23);
    assert_true(r.handshake.completes && r.handshake.has_client && !r.handshake.has_server);
    assert_int_equal(r.handshake.client_ns, 3 * MS);
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 50);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 70);
    r = send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 60);
    assert_true(r.handshake.completes && !r.handshake.has_client && r.handshake.has_server);
    assert_int_equal(r.handshake.server_ns, 20 * MS);
    expect_nothing(send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 80));
    scenario_end(&s);
}

/* Even if the first SYN-ACK told nothing, a later one is not the first. */
static void only_the_first_syn_ack_tells_the_servers_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 50);
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20));
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 60));
    scenario_end(&s);
}

static void an_unknown_time_gives_no_delay(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .time_unknown = true); /* the latest */
    expect_nothing(send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20));
    r = send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 23);
    assert_true(r.handshake.has_client && !r.handshake.has_server);
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .time_unknown = true);
    r = send(&s, CLIENT, .seq = 101, .ack = 901, .at_ms = 23);
    assert_true(r.handshake.completes && !r.handshake.has_client && r.handshake.has_server);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_packets_give_both_sides),
        cmocka_unit_test(the_first_data_may_be_the_ack),
        cmocka_unit_test(a_lost_syn_is_not_counted),
        cmocka_unit_test(a_lost_syn_ack_is_not_counted),
        cmocka_unit_test(a_syn_ack_must_acknowledge_the_syn),
        cmocka_unit_test(the_ack_must_lie_beyond_the_syn_ack),
        cmocka_unit_test(isns_may_wrap),
        cmocka_unit_test(a_new_isn_opens_a_new_handshake),
        cmocka_unit_test(the_capture_may_begin_at_the_server),
        cmocka_unit_test(without_a_syn_there_is_none),
        cmocka_unit_test(a_syn_with_rst_opens_none),
        cmocka_unit_test(simultaneous_open_follows_the_latest_syn),
        cmocka_unit_test(simultaneous_open_with_equal_isns),
        cmocka_unit_test(a_clock_that_steps_back_gives_no_delay),
        cmocka_unit_test(only_the_first_syn_ack_tells_the_servers_delay),
        cmocka_unit_test(an_unknown_time_gives_no_delay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
