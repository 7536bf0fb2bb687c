/* test_hostile.c - captures that mean harm, or that nobody thought of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>
#include <time.h>

#include "field.h"

static void nothing_is_freed_for_nothing(void **state)
{
    (void)state;
    connmon_free(NULL);
    connmon_free(connmon_new(NULL));
}

static void bad_configuration_means_the_default(void **state)
{
    struct connmon_config config = {.max_age_ns = -1, .idle_ns = -1, .slack_share = 0};
    struct scenario s = scenario_begin(&config);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1, .at_ns = 0);
    expect_seqno(send(&s, SERVER, .ack = 2, .at_ns = 10 * SECOND), 10 * SECOND, 1);
    scenario_end(&s);
}

static void times_as_far_apart_as_they_can_be(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.max_age_ns = INT64_MAX;
    s = scenario_begin(&config);
    send(&s, CLIENT, .seq = 1, .len = 1, .ts = {5, 0}, .at_ns = INT64_MIN);
    expect_tsval(send(&s, SERVER, .ack = 2, .ts = {9, 5}, .at_ns = INT64_MAX), INT64_MAX, 1);
    send(&s, CLIENT, .seq = 2, .len = 1, .ts = {6, 0}, .at_ns = INT64_MAX);
    expect_no_tsval(send(&s, SERVER, .ack = 3, .ts = {9, 6}, .at_ns = INT64_MIN));
    assert_int_equal(send(&s, SERVER, .ack = 2, .at_ns = INT64_MAX).dup_ack.num, 0);
    scenario_end(&s);
}

static void handshake_delays_as_long_as_they_can_be(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;
    struct connmon_field_values values;

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 100, .at_ns = INT64_MIN);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ns = INT64_MAX);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ns = INT64_MIN);
    r = send(&s, CLIENT, .seq = 101, .ack = 901, .at_ns = INT64_MAX);
    assert_int_equal(r.handshake.server_ns, INT64_MAX);
    assert_int_equal(r.handshake.client_ns, INT64_MAX);
    connmon_field_values(&r, &values);
    assert_true(connmon_field_is_present(&values, CONNMON_FIELD_HANDSHAKE_RTT));
    assert_int_equal(values.of[CONNMON_FIELD_HANDSHAKE_RTT], INT64_MAX);
    scenario_end(&s);
}

static void lengths_near_2_32(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 1);
    send(&s, CLIENT, .seq = 100, .len = 1); /* a hole to run over */
    for (uint32_t less = 0; less < 4; less++) {
        send(&s, CLIENT, .flags = SYN | FIN | ACK, .seq = 50, .len = UINT32_MAX - less);
        send(&s, CLIENT, .seq = 50 + less, .len = UINT32_MAX - less);
        send(&s, CLIENT, .seq = less, .len = UINT32_C(1) << 31);
        send(&s, CLIENT, .seq = UINT32_C(1) << 31, .len = UINT32_MAX / 2 + less);
    }
    r = send(&s, CLIENT, .seq = 1, .len = UINT32_MAX, .wire_len = UINT32_MAX);
    assert_int_equal(r.payload_len, UINT32_MAX);
    scenario_end(&s);
}

static struct scenario with_caps_of_one(void)
{
    struct connmon_config config = connmon_config_default();

    config.max_connections = config.max_outstanding = config.max_answered = config.max_holes = 1;
    return scenario_begin(&config);
}

static void caps_of_one_still_measure(void **state)
{
    struct scenario s = with_caps_of_one();
    struct connmon_stats stats;

    (void)state;
    for (uint32_t i = 1; i < 1000; i++) {
        int64_t at = 100 * MS * i;

        send(&s, CLIENT, .seq = 10 * i, .len = 7, .at_ns = at); /* with a hole each */
        expect_seqno(send(&s, SERVER, .ack = 10 * i + 7, .at_ns = at + MS), MS, 2 * i - 1);
    }
    stats = scenario_stats(&s);
    assert_true(stats.evicted_answered > 900);
    assert_int_equal(stats.evicted_holes, 997);
    assert_int_equal(stats.connections_open, 1);
    scenario_end(&s);
}

static void what_caps_drop_is_counted(void **state)
{
    struct scenario s = with_caps_of_one();
    int delays = 0;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        send(&s, CLIENT, .seq = i, .len = 1, .at_ns = i);
    for (uint32_t i = 0; i < 100; i++)
        delays += send(&s, SERVER, .ack = i + 1, .at_ns = 100).seqno.present;
    assert_true(delays >= 1);
    assert_int_equal(scenario_stats(&s).evicted_outstanding, 100 - delays);
    scenario_end(&s);
}

static void too_little_memory_for_anything(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct connmon_field_values values;
    struct connmon_result r;
    struct scenario s;

    (void)state;
    config.max_memory = 1;
    s = scenario_begin(&config);
    for (int i = 0; i < 10; i++) {
        r = send(&s, CLIENT, .seq = 1, .len = 10);
        assert_int_equal(s.status, CONNMON_NO_MEMORY);
        connmon_field_values(&r, &values);
        for (enum connmon_field field = 0; field < CONNMON_FIELD_COUNT; field++)
            assert_int_equal(values.of[field], 0);
    }
    assert_int_equal(scenario_stats(&s).segments, 10);
    assert_int_equal(scenario_stats(&s).unmeasured_segments, 10);
    assert_int_equal(scenario_stats(&s).connections, 0);
    assert_int_equal(scenario_stats(&s).memory, 0);
    scenario_end(&s);
}

