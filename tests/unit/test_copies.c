/* test_copies.c - packets that the capture shows more than once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

static void the_same_identification_within_100_ms_is_a_copy(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 0);
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 100), 1);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ns = 100 * MS + 1),
                 RETRANSMISSION, -100);
    assert_int_equal(scenario_stats(&s).copies, 1);
    scenario_end(&s);
}

/* A host that resends within 100 ms gives its packet another identification. */
static void another_identification_is_another_packet(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100, .id = 8), RETRANSMISSION, -100);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true), RETRANSMISSION, -100);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100, .id = 8), RETRANSMISSION, -100);
    scenario_end(&s);
}

/* A host that captures itself shows a segment before its hardware fills in the checksum, too. */
static void with_an_identification_the_checksum_may_differ(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .id = 7, .checksum = 1);
    expect_copy(send(&s, CLIENT, .seq = 1, .id = 7, .checksum = 2), 1);
    expect_copy(send(&s, CLIENT, .seq = 1, .id = 7, .no_checksum = true), 1);
    scenario_end(&s);
}

static void every_part_of_the_header_counts(void **state)
{
    static const struct packet packets[] = {
        {.seq = 2, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7},
        {.seq = 1, .ack = 4, .len = 9, .window = 3, .ts = {4, 6}, .id = 7},
        {.seq = 1, .ack = 5, .len = 8, .window = 3, .ts = {4, 6}, .id = 7},
        {.seq = 1, .ack = 5, .len = 9, .window = 2, .ts = {4, 6}, .id = 7},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {5, 6}, .id = 7},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 7}, .id = 7},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .id = 7},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7, .df = true},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7, .flags = PSH | ACK},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7, .port = 9},
        {.seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7, .discriminator = 9},
    };
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7);
    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
        expect_no_copy(scenario_send(&s, CLIENT, &packets[i]));
    expect_no_copy(
        send(&s, SERVER, .seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7));
    expect_copy(send(&s, CLIENT, .seq = 1, .ack = 5, .len = 9, .window = 3, .ts = {4, 6}, .id = 7),
                1);
    scenario_end(&s);
}

static void without_an_identification_a_copy_comes_within_a_millisecond(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    scenario_use_ipv6(&s);
    send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .checksum = 5, .at_ms = 0);
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .checksum = 6));
    expect_copy(
        send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .checksum = 6, .at_ns = 1 * MS), 2);
    expect_no_copy(
        send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .checksum = 6, .at_ns = 1 * MS + 1));
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .no_checksum = true,
                        .at_ns = 1 * MS + 1));
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true, .no_checksum = true,
                     .at_ns = 1 * MS + 1),
                5);
    scenario_end(&s);
}

/* What the other host has sent may have asked for it again. */
static void without_an_identification_nothing_may_come_in_between(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true);
    send(&s, SERVER, .seq = 1, .ack = 1, .len = 10, .no_id = true);
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .no_id = true));
    /* A copy is nothing that comes in between. */
    send(&s, SERVER, .seq = 11, .ack = 1, .len = 10, .id = 9);
    send(&s, CLIENT, .seq = 201, .len = 100, .no_id = true);
    expect_copy(send(&s, SERVER, .seq = 11, .ack = 1, .len = 10, .id = 9), 4);
    expect_copy(send(&s, CLIENT, .seq = 201, .len = 100, .no_id = true), 5);
    scenario_end(&s);
}

static void a_bare_ack_may_be_repeated_until_the_connection_shows_copies(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 1, .len = 100, .no_id = true);
    send(&s, SERVER, .seq = 101, .len = 100, .no_id = true, .at_ns = 1);
    send(&s, CLIENT, .seq = 1, .ack = 1, .no_id = true, .at_ns = 2);
    expect_dup_ack(send(&s, CLIENT, .seq = 1, .ack = 1, .no_id = true, .at_ns = 3), 1, 1, 3);
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 10, .no_id = true, .at_ns = 4);
    expect_copy(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 10, .no_id = true, .at_ns = 5), 5);
    expect_copy(send(&s, CLIENT, .seq = 1, .ack = 1, .no_id = true, .at_ns = 6), 4);
    scenario_end(&s);
}

static void a_syn_may_be_a_copy(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 1, .no_id = true);
    expect_copy(send(&s, CLIENT, .flags = SYN, .seq = 1, .no_id = true), 1);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 2, .no_id = true);
    expect_copy(send(&s, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 2, .no_id = true), 3);
    scenario_end(&s);
}

