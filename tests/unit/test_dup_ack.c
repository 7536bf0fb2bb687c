/* test_dup_ack.c - duplicate acknowledgments (RFC 5681 section 2, RFC 6675)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

/* The client has 200 bytes under way; the server's packet 2 acknowledges the first half. */
static struct scenario half_acknowledged(void)
{
    struct scenario s = scenario_begin(NULL);

    send(&s, CLIENT, .seq = 1, .len = 200, .at_ms = 0);
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50, .at_ms = 10));
    return s;
}

static void duplicates_are_numbered_and_dated(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50, .at_ms = 12), 1, 2 * MS, 2);
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50, .at_ms = 15), 2, 5 * MS, 2);
    /* A new ACK begins anew. */
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 151, .window = 50, .at_ms = 16));
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 151, .window = 50, .at_ms = 17), 1, 1 * MS, 5);
    scenario_end(&s);
}

static void the_age_is_never_negative(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50, .at_ms = 3), 1, 0, 2);
    scenario_end(&s);
}

static void a_window_update_is_none(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 51, .at_ms = 12));
    /* It is compared with the previous packet, not with the original. */
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 51, .at_ms = 13), 1, 3 * MS, 2);
    scenario_end(&s);
}

static void sack_blocks_speak_for_themselves(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 51, .sack = true, .at_ms = 12),
                   1, 2 * MS, 2);
    scenario_end(&s);
}

static void neither_payload_nor_syn_fin_rst(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_no_dup_ack(send(&s, SERVER, .flags = FIN | ACK, .seq = 1, .ack = 101, .window = 50));
    expect_no_dup_ack(send(&s, SERVER, .flags = RST | ACK, .seq = 1, .ack = 101, .window = 50));
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .len = 1, .ack = 101, .window = 50));
    expect_no_dup_ack(send(&s, SERVER, .flags = PSH, .seq = 2, .ack = 101, .window = 50));
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, CLIENT, .flags = SYN, .seq = 100, .len = 20);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 101, .window = 50);
    expect_no_dup_ack(send(&s, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 101, .window = 50));
    scenario_end(&s);
}

static void a_keep_alive_is_none(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_no_dup_ack(send(&s, SERVER, .seq = 0, .ack = 101, .window = 50));
    scenario_end(&s);
}

static void nothing_outstanding_no_duplicate(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    send(&s, SERVER, .seq = 1, .ack = 201, .window = 50);
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 201, .window = 50));
    send(&s, CLIENT, .seq = 201, .len = 1);
    assert_int_equal(send(&s, SERVER, .seq = 1, .ack = 201, .window = 50).dup_ack.num, 1);
    scenario_end(&s);
}

/* A capture of one direction: something may be outstanding for all we know. */
static void an_unseen_flow_may_have_data_outstanding(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, SERVER, .seq = 1, .ack = 101, .at_ms = 10);
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .at_ms = 12), 1, 2 * MS, 1);
    scenario_end(&s);
}

static void a_lower_ackno_is_none_and_changes_nothing(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 51, .window = 50, .at_ms = 11));
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 51, .window = 50, .at_ms = 12));
    expect_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50, .at_ms = 13), 1, 3 * MS, 2);
    scenario_end(&s);
}

static void acknos_may_wrap(void **state)
{
    struct scenario s = scenario_begin(NULL);
    uint32_t start = UINT32_MAX - 49;

    (void)state;
    send(&s, CLIENT, .seq = start, .len = 200);
    send(&s, SERVER, .ack = start + 20, .at_ms = 1);
    expect_no_dup_ack(send(&s, SERVER, .ack = start + 100, .at_ms = 2)); /* is higher */
    expect_dup_ack(send(&s, SERVER, .ack = start + 100, .at_ms = 3), 1, 1 * MS, 3);
    scenario_end(&s);
}

static void a_first_ackno_of_zero_is_an_original(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 0, .len = 10);
    expect_no_dup_ack(send(&s, SERVER, .ack = 0));
    assert_int_equal(send(&s, SERVER, .ack = 0).dup_ack.num, 1);
    scenario_end(&s);
}

static void a_new_isn_forgets_the_original(void **state)
{
    struct scenario s = half_acknowledged();

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 51, .len = 100);
    expect_no_dup_ack(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50));
    assert_int_equal(send(&s, SERVER, .seq = 1, .ack = 101, .window = 50).dup_ack.num, 1);
    scenario_end(&s);
}

/* No age starts or ends at an unknown time, but a duplicate it is. */
static void an_unknown_time_gives_no_age(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 200, .at_ms = 1000);
    send(&s, SERVER, .ack = 101, .time_unknown = true);
    expect_dup_ack(send(&s, SERVER, .ack = 101, .at_ms = 1010), 1, 0, 2);
    send(&s, SERVER, .ack = 151, .at_ms = 1020);
    expect_dup_ack(send(&s, SERVER, .ack = 151, .at_ms = 9999, .time_unknown = true), 1, 0, 4);
    expect_dup_ack(send(&s, SERVER, .ack = 151, .at_ms = 1023), 2, 3 * MS, 4);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplicates_are_numbered_and_dated),
        cmocka_unit_test(the_age_is_never_negative),
        cmocka_unit_test(a_window_update_is_none),
        cmocka_unit_test(sack_blocks_speak_for_themselves),
        cmocka_unit_test(neither_payload_nor_syn_fin_rst),
        cmocka_unit_test(a_keep_alive_is_none),
        cmocka_unit_test(nothing_outstanding_no_duplicate),
        cmocka_unit_test(an_unseen_flow_may_have_data_outstanding),
        cmocka_unit_test(a_lower_ackno_is_none_and_changes_nothing),
        cmocka_unit_test(acknos_may_wrap),
        cmocka_unit_test(a_first_ackno_of_zero_is_an_original),
        cmocka_unit_test(a_new_isn_forgets_the_original),
        cmocka_unit_test(an_unknown_time_gives_no_age),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
