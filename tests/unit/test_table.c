/* test_table.c - which segment belongs to which connection, and what limits there are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "connection.h"

static void directions_follow_the_first_packet(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    r = send(&s, SERVER, .seq = 1);
    assert_int_equal(r.direction, 0);
    assert_int_equal(r.connection, 0);
    r = send(&s, CLIENT, .seq = 1);
    assert_int_equal(r.direction, 1);
    assert_int_equal(r.connection, 0);
    assert_int_equal(send(&s, SERVER, .seq = 1).direction, 0);
    assert_int_equal(scenario_stats(&s).connections, 1);
    scenario_end(&s);
}

static void ports_tell_connections_apart(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .port = 1000, .seq = 1, .len = 10, .at_ms = 0);
    r = send(&s, CLIENT, .port = 1001, .seq = 1, .len = 10, .at_ms = 1);
    assert_int_equal(r.connection, 1);
    expect_event(r, NORMAL, 0);
    r = send(&s, SERVER, .port = 1001, .ack = 11, .at_ms = 5);
    assert_int_equal(r.connection, 1);
    expect_seqno(r, 4 * MS, 2);
    r = send(&s, SERVER, .port = 1000, .ack = 11, .at_ms = 5);
    assert_int_equal(r.connection, 0);
    expect_seqno(r, 5 * MS, 1);
    scenario_end(&s);
}

static void discriminators_tell_connections_apart(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10, .discriminator = 7);
    expect_no_seqno(send(&s, SERVER, .ack = 11, .discriminator = 8));
    expect_seqno(send(&s, SERVER, .ack = 11, .discriminator = 7), 0, 1);
    assert_int_equal(scenario_stats(&s).connections, 2);
    scenario_end(&s);
}

static void ipv6_addresses_count_in_full(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    scenario_use_ipv6(&s);
    send(&s, CLIENT, .seq = 1, .len = 10);
    expect_seqno(send(&s, SERVER, .ack = 11, .at_ms = 3), 3 * MS, 1);
    for (int byte = 0; byte < 16; byte++) {
        s.ends[CLIENT].addr[byte] ^= 0x40;
        assert_int_equal(send(&s, CLIENT, .seq = 1).connection, byte + 1);
        s.ends[CLIENT].addr[byte] ^= 0x40;
    }
    assert_int_equal(send(&s, CLIENT, .seq = 11).connection, 0);
    scenario_end(&s);
}

/* 192.0.2.1 and c000:201:: have equal bytes. */
static void ipv4_is_not_ipv6(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    assert_int_equal(send(&s, CLIENT, .seq = 1).connection, 0);
    s.ends[CLIENT].addr_len = s.ends[SERVER].addr_len = 16;
    assert_int_equal(send(&s, CLIENT, .seq = 1).connection, 1);
    assert_int_equal(send(&s, SERVER, .seq = 1).connection, 1);
    scenario_end(&s);
}

static void hosts_may_share_address_or_port(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    s.ends[SERVER] = s.ends[CLIENT];
    s.ends[SERVER].port = 80; /* one host */
    send(&s, CLIENT, .seq = 1, .len = 10, .at_ms = 0);
    expect_seqno(send(&s, SERVER, .ack = 11, .at_ms = 3), 3 * MS, 1);
    scenario_end(&s);

    s = scenario_begin(NULL);
    s.ends[SERVER].port = s.ends[CLIENT].port;
    send(&s, CLIENT, .seq = 1, .len = 10, .at_ms = 0);
    expect_seqno(send(&s, SERVER, .ack = 11, .at_ms = 3), 3 * MS, 1);
    expect_no_seqno(send(&s, CLIENT, .ack = 11, .at_ms = 4));
    scenario_end(&s);
}

/* A TCP socket may be connected to itself: one flow that answers itself. */
static void an_endpoint_may_be_connected_to_itself(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    s.ends[SERVER] = s.ends[CLIENT];
    send(&s, CLIENT, .seq = 1, .len = 10, .ts = {5, 0}, .at_ms = 0);
    r = send(&s, SERVER, .seq = 11, .ack = 11, .ts = {6, 5}, .at_ms = 3);
    assert_int_equal(r.direction, 0);
    assert_int_equal(r.flow_bytes, 64 + 54);
    expect_event(r, NORMAL, 0);
    expect_tsval(r, 3 * MS, 1);
    expect_seqno(r, 3 * MS, 1);
    scenario_end(&s);
}

