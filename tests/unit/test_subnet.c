/* test_subnet.c - ranges of addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "subnet.h"

static struct connmon_endpoint host(const char *address)
{
    struct connmon_endpoint end = {.addr_len = strchr(address, ':') ? 16 : 4};

    assert_int_equal(inet_pton(end.addr_len == 16 ? AF_INET6 : AF_INET, address, (void *)end.addr),
                     1);
    return end;
}

static bool has(const char *subnet, const char *address)
{
    const struct connmon_endpoint end = host(address);
    struct connmon_subnet parsed;

    assert_true(connmon_subnet_parse(subnet, &parsed));
    return connmon_subnet_has(&parsed, &end);
}

static void a_plain_address_is_a_range_of_one(void **state)
{
    (void)state;
    assert_true(has("192.0.2.1", "192.0.2.1"));
    assert_false(has("192.0.2.1", "192.0.2.0"));
    assert_true(has("2001:db8::1", "2001:db8::1"));
    assert_false(has("2001:db8::1", "2001:db8::2"));
}

static void a_prefix_counts_by_bits(void **state)
{
    (void)state;
    assert_true(has("10.0.0.0/8", "10.255.1.2"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("192.0.2.128/25", "192.0.2.255"));
    assert_false(has("192.0.2.128/25", "192.0.2.127"));
    assert_true(has("192.0.2.77/31", "192.0.2.76")); /* bits behind the prefix do not count */
    assert_true(has("2001:db8::/33", "2001:db8:7fff::"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::"));
    assert_false(has("10.0.0.0/32", "10.0.0.1"));
}

static void a_prefix_of_0_has_all_of_its_kind(void **state)
{
    (void)state;
    assert_true(has("0.0.0.0/0", "255.255.255.255"));
    assert_false(has("0.0.0.0/0", "::1"));
    assert_true(has("::/0", "2001:db8::1"));
    assert_false(has("::/0", "192.0.2.1"));
}

static void what_is_no_range_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "/8",
        "10.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8 ",
        " 10.0.0.0",
        "10.0.0.0/0x8",
        "10.0.0.0/0000",
        "10.0.0.0/8/8",
        "::/129",
        "::/256",
        "localhost",
        "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
    };
    struct connmon_subnet subnet = {.addr_len = 9};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(connmon_subnet_parse(wrong[i], &subnet));
    assert_int_equal(subnet.addr_len, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_address_is_a_range_of_one),
        cmocka_unit_test(a_prefix_counts_by_bits),
        cmocka_unit_test(a_prefix_of_0_has_all_of_its_kind),
        cmocka_unit_test(what_is_no_range_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
