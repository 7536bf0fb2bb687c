/* test_line.c - a packet as a line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h> /* first: it has a send() of its own */

#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "line.h"
#include "text.h"

#define FLOW "192.0.2.1:1024+198.51.100.2:80\n"

static const struct connmon_line_format machine = {.machine = true}, human = {.machine = false};

/* 1,234,567,890.987654321 s: 23:31:30 on a Friday. */
static struct connmon_observation packet(void)
{
    return (struct connmon_observation){
        .time_ns = INT64_C(1234567890987654321),
        .src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 1024},
        .dst = {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80},
        .result = {.payload_len = 9, .flow_bytes = 63},
    };
}

static struct connmon_observation full_packet(void)
{
    struct connmon_observation seen = packet();

    seen.result.tsval = (struct connmon_delay){.present = true, .ns = 1234567};
    seen.result.seqno = (struct connmon_delay){.present = true, .ns = 999};
    seen.result.seq_gap = -1460;
    seen.result.dup_ack.num = 1;
    seen.result.dup_ack.age_ns = 12345678901;
    return seen;
}

static void expect_line_(const struct connmon_observation *seen, struct connmon_line_format format,
                         const char *expected)
{
    char line[CONNMON_LINE_SIZE];
    size_t size = connmon_line(line, sizeof(line), seen, format);

    assert_int_equal(size, strlen(expected));
    line[size] = '\0';
    assert_string_equal(line, expected);
}

#define expect_line(seen, format, expected) expect_line_(&(seen), format, expected)

static void columns_are_the_original_s(void **state)
{
    struct connmon_observation seen = full_packet();

    (void)state;
    expect_line(seen, machine,
                "1234567890.987654 0.001234 0.000000 -1460 12.345678    9      63 " FLOW);
    seen = packet();
    seen.result.seq_gap = 1;
    expect_line(seen, machine,
                "1234567890.987654    *        *        1    -        9      63 " FLOW);
}

static void a_person_reads_units(void **state)
{
    struct connmon_observation seen = full_packet();

    (void)state;
    expect_line(seen, human, "23:31:30.987654 1.23ms 1.00us  -1460  12.3s     9        63 " FLOW);
    seen = packet();
    seen.result.seq_gap = 1;
    expect_line(seen, human, "23:31:30.987654    *      *        1    -       9        63 " FLOW);
}

static void delays_have_three_digits(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0.00us"},
        {4, "0.00us"},
        {5, "0.01us"},
        {9994, "9.99us"},
        {9995, "10.0us"},
        {99949, "99.9us"},
        {99950, " 100us"},
        {999499, " 999us"},
        {999500, "1.00ms"},
        {1000000, "1.00ms"},
        {999499999, " 999ms"},
        {999500000, " 1.00s"},
        {1000000000, " 1.00s"},
        {10000000000, " 10.0s"},
        {100000000000, "  100s"},
        {1234567000000000, "1234567s"},
        {INT64_MAX, "9223372037s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct connmon_observation seen = packet();
        char expected[CONNMON_LINE_SIZE];

        seen.result.seqno = (struct connmon_delay){.present = true, .ns = cases[i].ns};
        snprintf(expected, sizeof(expected),
                 "23:31:30.987654    *   %s      0    -       9        63 " FLOW, cases[i].text);
        expect_line(seen, human, expected);
    }
}

static void only_what_is_worth_it_has_a_line(void **state)
{
    const struct connmon_line_format quick = {.machine = true, .quick = true};
    char line[CONNMON_LINE_SIZE];
    struct connmon_observation seen;

#define has_line(format) (connmon_line(line, sizeof(line), &seen, format) > 0)
    (void)state;
    seen = packet();
    assert_false(has_line(machine));
    assert_false(has_line(quick));
    seen.result.seq_gap = -1;
    assert_true(has_line(machine));
    assert_false(has_line(quick));
    seen = packet();
    seen.result.dup_ack.num = 1; /* of age 0 */
    assert_true(has_line(machine));
    assert_false(has_line(quick));
    seen = packet();
    seen.result.tsval.present = true; /* of length 0 */
    assert_true(has_line(machine));
    assert_true(has_line(quick));
    seen = packet();
    seen.result.seqno.present = true;
    assert_true(has_line(machine));
    assert_true(has_line(quick));
}