static void many_connections_are_kept_apart(void **state)
{
    enum { COUNT = 20000 };
    struct scenario s = scenario_begin(NULL);
    struct connmon_stats stats;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        send(&s, CLIENT, .port = (uint16_t)(i + 1), .seq = i, .len = 10, .at_ns = i);
    for (uint32_t i = COUNT; i-- > 0;) {
        struct connmon_result r =
            send(&s, SERVER, .port = (uint16_t)(i + 1), .ack = i + 10, .at_ns = 2 * COUNT);

        assert_int_equal(r.connection, i);
        expect_seqno(r, (int64_t)(2 * COUNT - i), i + 1);
    }
    stats = scenario_stats(&s);
    assert_int_equal(stats.connections, COUNT);
    assert_int_equal(stats.flows, 2 * COUNT);
    assert_int_equal(stats.connections_open, COUNT);
    assert_int_equal(stats.segments, 2 * COUNT);
    assert_true(stats.memory > COUNT * sizeof(struct connection));
    scenario_end(&s);
}

static void at_the_cap_the_least_used_makes_room(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;
    struct connmon_stats stats;

    (void)state;
    config.max_connections = 3;
    s = scenario_begin(&config);
    for (uint16_t port = 1; port <= 4; port++)
        send(&s, CLIENT, .port = port, .seq = 1, .len = 10);
    stats = scenario_stats(&s);
    assert_int_equal(stats.connections, 4);
    assert_int_equal(stats.flows, 4); /* nobody has answered */
    assert_int_equal(stats.connections_open, 3);
    assert_int_equal(stats.evicted_connections, 1);

    assert_int_equal(send(&s, CLIENT, .port = 2, .seq = 11, .len = 10).connection, 1);
    send(&s, CLIENT, .port = 5, .seq = 1, .len = 10); /* of 2 and 3, only 3 was not used since */
    assert_int_equal(send(&s, SERVER, .port = 2, .ack = 11).connection, 1);
    assert_int_equal(send(&s, SERVER, .port = 4, .ack = 11).connection, 3);
    assert_int_equal(send(&s, SERVER, .port = 3, .ack = 11).connection, 5);
    stats = scenario_stats(&s);
    assert_int_equal(stats.evicted_connections, 3);
    assert_int_equal(stats.connections, 6);
    assert_int_equal(stats.flows, 8); /* of which 2 is the one with both */
    assert_int_equal(stats.connections_open, 3);
    scenario_end(&s);
}

static void an_evicted_connection_begins_anew(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;
    struct connmon_result r;

    (void)state;
    config.max_connections = 1;
    s = scenario_begin(&config);
    send(&s, CLIENT, .port = 1, .seq = 1, .len = 10, .ts = {5, 0});
    send(&s, CLIENT, .port = 2, .seq = 1, .len = 10, .ts = {5, 0});
    r = send(&s, SERVER, .port = 1, .ack = 11, .ts = {9, 5}, .at_ms = 1);
    assert_int_equal(r.connection, 2);
    assert_int_equal(r.direction, 0);
    expect_no_tsval(r);
    expect_no_seqno(r);
    assert_int_equal(scenario_stats(&s).connections_open, 1);
    scenario_end(&s);
}

/* Many rounds of eviction: the index must find every one that is held. */
static void eviction_leaves_the_others_reachable(void **state)
{
    enum { CAP = 500, COUNT = 30000 };
    struct connmon_config config = connmon_config_default();
    struct scenario s;
    uint64_t seed = 3;
    struct connmon_stats stats;

    (void)state;
    config.max_connections = CAP;
    s = scenario_begin(&config);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint16_t port = (uint16_t)(1 + scenario_random(&seed) % 2000);
        uint32_t serial = send(&s, CLIENT, .port = port, .seq = i, .len = 1).connection;

        assert_int_equal(send(&s, SERVER, .port = port, .ack = i).connection, serial);
    }
    stats = scenario_stats(&s);
    assert_int_equal(stats.connections_open, CAP);
    assert_int_equal(stats.connections, stats.evicted_connections + CAP);
    scenario_end(&s);
}

static struct scenario with_idle_time(int64_t idle_ns)
{
    struct connmon_config config = connmon_config_default();

    config.idle_ns = idle_ns;
    config.max_recent = 64; /* so that memory does not grow with what is recent */
    return scenario_begin(&config);
}

