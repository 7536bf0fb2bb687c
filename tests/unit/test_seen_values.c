/* test_seen_values.c - the exact set of values seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "seen_values.h"

struct fixture {
    struct memory memory;
    struct seen_values set;
    seen_values_size size;
    uint64_t evicted;
};

static struct fixture empty(size_t memory_limit)
{
    struct fixture f = {0};

    memory_init(&f.memory, memory_limit);
    return f;
}

static bool add(struct fixture *f, uint32_t value, uint32_t max)
{
    return seen_values_add(&f->set, &f->size, value, max, &f->memory, &f->evicted);
}

static void clear(struct fixture *f)
{
    seen_values_clear(&f->set, &f->size, &f->memory);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    assert_int_equal(f->size, 0);
}

static void a_value_is_new_once(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t value = 0; value < 1000; value++) {
        assert_true(add(&f, value, 0));
        for (uint32_t known = 0; known <= value; known += 1 + value / 10)
            assert_false(add(&f, known, 0));
    }
    assert_int_equal(f.evicted, 0);
    clear(&f);
}

/* As acknos of many gigabytes. */
static void values_that_wrap_are_known_again(void **state)
{
    const uint32_t step = 0x10000001, values = 1000;
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t i = 0; i < values; i++) {
        assert_true(add(&f, i * step, 0));
        for (uint32_t known = 0; known <= i; known += 1 + i / 20)
            assert_false(add(&f, known * step, 0));
    }
    clear(&f);
}

static void late_values_are_known_again(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t value = 1000; value < 2000; value += 2)
        assert_true(add(&f, value, 0));
    for (uint32_t value = 0; value < 4000; value++)
        assert_int_equal(add(&f, value, 0), value % 2 != 0 || value < 1000 || value >= 2000);
    for (uint32_t value = 0; value < 4000; value++)
        assert_false(add(&f, value, 0));
    clear(&f);
}

/* Half the circle of values away, neither is the later one. */
static void opposite_values_are_distinct(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        assert_true(add(&f, i, 0));
        assert_true(add(&f, i + (UINT32_C(1) << 31), 0));
    }
    for (uint32_t i = 0; i < 100; i++) {
        assert_false(add(&f, i, 0));
        assert_false(add(&f, i + (UINT32_C(1) << 31), 0));
    }
    clear(&f);
}

static void few_values_need_no_memory(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t value = 0; value < SEEN_VALUES_FEW; value++)
        add(&f, value << 28, 0);
    assert_int_equal(f.memory.allocations, 0);
    clear(&f);
}

/* Values that share many bits, as multiples of a segment's size do, stay distinct and fast. */
static void regular_values_are_distinct(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (unsigned shift = 0; shift < 32; shift += 4) {
        uint32_t count = shift < 16 ? 10000 : UINT32_C(1) << (32 - shift);

        for (uint32_t i = 0; i < count; i++)
            assert_true(add(&f, i << shift, 0));
        for (uint32_t i = 0; i < count; i++)
            assert_false(add(&f, i << shift, 0));
        clear(&f);
    }
}

static void at_the_cap_it_starts_over(void **state)
{
    struct fixture f = empty(0);

    (void)state;
    for (uint32_t value = 1; value <= 100; value++)
        assert_true(add(&f, value, 100));
    assert_int_equal(f.evicted, 0);
    assert_true(add(&f, 101, 100));
    assert_int_equal(f.evicted, 100);
    assert_false(add(&f, 101, 100));
    assert_true(add(&f, 1, 100));
    clear(&f);
}

static void without_memory_it_starts_over(void **state)
{
    struct fixture f = empty(256); /* 64 bytes, and twice as many */

    (void)state;
    for (uint32_t value = 1; value <= 1000; value++) {
        assert_true(add(&f, value, 0));
        assert_false(add(&f, value, 0));
        assert_true(f.memory.used <= f.memory.limit);
    }
    assert_true(f.evicted > 900);
    clear(&f);

    f = empty(1); /* not even the first table */
    for (uint32_t value = 1; value <= 10; value++) {
        assert_true(add(&f, value, 0));
        assert_false(add(&f, value, 0));
    }
    assert_int_equal(f.evicted, 2 * SEEN_VALUES_FEW);
    clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_new_once),
        cmocka_unit_test(values_that_wrap_are_known_again),
        cmocka_unit_test(late_values_are_known_again),
        cmocka_unit_test(opposite_values_are_distinct),
        cmocka_unit_test(few_values_need_no_memory),
        cmocka_unit_test(regular_values_are_distinct),
        cmocka_unit_test(at_the_cap_it_starts_over),
        cmocka_unit_test(without_memory_it_starts_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