static void times_at_the_edges(void **state)
{
    struct connmon_observation seen = packet();

    (void)state;
    seen.result.seq_gap = 1;
    seen.time_ns = -1500;
    expect_line(seen, machine, "-0.000001    *        *        1    -        9      63 " FLOW);
    expect_line(seen, human, "23:59:59.999998    *      *        1    -       9        63 " FLOW);
    seen.time_ns = INT64_MIN;
    expect_line(seen, machine,
                "-9223372036.854775    *        *        1    -        9      63 " FLOW);
    seen.time_unknown = true;
    expect_line(seen, machine, "*    *        *        1    -        9      63 " FLOW);
    expect_line(seen, human, "       *           *      *        1    -       9        63 " FLOW);
}

static void the_longest_line_fits(void **state)
{
    struct connmon_observation seen = full_packet();
    char line[CONNMON_LINE_SIZE];
    size_t size;

    (void)state;
    memset(&seen.src, 0xfe, sizeof(seen.src));
    seen.src.addr_len = 16;
    seen.dst = seen.src;
    seen.time_ns = INT64_MIN;
    seen.result.tsval.ns = seen.result.seqno.ns = seen.result.dup_ack.age_ns = INT64_MAX;
    seen.result.seq_gap = INT32_MIN;
    seen.result.payload_len = UINT32_MAX;
    seen.result.flow_bytes = UINT64_MAX;
    size = connmon_line(line, sizeof(line), &seen, machine);
    assert_true(size >= 200 && size < sizeof(line));
    assert_int_equal(line[size - 1], '\n');
}

static void a_line_is_cut_to_its_room(void **state)
{
    const struct connmon_observation seen = full_packet();
    char whole[CONNMON_LINE_SIZE], line[CONNMON_LINE_SIZE];
    size_t size = connmon_line(whole, sizeof(whole), &seen, machine);

    (void)state;
    for (size_t room = 0; room < size; room++) {
        memset(line, '#', sizeof(line));
        assert_int_equal(connmon_line(line, room, &seen, machine), room);
        assert_memory_equal(line, whole, room);
        assert_int_equal(line[room], '#');
    }
}

/* An address with many zeros, which is where writing IPv6 is hard. */
static struct connmon_endpoint random_ipv6(uint64_t *random)
{
    struct connmon_endpoint end = {.addr_len = 16};

    for (int i = 0; i < 16; i++) {
        uint32_t r = scenario_random(random);

        end.addr[i] = (uint8_t)(r & 0x100 ? r & 0xff : r & 0x200 ? 0xff : 0);
        if (r & 0xc00)
            end.addr[i] = 0;
    }
    return end;
}

static void addresses_are_written_as_libc_does(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        const struct connmon_endpoint end = random_ipv6(&random);
        char made[64], expected[INET6_ADDRSTRLEN + 8];
        struct text text = {made, made + sizeof(made)};

        text_endpoint(&text, &end);
        *text.at = '\0';
        inet_ntop(AF_INET6, end.addr, expected, INET6_ADDRSTRLEN);
        strcat(expected, ":0");
        assert_string_equal(made, expected);
    }
}

static int use_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_original_s),
        cmocka_unit_test(a_person_reads_units),
        cmocka_unit_test(delays_have_three_digits),
        cmocka_unit_test(only_what_is_worth_it_has_a_line),
        cmocka_unit_test(times_at_the_edges),
        cmocka_unit_test(the_longest_line_fits),
        cmocka_unit_test(a_line_is_cut_to_its_room),
        cmocka_unit_test(addresses_are_written_as_libc_does),
    };

    return cmocka_run_group_tests(tests, use_utc, NULL);
}