static void a_silent_connection_is_forgotten(void **state)
{
    struct scenario s = with_idle_time(300 * SECOND);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 10, .at_ns = 0);
    r = send(&s, SERVER, .seq = 1, .len = 10, .at_ns = 300 * SECOND); /* just not */
    assert_int_equal(r.connection, 0);
    r = send(&s, CLIENT, .seq = 500, .len = 10, .at_ns = 600 * SECOND);
    assert_int_equal(r.connection, 0); /* either flow keeps it */
    expect_event(r, HOLE, 489);
    r = send(&s, CLIENT, .seq = 900, .len = 10, .at_ns = 900 * SECOND + 1);
    assert_int_equal(r.connection, 1);
    assert_int_equal(r.flow_bytes, 64);
    expect_event(r, NORMAL, 0);
    assert_int_equal(scenario_stats(&s).idle_connections, 1);
    assert_int_equal(scenario_stats(&s).connections_open, 1);
    assert_int_equal(scenario_stats(&s).connections, 2);
    scenario_end(&s);
}

static void after_silence_directions_begin_anew(void **state)
{
    struct scenario s = with_idle_time(SECOND);

    (void)state;
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ms = 0).direction, 0);
    assert_int_equal(send(&s, SERVER, .seq = 1, .at_ms = 5000).direction, 0);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ms = 5001).direction, 1);
    scenario_end(&s);
}

static void new_connections_sweep_the_silent_ones(void **state)
{
    struct scenario s = with_idle_time(SECOND);
    struct connmon_stats stats;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) /* one every 10 ms: about 100 are alive */
        send(&s, CLIENT, .port = (uint16_t)(i + 1), .seq = 1, .at_ms = 10 * i);
    stats = scenario_stats(&s);
    assert_int_equal(stats.connections, 10000);
    assert_int_equal(stats.connections_open + stats.idle_connections, 10000);
    assert_true(stats.connections_open >= 100 && stats.connections_open < 400);
    scenario_end(&s);
}

/* What is forgotten must not cut off what shares its part of the index. */
static void sweeping_leaves_the_others_reachable(void **state)
{
    enum { BUSY = 300, ROUNDS = 100, NEW = 40 };
    struct scenario s = with_idle_time(SECOND);
    uint16_t port = BUSY;

    (void)state;
    for (int64_t round = 0; round < ROUNDS; round++) {
        for (uint16_t busy = 0; busy < BUSY; busy++)
            assert_int_equal(
                send(&s, CLIENT, .port = busy + 1, .seq = 1, .at_ms = 100 * round).connection,
                busy);
        for (int i = 0; i < NEW; i++)
            send(&s, CLIENT, .port = ++port, .seq = 1, .at_ms = 100 * round);
    }
    assert_true(scenario_stats(&s).idle_connections > ROUNDS * NEW / 2);
    scenario_end(&s);
}

static void without_an_idle_time_silence_does_not_matter(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .at_ns = INT64_MIN);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ns = INT64_MAX).connection, 0);
    scenario_end(&s);
}

/* A clock that steps back, or says nothing, proves no silence. */
static void only_a_known_time_proves_silence(void **state)
{
    struct scenario s = with_idle_time(SECOND);

    (void)state;
    send(&s, CLIENT, .seq = 1, .at_ms = 100000);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ms = 0).connection, 0);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ms = 900000, .time_unknown = true).connection,
                     0);
    scenario_end(&s);

    s = with_idle_time(SECOND);
    send(&s, CLIENT, .seq = 1, .time_unknown = true);
    assert_int_equal(send(&s, CLIENT, .seq = 1, .at_ms = 5000).connection, 0);
    assert_int_equal(scenario_stats(&s).idle_connections, 0);
    scenario_end(&s);
}

/* What a connection that is gone has held is there for the next one. */
static void memory_is_used_again(void **state)
{
    struct scenario s = with_idle_time(SECOND);
    uint64_t allocations = 0;
    size_t memory = 0;

    (void)state;
    for (int64_t life = 1; life <= 20; life++) {
        int64_t at = life * 5000;

        for (uint32_t i = 0; i < 40; i++) {
            send(&s, CLIENT, .seq = 3 * i + 3, .len = 1, .ts = {i + 1, i + 1}, .at_ms = at);
            send(&s, SERVER, .seq = 1, .ack = 3 * i, .ts = {i + 1, 5 * i}, .at_ms = at);
        }
        if (life == 1) {
            allocations = scenario_stats(&s).allocations;
            memory = scenario_stats(&s).memory;
        }
    }
    assert_int_equal(scenario_stats(&s).idle_connections, 19);
    assert_int_equal(scenario_stats(&s).allocations, allocations);
    assert_int_equal(scenario_stats(&s).memory, memory);
    scenario_end(&s);
}

