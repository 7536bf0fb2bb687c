/* test_ranges.c - the numbers of a connection's packets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "ranges.h"

static void assert_runs(const struct ranges *ranges, const uint64_t (*runs)[2], size_t count)
{
    struct ranges_cursor cursor = {0};
    uint64_t first, last;

    for (size_t i = 0; i < count; i++) {
        assert_true(ranges_next(ranges, &cursor, &first, &last));
        assert_true(first == runs[i][0] && last == runs[i][1]);
    }
    for (int i = 0; i < 2; i++)
        assert_false(ranges_next(ranges, &cursor, &first, &last));
}

static void numbers_that_follow_each_other_are_one_run(void **state)
{
    static const uint64_t runs[][2] = {{1, 3}, {5, 5}, {7, 1000}};
    struct memory memory;
    struct ranges ranges = {0};

    (void)state;
    memory_init(&memory, 0);
    assert_runs(&ranges, NULL, 0);
    for (size_t i = 0; i < 3; i++)
        for (uint64_t number = runs[i][0]; number <= runs[i][1]; number++)
            assert_true(ranges_add(&ranges, number, &memory));
    assert_runs(&ranges, runs, 3);
    assert_int_equal(ranges.size, 4); /* two bytes for each but the latest */
    ranges_clear(&ranges, &memory);
    assert_runs(&ranges, NULL, 0);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

static void numbers_may_be_as_large_as_they_can_be(void **state)
{
    static const uint64_t runs[][2] = {{127, 127},
                                       {129, 129},
                                       {(UINT64_C(1) << 32) - 1, UINT64_C(1) << 32},
                                       {(UINT64_C(1) << 63), (UINT64_C(1) << 63)},
                                       {UINT64_MAX, UINT64_MAX}};
    struct memory memory;
    struct ranges ranges = {0};

    (void)state;
    memory_init(&memory, 0);
    for (size_t i = 0; i < 5; i++)
        for (uint64_t number = runs[i][0];; number++) {
            assert_true(ranges_add(&ranges, number, &memory));
            if (number == runs[i][1])
                break;
        }
    assert_runs(&ranges, runs, 5);
    ranges_clear(&ranges, &memory);
    memory_release(&memory);
}

/* What there is no memory for is left out; what was kept before stays as it was. */
static void without_memory_a_number_is_left_out(void **state)
{
    struct memory memory;
    struct ranges ranges = {0};
    struct ranges_cursor cursor = {0};
    uint64_t first, last, kept = 0, number = 1;

    (void)state;
    memory_init(&memory, 256);
    while (number < 10000 && ranges_add(&ranges, number, &memory))
        number += 2;
    assert_true(number < 10000);
    assert_false(ranges_add(&ranges, number + 2, &memory));
    while (ranges_next(&ranges, &cursor, &first, &last)) {
        assert_true(first == 1 + 2 * kept && last == first);
        kept++;
    }
    assert_true(1 + 2 * kept == number);
    ranges_clear(&ranges, &memory);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_follow_each_other_are_one_run),
        cmocka_unit_test(numbers_may_be_as_large_as_they_can_be),
        cmocka_unit_test(without_memory_a_number_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
