/* test_summary.c - what a capture held
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "summary.h"

static void add(struct connmon_summary *summary, uint32_t connection, uint8_t direction,
                bool has_timestamps)
{
    const struct connmon_observation seen = {
        .has_timestamps = has_timestamps,
        .result = {.connection = connection, .direction = direction},
    };

    summary->packets++;
    connmon_summary_add(summary, &seen);
}

static void expect_text(const struct connmon_summary *summary, const char *expected)
{
    char text[CONNMON_SUMMARY_SIZE];
    size_t size = connmon_summary_text(text, sizeof(text) - 1, summary);

    text[size] = '\0';
    assert_string_equal(text, expected);
}

static void nothing(void **state)
{
    struct connmon_summary summary = {0};

    (void)state;
    expect_text(&summary, "0 flows, 0 packets\n");
    connmon_summary_clear(&summary);
}

static void each_direction_is_a_flow(void **state)
{
    struct connmon_summary summary = {0};

    (void)state;
    add(&summary, 0, 0, true);
    expect_text(&summary, "1 flows, 1 packets, 1 one-way\n");
    add(&summary, 0, 0, true);
    add(&summary, 1, 1, false); /* the other direction was filtered */
    expect_text(&summary, "2 flows, 3 packets, 1 no TS opt, 2 one-way\n");
    add(&summary, 0, 1, false);
    summary.packets += 5;
    expect_text(&summary, "3 flows, 9 packets, 2 no TS opt, 1 one-way, 5 not TCP\n");
    add(&summary, 1, 0, true);
    expect_text(&summary, "4 flows, 10 packets, 2 no TS opt, 5 not TCP\n");
    connmon_summary_clear(&summary);
    expect_text(&summary, "0 flows, 0 packets\n");
}

static void other_packets_are_told_apart(void **state)
{
    const struct connmon_summary summary = {
        .packets = 30,
        .tcp_packets = 5,
        .fragments = 1,
        .cut = 2,
        .malformed = 3,
        .unknown_links = 4,
        .dropped_by_kernel = 70,
        .dropped_by_interface = 80,
        .unread = 90,
        .unjudged = 100,
    };

    (void)state;
    expect_text(&summary, "0 flows, 30 packets, 15 not TCP, 1 IP fragments, 2 cut too short, "
                          "3 malformed, 4 of unknown link types, 70 dropped by the kernel, "
                          "80 dropped by the interface, 90 left unread at the end, "
                          "100 of link types that the filter cannot judge\n");
}

static void connections_in_any_number_and_order(void **state)
{
    struct connmon_summary summary = {0};

    (void)state;
    for (uint32_t i = 1; i <= 65536; i *= 2) { /* where room may end */
        add(&summary, i, 0, true);
        connmon_summary_clear(&summary);
    }
    add(&summary, 100000, 0, true);
    for (uint32_t i = 0; i < 100000; i++)
        add(&summary, i, i & 1, true);
    expect_text(&summary, "100001 flows, 100001 packets, 100001 one-way\n");
    for (uint32_t i = 100001; i-- > 0;)
        add(&summary, i, 0, true);
    expect_text(&summary, "150001 flows, 200002 packets, 50001 one-way\n");
    connmon_summary_clear(&summary);
}

static void the_longest_text_fits_and_is_cut(void **state)
{
    const struct connmon_summary most = {
        .packets = UINT64_MAX,
        .without_timestamps = UINT64_MAX,
        .flows = UINT64_MAX,
        .one_way_flows = UINT64_MAX,
        .uncounted_packets = UINT64_MAX,
    };
    char text[CONNMON_SUMMARY_SIZE + 1];
    size_t size = connmon_summary_text(text, CONNMON_SUMMARY_SIZE, &most);

    (void)state;
    assert_true(size >= 150 && size < CONNMON_SUMMARY_SIZE);
    assert_int_equal(text[size - 1], '\n');
    memset(text, '#', sizeof(text));
    assert_int_equal(connmon_summary_text(text, 10, &most), 10);
    assert_int_equal(text[10], '#');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(each_direction_is_a_flow),
        cmocka_unit_test(other_packets_are_told_apart),
        cmocka_unit_test(connections_in_any_number_and_order),
        cmocka_unit_test(the_longest_text_fits_and_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
