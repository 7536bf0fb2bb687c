/* test_flow.c - endpoints, flows and ranges as values
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "flow.h"

static const struct connmon_hash_key some_key = {{1, 2}}, other_key = {{1, 3}};

static struct connmon_endpoint end(const char *address, uint16_t port)
{
    struct connmon_endpoint end = {.addr_len = strchr(address, ':') ? 16 : 4, .port = port};

    assert_int_equal(inet_pton(end.addr_len == 16 ? AF_INET6 : AF_INET, address, (void *)end.addr),
                     1);
    return end;
}

static struct connmon_segment between(struct connmon_endpoint src, struct connmon_endpoint dst)
{
    return (struct connmon_segment){.src = src, .dst = dst};
}

/* In their order. */
static size_t make_ends(struct connmon_endpoint ends[8])
{
    size_t count = 0;

    ends[count++] = end("9.255.255.255", 65535);
    ends[count++] = end("10.0.0.1", 79);
    ends[count++] = end("10.0.0.1", 80);
    ends[count++] = end("10.0.0.2", 1);
    ends[count++] = end("200.0.0.0", 0);
    ends[count++] = end("::", 0);
    ends[count++] = end("a00:1::", 80); /* whose first bytes are 10.0.0.1 */
    ends[count++] = end("2001:db8::1", 80);
    return count;
}

static void endpoints_have_an_order(void **state)
{
    struct connmon_endpoint ends[8];
    const size_t count = make_ends(ends);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const int order = connmon_endpoint_compare(&ends[i], &ends[j]);

            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(connmon_endpoint_equal(&ends[i], &ends[j]), i == j);
        }
    }
}

/* Padding must not count. */
static void fill_padding(struct connmon_flow *flow, int byte)
{
    const struct connmon_flow copy = *flow;

    memset(flow, byte, sizeof(*flow));
    memcpy(flow->low.addr, copy.low.addr, sizeof(copy.low.addr));
    memcpy(flow->high.addr, copy.high.addr, sizeof(copy.high.addr));
    flow->low.addr_len = copy.low.addr_len;
    flow->high.addr_len = copy.high.addr_len;
    flow->low.port = copy.low.port;
    flow->high.port = copy.high.port;
    flow->discriminator = copy.discriminator;
}

static void both_directions_are_one_flow(void **state)
{
    struct connmon_endpoint ends[8];
    const size_t count = make_ends(ends);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const struct connmon_segment there = between(ends[i], ends[j]),
                                         back = between(ends[j], ends[i]);
            struct connmon_flow one = connmon_flow_of(&there), other = connmon_flow_of(&back);

            fill_padding(&one, 0x55);
            fill_padding(&other, 0xaa);
            assert_true(connmon_flow_equal(&one, &other));
            assert_int_equal(connmon_flow_compare(&one, &other), 0);
            assert_int_equal(connmon_flow_hash(&one, &some_key),
                             connmon_flow_hash(&other, &some_key));
            assert_int_equal(connmon_flow_direction(&one, &there), i > j);
            assert_int_equal(connmon_flow_direction(&one, &back), i < j);
        }
    }
}

static void what_differs_is_another_flow(void **state)
{
    const struct connmon_segment base = between(end("10.0.0.1", 80), end("10.0.0.2", 40000));
    struct connmon_segment others[4] = {base, base, base, base};
    const struct connmon_flow flow = connmon_flow_of(&base);

    (void)state;
    others[0].src.port++;
    others[1].dst.port--;
    others[2].dst.addr[3]++;
    others[3].discriminator = 1;
    for (int i = 0; i < 4; i++) {
        const struct connmon_flow other = connmon_flow_of(&others[i]);

        assert_false(connmon_flow_equal(&flow, &other));
        assert_int_equal(connmon_flow_compare(&flow, &other) < 0,
                         connmon_flow_compare(&other, &flow) > 0);
        assert_int_not_equal(connmon_flow_hash(&flow, &some_key),
                             connmon_flow_hash(&other, &some_key));
    }
}

