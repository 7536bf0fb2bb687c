/* test_flow_index.c - which packets each connection has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include <stdbool.h>
#include <stdlib.h>

#include "flow_index.h"
#include "ranges.h"

static void numbers_come_back(void **state)
{
    static const uint64_t numbers[] = {
        1, 2, 3, 7, 9, 10, 200, 1000, 1001, 70000, UINT64_C(1) << 40, UINT64_MAX - 1, UINT64_MAX};
    struct memory memory;
    struct ranges ranges = {0};
    struct ranges_cursor cursor = {0};
    uint64_t first, last;
    size_t i = 0;

    (void)state;
    memory_init(&memory, 0);
    assert_false(ranges_next(&ranges, &cursor, &first, &last));
    for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
        assert_true(ranges_add(&ranges, numbers[j], &memory));
    cursor = (struct ranges_cursor){0};
    while (ranges_next(&ranges, &cursor, &first, &last))
        for (uint64_t number = first; number - 1 != last; number++)
            assert_int_equal(numbers[i++], number);
    assert_int_equal(i, sizeof(numbers) / sizeof(numbers[0]));
    ranges_clear(&ranges, &memory);
    memory_release(&memory);
}

/* A million packets stay small, even if each second one is of another flow. */
static void runs_are_small(void **state)
{
    struct memory memory;
    struct ranges ranges = {0};
    struct ranges_cursor cursor = {0};
    uint64_t first, last, count = 0;

    (void)state;
    memory_init(&memory, 0);
    for (uint64_t number = 1; number < 2000000; number += 2)
        ranges_add(&ranges, number, &memory);
    assert_true(ranges.size <= 2000000);
    while (ranges_next(&ranges, &cursor, &first, &last)) {
        assert_int_equal(first, 1 + 2 * count++);
        assert_int_equal(first, last);
    }
    assert_int_equal(count, 1000000);
    ranges_clear(&ranges, &memory);
    for (uint64_t number = 1; number < 1000000; number++)
        ranges_add(&ranges, number, &memory);
    assert_int_equal(ranges.capacity, 0);
    memory_release(&memory);
}

static void a_want_of_memory_is_told(void **state)
{
    struct memory memory;
    struct ranges ranges = {0};

    (void)state;
    memory_init(&memory, 1);
    assert_true(ranges_add(&ranges, 1, &memory));
    assert_true(ranges_add(&ranges, 2, &memory));
    assert_false(ranges_add(&ranges, 9, &memory));
    assert_int_equal(ranges.last, 2);
}

static void keep(void *to, const char *text, size_t length)
{
    strncat(to, text, length);
}

/* Without tcp.stream, the frames tell reused ports apart. */
static void the_program_has_no_streams(void **state)
{
    const struct flow_index_options options = {0};
    struct flow_index *index = flow_index_new(0);
    char text[4096] = "";

    (void)state;
    for (uint64_t packet = 5; packet <= 8; packet++) {
        struct connmon_observation seen = observe(1000, packet & 1, CONNMON_ACK, 0);

        seen.packet = packet;
        flow_index_add(index, &seen);
    }
    assert_true(flow_index_write(index, &options, keep, text));
    assert_non_null(strstr(text, "\"filter\":\"frame.number >= 5 && frame.number <= 8 && "
                                 "(connmon.flow == \\\"192.0.2.1:40000+198.51.100.2:80\\\" ||"));
    assert_non_null(strstr(text, "\"frames\":\"6,8\""));
    flow_index_reset(index);
    text[0] = '\0';
    assert_true(flow_index_write(index, &options, keep, text));
    assert_string_equal(text, "");
    flow_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(runs_are_small),
        cmocka_unit_test(a_want_of_memory_is_told),
        cmocka_unit_test(the_program_has_no_streams),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
