/* test_holes.c - the ranges that are missing from a sequence space
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdlib.h>

#include "holes.h"

struct fixture {
    struct memory memory;
    struct holes *holes;
    uint32_t max, high;
    uint64_t evicted;
};

static struct fixture empty(uint32_t max, size_t memory_limit)
{
    struct fixture f = {.max = max};

    memory_init(&f.memory, memory_limit);
    return f;
}

static void add(struct fixture *f, uint32_t start, uint32_t end)
{
    holes_add(&f->holes, start, end, f->max, &f->memory, &f->evicted);
    f->high = end + 1;
}

static uint32_t fill(struct fixture *f, uint32_t start, uint32_t end)
{
    return holes_fill(&f->holes, start, end, f->high, f->max, &f->memory, &f->evicted);
}

static void clear(struct fixture *f)
{
    holes_clear(&f->holes, &f->memory);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    assert_null(f->holes);
}

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

/* Against one flag for each byte. */
static void random_fills_agree_with_a_bitmap(void **state)
{
    enum { SPAN = 4000 };
    uint64_t seed = 13;

    (void)state;
    for (int round = 0; round < 50; round++) {
        struct fixture f = empty(0, 0);
        bool missing[SPAN] = {false};
        uint32_t base = scenario_random(&seed);

        for (uint32_t start = 0, end; start < SPAN - 100; start = end + 1 + start % 7) {
            end = start + 1 + scenario_random(&seed) % 60;
            add(&f, base + start, base + end);
            for (uint32_t i = start; i < end; i++)
                missing[i] = true;
        }
        f.high = base + SPAN;
        for (int i = 0; i < 500; i++) {
            uint32_t start = scenario_random(&seed) % (SPAN - 200);
            uint32_t end = start + 1 + scenario_random(&seed) % (i % 3 ? 20 : 200);
            uint32_t filled = 0;

            for (uint32_t byte = start; byte < end; byte++) {
                filled += missing[byte];
                missing[byte] = false;
            }
            assert_int_equal(fill(&f, base + start, base + end), filled);
        }
        clear(&f);
    }
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
        cmocka_unit_test(random_fills_agree_with_a_bitmap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