static void hashes_depend_on_the_key(void **state)
{
    const struct connmon_segment segment = between(end("10.0.0.1", 80), end("10.0.0.2", 40000));
    const struct connmon_flow flow = connmon_flow_of(&segment);
    const struct connmon_hash_key drawn = connmon_hash_key_new(), again = connmon_hash_key_new();

    (void)state;
    assert_int_not_equal(connmon_flow_hash(&flow, &some_key), connmon_flow_hash(&flow, &other_key));
    assert_int_not_equal(connmon_endpoint_hash(&flow.low, &some_key),
                         connmon_endpoint_hash(&flow.low, &other_key));
    assert_int_equal(connmon_endpoint_hash(&segment.src, &some_key),
                     connmon_endpoint_hash(&flow.low, &some_key));
    assert_memory_not_equal(&drawn, &again, sizeof(drawn));
}

static bool has(const char *text, const char *address, uint16_t port)
{
    const struct connmon_endpoint host = end(address, port);
    struct connmon_range range;

    assert_true(connmon_range_parse(text, &range));
    return connmon_range_has(&range, &host);
}

static void a_range_has_addresses_and_ports(void **state)
{
    (void)state;
    assert_true(has("10.0.0.0/8", "10.1.2.3", 0));
    assert_true(has("10.0.0.0/8", "10.1.2.3", 65535));
    assert_false(has("10.0.0.0/8", "11.1.2.3", 80));
    assert_true(has("10.0.0.0/8:80", "10.1.2.3", 80));
    assert_false(has("10.0.0.0/8:80", "10.1.2.3", 81));
    assert_false(has("10.0.0.0/8:80", "11.1.2.3", 80));
    assert_true(has(":8000-8099", "192.0.2.1", 8000));
    assert_true(has(":8000-8099", "2001:db8::1", 8099));
    assert_false(has(":8000-8099", "192.0.2.1", 7999));
    assert_false(has(":8000-8099", "192.0.2.1", 8100));
    assert_true(has("2001:db8::1", "2001:db8::1", 1));
    assert_true(has("[2001:db8::1]", "2001:db8::1", 1));
    assert_true(has("[2001:db8::/32]:1024-65535", "2001:db8:1::", 1024));
    assert_false(has("[2001:db8::/32]:1024-65535", "2001:db8:1::", 1023));
    assert_false(has("::/0", "192.0.2.1", 80));
}

static void a_range_touches_a_flow_by_either_end(void **state)
{
    const struct connmon_segment segment = between(end("10.0.0.2", 40000), end("192.0.2.1", 80));
    const struct connmon_flow flow = connmon_flow_of(&segment);
    static const struct {
        const char *text;
        bool touches;
    } cases[] = {{":80", true}, {"10.0.0.0/8", true}, {"10.0.0.0/8:80", false}, {":443", false}};
    struct connmon_range range;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(connmon_range_parse(cases[i].text, &range));
        assert_int_equal(connmon_range_touches(&range, &flow), cases[i].touches);
    }
}

static void what_is_no_range_changes_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        ":",
        "10.0.0.1:",
        "10.0.0.1:80-",
        "10.0.0.1:81-80",
        ":65536",
        ":123456",
        "10.0.0.1:80 ",
        "10.0.0/8",
        "10.0.0.0/33",
        "[::1",
        "[]:80",
        "[::1]80",
        "[::1]:80x",
        "host:80",
        ":-80",
        ":80-80-80",
        "[10.0.0.1]:-1",
        "2001:db8::/x",
        "10.0.0.1000000000000000000000000000000000000000000000000000000000000000000000000/8",
    };
    struct connmon_range range, before;

    (void)state;
    memset(&range, 0x5a, sizeof(range));
    before = range;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(connmon_range_parse(texts[i], &range));
        assert_memory_equal(&range, &before, sizeof(range));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints_have_an_order),
        cmocka_unit_test(both_directions_are_one_flow),
        cmocka_unit_test(what_differs_is_another_flow),
        cmocka_unit_test(hashes_depend_on_the_key),
        cmocka_unit_test(a_range_has_addresses_and_ports),
        cmocka_unit_test(a_range_touches_a_flow_by_either_end),
        cmocka_unit_test(what_is_no_range_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
