/* test_holes.c - the ranges that are missing from a sequence space
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "holes_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void without_holes_nothing_is_filled(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    assert_false(fill(&f, 0, 100));
    assert_int_equal(f.memory.allocations, 0);
    clear(&f);
}

static void edges_do_not_touch(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    add(&f, 100, 200);
    assert_false(fill(&f, 50, 100));
    assert_false(fill(&f, 200, 250));
    assert_true(fill(&f, 199, 200));
    assert_true(fill(&f, 100, 101));
    assert_true(fill(&f, 0, 300));
    assert_false(fill(&f, 0, 300));
    clear(&f);
}

static void a_fill_across_holes_trims_both_ends(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t start = 100; start < 600; start += 100)
        add(&f, start, start + 50);
    assert_true(fill(&f, 120, 520)); /* leaves 100-120 and 520-550 */
    assert_false(fill(&f, 120, 520));
    assert_true(fill(&f, 119, 120));
    assert_true(fill(&f, 520, 521));
    assert_true(fill(&f, 549, 560));
    assert_false(fill(&f, 549, 560));
    clear(&f);
}

static void shuffle(uint32_t *values, uint32_t count, uint64_t *seed)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = scenario_random(seed) % i, value = values[j];

        values[j] = values[i - 1];
        values[i - 1] = value;
    }
}

static void seventy_thousand_holes_fill_in_any_order(void **state)
{
    enum { COUNT = 70000 };
    struct fixture f = empty(0, 0);
    uint32_t *starts = malloc(COUNT * sizeof(*starts));
    uint32_t base = UINT32_MAX - 100 * (COUNT / 2); /* across the wrap */
    uint64_t seed = 5;

    (void)state;
    assert_non_null(starts);
    for (uint32_t i = 0; i < COUNT; i++) {
        starts[i] = base + 100 * i;
        add(&f, starts[i], starts[i] + 50);
    }
    shuffle(starts, COUNT, &seed);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(fill(&f, starts[i], starts[i] + 50));
        assert_false(fill(&f, starts[i], starts[i] + 50));
    }
    assert_int_equal(f.evicted, 0);
    free(starts);
    clear(&f);
}

static void one_hole_splits_into_thousands(void **state)
{
    enum { COUNT = 5000 };
    struct fixture f = empty(0, 0);
    uint32_t odd[COUNT];
    uint64_t seed = 9;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        odd[i] = 2 * i + 1;
    shuffle(odd, COUNT, &seed);
    add(&f, 0, 2 * COUNT + 1);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(fill(&f, odd[i], odd[i] + 1));
    for (uint32_t i = 0; i <= 2 * COUNT; i++)
        assert_int_equal(fill(&f, i, i + 1), i % 2 == 0 ? 1 : 0);
    clear(&f);
}

static void at_the_cap_the_lowest_is_forgotten(void **state)
{
    struct fixture f = empty(3, 0);

    (void)state;
    for (uint32_t start = 100; start <= 400; start += 100)
        add(&f, start, start + 50);
    assert_int_equal(f.evicted, 1);
    assert_false(fill(&f, 100, 150));
    assert_true(fill(&f, 220, 230)); /* no room to split: its lower part is forgotten */
    assert_int_equal(f.evicted, 2);
    assert_false(fill(&f, 200, 220));
    assert_true(fill(&f, 230, 250));
    assert_true(fill(&f, 300, 350));
    assert_true(fill(&f, 400, 450));
    clear(&f);
}

static void a_cap_of_one_keeps_the_newest(void **state)
{
    struct fixture f = empty(1, 0);

    (void)state;
    for (uint32_t start = 100; start < 5000; start += 100) {
        add(&f, start, start + 50);
        assert_true(fill(&f, start, start + 10));
        assert_false(fill(&f, start - 100, start));
    }
    assert_int_equal(f.evicted, 48);
    clear(&f);
}

static void without_memory_the_lowest_is_forgotten(void **state)
{
    struct fixture f = empty(0, 1);

    (void)state;
    add(&f, 100, 200);
    assert_int_equal(f.evicted, 1);
    assert_false(fill(&f, 100, 200));
    clear(&f);

    f = empty(0, 64); /* a few fit */
    for (uint32_t start = 100; start < 5000; start += 100)
        add(&f, start, start + 50);
    assert_true(f.evicted > 0);
    assert_true(fill(&f, 4900, 4950));
    assert_false(fill(&f, 100, 150));
    clear(&f);
}

static void what_is_2_31_behind_is_forgotten(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    add(&f, 0, 100);
    add(&f, 1000, 1100);
    f.high = 1050 + (uint32_t)INT32_MAX;
    assert_false(fill(&f, 0, 100));
    assert_false(fill(&f, 1000, 1050));
    assert_true(fill(&f, 1050, 1100));
    clear(&f);
}