/* What can no longer be answered is given back, though the connection is kept. */
static void silent_connections_hold_less(void **state)
{
    enum { SEGMENTS = 50, LIVES = 1000 };
    struct scenario s = scenario_begin(NULL);
    size_t memory = 0;

    (void)state;
    for (int64_t life = 0; life < LIVES; life++) { /* one a second: ten within the max age */
        for (uint32_t i = 0; i < SEGMENTS; i++)
            send(&s, CLIENT, .port = (uint16_t)(life + 1), .seq = i, .len = 1,
                 .at_ms = 1000 * life);
        if (life == LIVES / 2)
            memory = scenario_stats(&s).memory;
    }
    assert_int_equal(scenario_stats(&s).connections_open, LIVES);
    assert_true(scenario_stats(&s).memory - memory < 2 * LIVES * sizeof(struct connection));
    scenario_end(&s);
}

/* What was sent before the clock stepped back may be answered when it has caught up. */
static void silence_after_a_step_back_drops_nothing_young(void **state)
{
    enum { SEGMENTS = 50, OTHERS = 10 };
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (uint32_t i = 0; i < SEGMENTS; i++)
        send(&s, CLIENT, .seq = i, .len = 1, .at_ms = 1000000);
    send(&s, CLIENT, .seq = SEGMENTS, .at_ms = 0);
    for (uint32_t i = 0; i < OTHERS; i++)
        send(&s, CLIENT, .port = (uint16_t)(i + 2), .seq = i, .at_ms = 1001000);
    for (uint32_t i = 1; i <= SEGMENTS; i++)
        assert_true(send(&s, SERVER, .ack = i, .at_ms = 1002000).seqno.present);
    scenario_end(&s);
}

static void one_time_in_the_future_proves_no_silence(void **state)
{
    enum { SEGMENTS = 50 };
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (uint32_t i = 0; i < SEGMENTS; i++)
        send(&s, CLIENT, .seq = i, .len = 1, .at_ms = 1000);
    send(&s, CLIENT, .port = 2, .seq = 1, .at_ms = 1000000);
    for (uint32_t i = 1; i <= SEGMENTS; i++)
        assert_true(send(&s, SERVER, .ack = i, .at_ms = 2000).seqno.present);
    scenario_end(&s);
}

/* Of what comes or does not come: the same results. */
static void expectations_change_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        struct packet soon = {.port = (uint16_t)(i * 7 % 2000 + 1), .seq = i};
        struct connmon_segment segment = scenario_segment(&s, i % 2 ? CLIENT : SERVER, &soon);

        connmon_expect(s.core, &segment);
        assert_int_equal(send(&s, CLIENT, .port = (uint16_t)(i % 1000 + 1), .seq = 1).connection,
                         i % 1000);
    }
    assert_int_equal(scenario_stats(&s).connections, 1000);
    assert_int_equal(scenario_stats(&s).segments, 3000);
    scenario_end(&s);
}

/* The rate of memory as it grows, and with it the size of an idle connection. */
static void a_connection_is_small(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct connection), 7 * 64); /* whole cache lines */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_follow_the_first_packet),
        cmocka_unit_test(ports_tell_connections_apart),
        cmocka_unit_test(discriminators_tell_connections_apart),
        cmocka_unit_test(ipv6_addresses_count_in_full),
        cmocka_unit_test(ipv4_is_not_ipv6),
        cmocka_unit_test(hosts_may_share_address_or_port),
        cmocka_unit_test(an_endpoint_may_be_connected_to_itself),
        cmocka_unit_test(many_connections_are_kept_apart),
        cmocka_unit_test(at_the_cap_the_least_used_makes_room),
        cmocka_unit_test(an_evicted_connection_begins_anew),
        cmocka_unit_test(eviction_leaves_the_others_reachable),
        cmocka_unit_test(a_silent_connection_is_forgotten),
        cmocka_unit_test(after_silence_directions_begin_anew),
        cmocka_unit_test(new_connections_sweep_the_silent_ones),
        cmocka_unit_test(sweeping_leaves_the_others_reachable),
        cmocka_unit_test(without_an_idle_time_silence_does_not_matter),
        cmocka_unit_test(only_a_known_time_proves_silence),
        cmocka_unit_test(memory_is_used_again),
        cmocka_unit_test(silent_connections_hold_less),
        cmocka_unit_test(silence_after_a_step_back_drops_nothing_young),
        cmocka_unit_test(one_time_in_the_future_proves_no_silence),
        cmocka_unit_test(expectations_change_nothing),
        cmocka_unit_test(a_connection_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