static void a_copy_changes_nothing(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .id = 7, .at_ms = 0);
    r = send(&s, CLIENT, .seq = 1, .len = 100, .ts = {5, 1}, .id = 7, .at_ms = 1);
    expect_copy(r, 1);
    assert_int_equal(r.side, CONNMON_SIDE_NONE);
    assert_int_equal(r.state, CONNMON_STATE_UNKNOWN);
    assert_int_equal(r.flow_bytes + r.payload_len, 0);
    assert_int_equal(r.connection, 0);
    r = send(&s, SERVER, .ack = 101, .ts = {9, 5}, .at_ms = 3);
    expect_rtt(r, TSVAL, 3 * MS, 3 * MS);
    assert_false(r.tsval.ambiguous || r.seqno.ambiguous);
    r = send(&s, CLIENT, .seq = 101, .len = 100, .wire_len = 154);
    assert_int_equal(r.flow_bytes, 2 * 154);
    scenario_end(&s);
}

/* "The latest packet with the same header that was no copy itself". */
static void a_copy_is_of_the_latest_original(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 0);
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 60), 1);
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 120));
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 130), 3);
    scenario_end(&s);
}

static void the_clock_may_step_back(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 200);
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 100), 1);
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .at_ms = 99));
    scenario_end(&s);
}

static void a_packet_of_unknown_time_is_no_copy(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7);
    expect_no_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7, .time_unknown = true));
    expect_copy(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7), 1);
    scenario_end(&s);
}

static void copies_can_be_kept(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.keep_copies = true;
    s = scenario_begin(&config);
    send(&s, CLIENT, .seq = 1, .len = 100, .id = 7);
    expect_event(send(&s, CLIENT, .seq = 1, .len = 100, .id = 7), RETRANSMISSION, -100);
    assert_int_equal(scenario_stats(&s).copies, 0);
    scenario_end(&s);
}

/* Sends `count` segments, `apart_ns` from each other, and then each again. */
static uint32_t count_copies(struct scenario *s, uint32_t count, int64_t apart_ns)
{
    uint32_t copies = 0;

    for (uint32_t i = 0; i < 2 * count; i++) {
        const uint32_t n = i % count;

        copies += send(s, CLIENT, .seq = 1 + n, .len = 1, .id = (uint16_t)(n % 9 + 1),
                       .at_ns = n * apart_ns)
                      .is_copy;
    }
    return copies;
}

/* However many come within 100 ms; and the older ones are forgotten. */
static void all_that_is_recent_is_remembered(void **state)
{
    enum { MANY = 60000 };
    struct scenario s = scenario_begin(NULL);
    size_t memory;

    (void)state;
    assert_int_equal(count_copies(&s, MANY, 1000), MANY);
    assert_int_equal(scenario_stats(&s).evicted_recent, 0);
    memory = scenario_stats(&s).memory;
    for (uint32_t i = 0; i < 10 * MANY; i++)
        send(&s, SERVER, .seq = 1, .at_ns = (int64_t)i * MS / 200 + SECOND);
    assert_int_equal(scenario_stats(&s).memory, memory);
    scenario_end(&s);
}

static void a_limit_that_forgets_says_so(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.max_recent = 128;
    s = scenario_begin(&config);
    assert_int_equal(count_copies(&s, 1000, 1), 0);
    assert_int_equal(scenario_stats(&s).evicted_recent, 2000 - 128);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_identification_within_100_ms_is_a_copy),
        cmocka_unit_test(another_identification_is_another_packet),
        cmocka_unit_test(with_an_identification_the_checksum_may_differ),
        cmocka_unit_test(every_part_of_the_header_counts),
        cmocka_unit_test(without_an_identification_a_copy_comes_within_a_millisecond),
        cmocka_unit_test(without_an_identification_nothing_may_come_in_between),
        cmocka_unit_test(a_bare_ack_may_be_repeated_until_the_connection_shows_copies),
        cmocka_unit_test(a_syn_may_be_a_copy),
        cmocka_unit_test(a_copy_changes_nothing),
        cmocka_unit_test(a_copy_is_of_the_latest_original),
        cmocka_unit_test(the_clock_may_step_back),
        cmocka_unit_test(a_packet_of_unknown_time_is_no_copy),
        cmocka_unit_test(copies_can_be_kept),
        cmocka_unit_test(all_that_is_recent_is_remembered),
        cmocka_unit_test(a_limit_that_forgets_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