/* Whichever hole of hundreds is split, all stay in order. */
static void any_of_many_holes_splits(void **state)
{
    enum { COUNT = 510 };

    (void)state;
    for (uint32_t split = 0; split < COUNT; split++) {
        struct fixture f = empty(0, 0);

        for (uint32_t i = 0; i < COUNT; i++)
            add(&f, 10 * i, 10 * i + 9);
        assert_int_equal(fill(&f, 10 * split + 4, 10 * split + 5), 1);
        for (uint32_t i = 0; i < COUNT; i++)
            assert_int_equal(fill(&f, 10 * i, 10 * i + 10), i == split ? 8 : 9);
        clear(&f);
    }
}

static void many_holes_are_forgotten_at_once(void **state)
{
    enum { COUNT = 3000 };
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        add(&f, 10 * i, 10 * i + 9);
    holes_forget_behind(&f.holes, 10 * (COUNT - 1) + (uint32_t)INT32_MAX, &f.memory);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(fill(&f, 10 * i, 10 * i + 10), i + 1 < COUNT ? 0 : 9);
    clear(&f);
}

/* At a limit of memory all is forgotten in order, and what is filled leaves its memory to others.
 */
static void runs_come_and_go_within_a_limit_of_memory(void **state)
{
    enum { COUNT = 20000, LIMIT = 1 << 16 };
    struct fixture f = empty(0, LIMIT);
    uint64_t allocations = 0;

    (void)state;
    for (uint32_t i = 0; i < 2 * COUNT; i++) {
        add(&f, 10 * i, 10 * i + 5);
        assert_int_equal(fill(&f, 10 * i, 10 * i + 1), 1);
        assert_true(f.memory.used <= LIMIT);
        if (i == COUNT)
            allocations = f.memory.allocations;
    }
    assert_true(f.evicted > COUNT && f.evicted < 2 * COUNT - 2000);
    assert_int_equal(f.memory.allocations, allocations);
    clear(&f);
}

/* Wherever the memory ends, in a run, its other half or the directory: what is found is what no
 * fill has taken yet, and only what was told to be evicted is not found. */
static void splits_stay_in_order_whatever_the_memory(void **state)
{
    enum { COUNT = 2000 };
    static bool is_filled[2 * COUNT + 1];

    (void)state;
    for (size_t limit = 64; limit < 40000; limit += 509) {
        struct fixture f = empty(0, limit);
        uint64_t seed = limit;
        uint32_t lost = 0;

        memset(is_filled, 0, sizeof(is_filled));
        add(&f, 0, 2 * COUNT + 1);
        for (uint32_t i = 0; i < COUNT; i++) {
            const uint32_t at = scenario_random(&seed) % (2 * COUNT + 1);
            const uint64_t evicted = f.evicted;
            const uint32_t filled = fill(&f, at, at + 1);

            assert_true(filled == 0 || !is_filled[at]);
            is_filled[at] |= filled != 0;
            assert_true(f.memory.used <= limit);
            assert_true(f.evicted == evicted || filled == 1);
        }
        for (uint32_t i = 0; i <= 2 * COUNT; i++)
            lost += fill(&f, i, i + 1) == 0 && !is_filled[i];
        assert_int_equal(lost > 0, f.evicted > 0);
        clear(&f);
    }
}

static double seconds_to_split(uint32_t count, int order)
{
    struct fixture f = empty(0, 0);
    const clock_t begin = clock();
    uint64_t seed = 31;

    add(&f, 0, 4 * count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t at = order == 0   ? 4 * i + 1
                            : order == 1 ? 4 * (count - i) - 1
                                         : scenario_random(&seed) % (4 * count);

        fill(&f, at, at + 1);
    }
    clear(&f);
    return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* In an array of all, each of these moves half of it: 16 times the time for 4 times the holes. */
static void many_holes_cost_no_more_than_few(void **state)
{
    (void)state;
    for (int order = 0; order < 3; order++)
        assert_true(seconds_to_split(400000, order) < 8 * seconds_to_split(100000, order) + 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_holes_nothing_is_filled),
        cmocka_unit_test(edges_do_not_touch),
        cmocka_unit_test(a_fill_across_holes_trims_both_ends),
        cmocka_unit_test(seventy_thousand_holes_fill_in_any_order),
        cmocka_unit_test(one_hole_splits_into_thousands),
        cmocka_unit_test(at_the_cap_the_lowest_is_forgotten),
        cmocka_unit_test(a_cap_of_one_keeps_the_newest),
        cmocka_unit_test(without_memory_the_lowest_is_forgotten),
        cmocka_unit_test(what_is_2_31_behind_is_forgotten),
        cmocka_unit_test(any_of_many_holes_splits),
        cmocka_unit_test(many_holes_are_forgotten_at_once),
        cmocka_unit_test(runs_come_and_go_within_a_limit_of_memory),
        cmocka_unit_test(splits_stay_in_order_whatever_the_memory),
        cmocka_unit_test(many_holes_cost_no_more_than_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