/* Whatever the limit: it holds, the core goes on, and every segment is accounted for. */
static void memory_never_exceeds_its_limit(void **state)
{
    (void)state;
    for (size_t limit = 1000; limit < 1000000; limit = limit * 5 / 4) {
        struct connmon_config config = connmon_config_default();
        struct scenario s;
        struct connmon_stats stats;
        uint64_t unmeasured = 0, seed = 17;

        config.max_memory = limit;
        s = scenario_begin(&config);
        for (uint32_t i = 0; i < 5000; i++) {
            uint32_t random = scenario_random(&seed);

            send(&s, random & 1 ? CLIENT : SERVER, .port = (uint16_t)(1 + i / 4 % 700),
                 .seq = random, .ack = random ^ i, .len = random % 3, .ts = {random, i},
                 .at_ns = i);
            unmeasured += s.status != CONNMON_OK;
            assert_true(scenario_stats(&s).memory <= limit);
        }
        stats = scenario_stats(&s);
        assert_int_equal(stats.unmeasured_segments, unmeasured);
        assert_int_equal(stats.connections, stats.connections_open + stats.evicted_connections);
        assert_true(unmeasured == 0 || unmeasured == 5000);
        scenario_end(&s);
    }
}

/* One flow that eats all memory must not lock out the connections that come later. */
static void a_greedy_flow_gives_way(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.max_memory = 400000;
    s = scenario_begin(&config);
    for (uint32_t i = 0; i < 200000; i++)
        send(&s, CLIENT, .port = 1, .seq = 3 * i, .ack = 7 * i, .len = 1, .ts = {i, i}, .at_ns = i);
    for (uint16_t port = 2; port < 2000; port++) {
        send(&s, CLIENT, .port = port, .seq = 1, .len = 1);
        expect_seqno(send(&s, SERVER, .port = port, .ack = 2, .at_ms = 1), MS, s.last_number - 1);
    }
    scenario_end(&s);
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* The time that connections take whose clients' addresses count up, in two bytes or, crafted, with
 * the lower one in two places. */
static double time_of_connections(uint32_t count, bool crafted)
{
    struct scenario s = scenario_begin(NULL);
    double start = cpu_seconds();

    scenario_use_ipv6(&s);
    for (uint32_t i = 0; i < count; i++) {
        s.ends[CLIENT].addr[7] = (uint8_t)(i >> 8);
        s.ends[CLIENT].addr[15] = (uint8_t)i;
        if (crafted)
            s.ends[CLIENT].addr[11] = (uint8_t)i;
        send(&s, CLIENT, .seq = 1);
    }
    assert_int_equal(scenario_stats(&s).connections, count);
    scenario_end(&s);
    return cpu_seconds() - start;
}

/* A hash that folds one half of the address into the other by invertible steps gives all of them
 * few slots, whatever its secret. */
static void crafted_addresses_do_not_meet_in_one_slot(void **state)
{
    enum { COUNT = 1 << 16 };

    (void)state;
    assert_true(time_of_connections(COUNT, true) < 10 * time_of_connections(COUNT, false) + 0.1);
}

static void random_segments_of_any_kind(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint64_t seed = 23;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct connmon_segment segment = {.packet = (uint64_t)i};
        struct connmon_result r;
        uint32_t random = scenario_random(&seed);

        segment.src = s.ends[random & 1];
        segment.dst = s.ends[random >> 1 & 1];
        segment.time_ns = (int64_t)((uint64_t)scenario_random(&seed) << 32 | random);
        segment.seq = scenario_random(&seed);
        segment.ack = scenario_random(&seed);
        segment.payload_len = scenario_random(&seed);
        segment.flags = (uint16_t)scenario_random(&seed);
        segment.tsval = scenario_random(&seed) % 100;
        segment.tsecr = scenario_random(&seed) % 100;
        segment.has_timestamps = random >> 2 & 1;
        segment.time_unknown = (random >> 3 & 15) == 0;
        assert_int_equal(connmon_process(s.core, &segment, &r), CONNMON_OK);
        assert_true(r.tsval.ns >= 0 && r.seqno.ns >= 0 && r.dup_ack.age_ns >= 0);
    }
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_freed_for_nothing),
        cmocka_unit_test(bad_configuration_means_the_default),
        cmocka_unit_test(times_as_far_apart_as_they_can_be),
        cmocka_unit_test(handshake_delays_as_long_as_they_can_be),
        cmocka_unit_test(lengths_near_2_32),
        cmocka_unit_test(caps_of_one_still_measure),
        cmocka_unit_test(what_caps_drop_is_counted),
        cmocka_unit_test(too_little_memory_for_anything),
        cmocka_unit_test(memory_never_exceeds_its_limit),
        cmocka_unit_test(a_greedy_flow_gives_way),
        cmocka_unit_test(crafted_addresses_do_not_meet_in_one_slot),
        cmocka_unit_test(random_segments_of_any_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
