/* test_reuse.c - ports that are used again: which SYN begins a new connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

static struct scenario begin_at_syn(void)
{
    struct connmon_config config = connmon_config_default();

    config.begin_at_syn = true;
    config.max_recent = 64; /* so that memory does not grow with what is recent */
    return scenario_begin(&config);
}

static void open_connection(struct scenario *s, uint32_t client_isn, uint32_t server_isn)
{
    send(s, CLIENT, .flags = SYN, .seq = client_isn);
    send(s, SERVER, .flags = SYN | ACK, .seq = server_isn, .ack = client_isn + 1);
    send(s, CLIENT, .seq = client_isn + 1, .ack = server_isn + 1);
}

static void new_isn_begins_a_connection(void **state)
{
    struct scenario s = begin_at_syn();
    struct connmon_result r;

    (void)state;
    open_connection(&s, 1000, 5000);
    send(&s, CLIENT, .seq = 1001, .ack = 5001, .len = 10);
    r = send(&s, CLIENT, .flags = SYN, .seq = 9000);
    assert_int_equal(r.connection, 1);
    assert_int_equal(r.flow_bytes, 54);
    expect_event(r, NORMAL, 0);
    r = send(&s, SERVER, .seq = 5001, .ack = 1011); /* late, but who could tell */
    assert_int_equal(r.connection, 1);
    expect_no_seqno(r);
    assert_int_equal(scenario_stats(&s).connections, 2);
    assert_int_equal(scenario_stats(&s).connections_open, 1);
    assert_int_equal(scenario_stats(&s).reused_connections, 1);
    scenario_end(&s);
}

static void only_where_asked_for(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    open_connection(&s, 1000, 5000);
    assert_int_equal(send(&s, CLIENT, .flags = SYN, .seq = 9000).connection, 0);
    assert_int_equal(scenario_stats(&s).reused_connections, 0);
    scenario_end(&s);
}

static void same_isn_is_a_retransmission(void **state)
{
    struct scenario s = begin_at_syn();

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1000);
    expect_event(send(&s, CLIENT, .flags = SYN, .seq = 1000), RETRANSMISSION, -1);
    open_connection(&s, 1000, 5000);
    assert_int_equal(send(&s, CLIENT, .flags = SYN, .seq = 1000).connection, 0);
    scenario_end(&s);
}

static void syn_ack_begins_nothing(void **state)
{
    struct scenario s = begin_at_syn();

    (void)state;
    open_connection(&s, 1000, 5000);
    assert_int_equal(send(&s, SERVER, .flags = SYN | ACK, .seq = 6000, .ack = 1001).connection, 0);
    scenario_end(&s);
}

static void the_other_end_may_begin(void **state)
{
    struct scenario s = begin_at_syn();
    struct connmon_result r;

    (void)state;
    open_connection(&s, 1000, 5000);
    r = send(&s, SERVER, .flags = SYN, .seq = 7000);
    assert_int_equal(r.connection, 1);
    assert_int_equal(r.direction, 0);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .ack = 7001).direction, 1);
    scenario_end(&s);
}

static void simultaneous_open_is_one_connection(void **state)
{
    struct scenario s = begin_at_syn();

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1000);
    assert_int_equal(send(&s, SERVER, .flags = SYN, .seq = 5000).connection, 0);
    scenario_end(&s);
}

static void late_joiner_knows_the_isn(void **state)
{
    struct scenario s = begin_at_syn();

    (void)state;
    send(&s, SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001);
    assert_int_equal(send(&s, CLIENT, .flags = SYN, .seq = 1000).connection, 0);
    assert_int_equal(send(&s, CLIENT, .flags = SYN, .seq = 1001).connection, 1);
    send(&s, CLIENT, .port = 7, .seq = 301, .ack = 1);
    assert_int_equal(send(&s, CLIENT, .port = 7, .flags = SYN, .seq = 300).connection, 2);
    assert_int_equal(send(&s, CLIENT, .port = 7, .flags = SYN, .seq = 301).connection, 3);
    scenario_end(&s);
}

static void acks_tell_the_isn_of_who_was_not_seen(void **state)
{
    struct scenario s = begin_at_syn();

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1000);
    send(&s, CLIENT, .seq = 1001, .ack = 5001); /* the SYN-ACK was lost before us */
    assert_int_equal(send(&s, SERVER, .flags = SYN, .seq = 5000).connection, 0);
    assert_int_equal(send(&s, SERVER, .flags = SYN, .seq = 5001).connection, 1);
    scenario_end(&s);
}

static void reuse_costs_no_memory(void **state)
{
    struct scenario s = begin_at_syn();
    size_t memory = 0;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        open_connection(&s, i * 1000, i * 7000);
        for (uint32_t n = 0; n < 30; n++)
            send(&s, CLIENT, .seq = i * 1000 + n + 1, .ack = i * 7000, .len = 1);
        if (i == 0)
            memory = scenario_stats(&s).memory;
    }
    assert_int_equal(scenario_stats(&s).memory, memory);
    assert_int_equal(scenario_stats(&s).reused_connections, 999);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_isn_begins_a_connection),
        cmocka_unit_test(only_where_asked_for),
        cmocka_unit_test(same_isn_is_a_retransmission),
        cmocka_unit_test(syn_ack_begins_nothing),
        cmocka_unit_test(the_other_end_may_begin),
        cmocka_unit_test(simultaneous_open_is_one_connection),
        cmocka_unit_test(late_joiner_knows_the_isn),
        cmocka_unit_test(acks_tell_the_isn_of_who_was_not_seen),
        cmocka_unit_test(reuse_costs_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
