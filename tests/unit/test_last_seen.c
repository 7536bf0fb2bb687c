/* test_last_seen.c - connections found by their number, and called when their time may have come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdlib.h>

#include "deadlines.h"
#include "last_seen.h"

enum { NUMBERS = 20000 };

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

/* Compared with a plain array. Numbers come in order, as the core gives them, and go in disorder;
 * or all of them share their lowest bits, which is the worst that a capture can do. */
static void a_number_is_found_until_it_is_removed(void **state)
{
    static const uint32_t strides[] = {1, 64, 1 << 16};

    (void)state;
    for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
        struct memory memory;
        struct last_seen_table table;
        bool *is_there = calloc(NUMBERS, sizeof(*is_there));
        uint32_t seed = 7;

        assert_non_null(is_there);
        memory_init(&memory, 0);
        last_seen_init(&table, &memory);
        for (uint32_t n = 0; n < NUMBERS; n++) {
            uint32_t gone = random_below(&seed, n + 1), looked_at = random_below(&seed, NUMBERS);

            assert_non_null(last_seen_add(&table, n * strides[i], &is_there[n]));
            is_there[n] = true;
            last_seen_remove(&table, gone * strides[i]);
            is_there[gone] = false;
            assert_int_equal(last_seen_find(&table, looked_at * strides[i]) != NULL,
                             is_there[looked_at]);
        }
        for (uint32_t n = 0; n < NUMBERS; n++) {
            const struct last_seen *found = last_seen_find(&table, n * strides[i]);

            assert_int_equal(found != NULL, is_there[n]);
            assert_true(!found || (found->serial == n * strides[i] && found->of == &is_there[n]));
        }
        last_seen_clear(&table);
        memory_release(&memory);
        assert_int_equal(memory.used, 0);
        free(is_there);
    }
}

static void the_longest_unseen_is_called_first(void **state)
{
    struct deadlines deadlines = {0};
    struct memory memory;
    struct deadline before = {.seen_ns = -1}, next;
    uint32_t seed = 1;

    (void)state;
    memory_init(&memory, 0);
    for (uint32_t n = 0; n < NUMBERS; n++) /* many at the same time */
        assert_true(deadlines_add(&deadlines, random_below(&seed, NUMBERS / 4), n, &memory));
    for (uint32_t n = 0; n < NUMBERS; n++) {
        next = deadlines_take(&deadlines);
        assert_true(next.seen_ns > before.seen_ns ||
                    (next.seen_ns == before.seen_ns && next.serial > before.serial));
        before = next;
    }
    assert_int_equal(deadlines.count, 0);
    deadlines_clear(&deadlines, &memory);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

static bool is_multiple_of(const void *of, const struct deadline *deadline)
{
    return deadline->serial % *(const uint32_t *)of == 0;
}

static void what_is_left_by_a_sift_is_in_order(void **state)
{
    static const uint32_t factors[] = {1, 2, 3, 5, 7, 64, NUMBERS};

    (void)state;
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        struct deadlines deadlines = {0};
        struct memory memory;
        int64_t before_ns = -1;
        uint32_t seed = 3, left = 0;

        memory_init(&memory, 0);
        for (uint32_t n = 0; n < NUMBERS; n++)
            assert_true(deadlines_add(&deadlines, random_below(&seed, NUMBERS), n, &memory));
        deadlines_sift(&deadlines, is_multiple_of, &factors[i]);
        for (; deadlines.count > 0; left++) {
            const struct deadline next = deadlines_take(&deadlines);

            assert_true(next.seen_ns >= before_ns && next.serial % factors[i] == 0);
            before_ns = next.seen_ns;
        }
        assert_int_equal(left, (NUMBERS + factors[i] - 1) / factors[i]);
        deadlines_clear(&deadlines, &memory);
        memory_release(&memory);
    }
}

static void without_memory_none_is_added(void **state)
{
    struct deadlines deadlines = {0};
    struct memory memory;
    uint32_t added = 0;

    (void)state;
    memory_init(&memory, 4096);
    while (added < NUMBERS && deadlines_add(&deadlines, added, added, &memory))
        added++;
    assert_true(added > 0 && added < NUMBERS);
    for (uint32_t n = 0; n < added; n++)
        assert_int_equal(deadlines_take(&deadlines).serial, n);
    assert_int_equal(deadlines.count, 0);
    deadlines_clear(&deadlines, &memory);
    memory_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_found_until_it_is_removed),
        cmocka_unit_test(the_longest_unseen_is_called_first),
        cmocka_unit_test(what_is_left_by_a_sift_is_in_order),
        cmocka_unit_test(without_memory_none_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
