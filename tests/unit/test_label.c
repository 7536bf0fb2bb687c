/* test_label.c - flows and connections as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "label.h"
#include "scenario.h"

#include <string.h>

static void ipv4(void **state)
{
    const struct connmon_endpoint src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 443};
    const struct connmon_endpoint dst = {
        .addr = {255, 255, 255, 255}, .addr_len = 4, .port = 65535};
    char label[CONNMON_LABEL_SIZE];

    (void)state;
    assert_ptr_equal(connmon_flow_label(label, sizeof(label), &src, &dst), label);
    assert_string_equal(label, "192.0.2.1:443+255.255.255.255:65535");
}

static void ipv6_is_shortened(void **state)
{
    const struct connmon_endpoint src = {
        .addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .addr_len = 16, .port = 443};
    const struct connmon_endpoint dst = {.addr_len = 16, .port = 0};
    char label[CONNMON_LABEL_SIZE];

    (void)state;
    connmon_flow_label(label, sizeof(label), &src, &dst);
    assert_string_equal(label, "2001:db8::1:443+:::0");
}

static void the_longest_label_fits(void **state)
{
    struct connmon_endpoint end = {.addr_len = 16, .port = 65535};
    char label[CONNMON_LABEL_SIZE];

    (void)state;
    memset(end.addr, 0xfe, sizeof(end.addr));
    connmon_flow_label(label, sizeof(label), &end, &end);
    assert_string_equal(label, "fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe:65535+"
                               "fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe:65535");
}

static void a_label_is_cut_to_its_room(void **state)
{
    const struct connmon_endpoint end = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 443};
    char label[8];

    (void)state;
    memset(label, 'x', sizeof(label));
    connmon_flow_label(label, 6, &end, &end);
    assert_string_equal(label, "192.0");
    assert_int_equal(label[6], 'x');
    connmon_flow_label(label, 1, &end, &end);
    assert_string_equal(label, "");
}

static void a_connection_is_named_by_its_first_packet(void **state)
{
    const struct connmon_endpoint src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 40000};
    const struct connmon_endpoint dst = {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80};
    const int64_t time = 1210953938000000001, epoch = 0;
    char label[CONNMON_LABEL_SIZE];

    (void)state;
    assert_ptr_equal(connmon_connection_label(label, sizeof(label), &src, &dst, &time), label);
    assert_string_equal(label, "192.0.2.1_40000-198.51.100.2_80-1210953938.000000001");
    connmon_connection_label(label, 12, &src, &dst, &epoch);
    assert_string_equal(label, "192.0.2.1_4");
}

static void no_connection_has_a_hidden_or_colonned_name(void **state)
{
    const struct connmon_endpoint loopback = {.addr = {[15] = 1}, .addr_len = 16, .port = 1};
    const struct connmon_endpoint zeros = {
        .addr = {[5] = 1, [15] = 1}, .addr_len = 16, .port = 65535};
    const int64_t before = -1, least = INT64_MIN;
    struct connmon_endpoint longest = {.addr_len = 16, .port = 65535};
    char label[CONNMON_LABEL_SIZE];

    (void)state;
    connmon_connection_label(label, sizeof(label), &loopback, &zeros, &before);
    assert_string_equal(label, "0..1_1-0.0.1..1_65535--0.000000001");
    connmon_connection_label(label, sizeof(label), &zeros, &loopback, NULL);
    assert_string_equal(label, "0.0.1..1_65535-..1_1-unknown");
    memset(longest.addr, 0xfe, sizeof(longest.addr));
    connmon_connection_label(label, sizeof(label), &longest, &longest, &least);
    assert_true(strlen(label) < sizeof(label) - 1);
    assert_int_equal(strspn(label, "0123456789abcdef._-"), strlen(label));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4),
        cmocka_unit_test(ipv6_is_shortened),
        cmocka_unit_test(the_longest_label_fits),
        cmocka_unit_test(a_label_is_cut_to_its_room),
        cmocka_unit_test(a_connection_is_named_by_its_first_packet),
        cmocka_unit_test(no_connection_has_a_hidden_or_colonned_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
