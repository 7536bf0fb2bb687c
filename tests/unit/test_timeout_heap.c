/* test_timeout_heap.c - connections in the order in which they may time out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "timeout_heap.h"

enum { NUMBERS = 20000 };

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

static void the_longest_unseen_is_popped_first(void **state)
{
    struct timeout_heap heap = {0};
    struct memory memory;
    struct timeout before = {.seen_ns = -1}, next;
    uint32_t seed = 1;

    (void)state;
    memory_init(&memory, 0);
    for (uint32_t n = 0; n < NUMBERS; n++) /* many at the same time */
        assert_true(timeout_heap_add(&heap, random_below(&seed, NUMBERS / 4), n, &memory));
    for (uint32_t n = 0; n < NUMBERS; n++) {
        next = timeout_heap_pop(&heap);
        assert_true(next.seen_ns > before.seen_ns ||
                    (next.seen_ns == before.seen_ns && next.serial > before.serial));
        before = next;
    }
    assert_int_equal(heap.count, 0);
    timeout_heap_clear(&heap, &memory);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

static bool is_multiple_of(const void *of, const struct timeout *timeout)
{
    return timeout->serial % *(const uint32_t *)of == 0;
}

static void what_passes_a_filter_is_in_order(void **state)
{
    static const uint32_t factors[] = {1, 2, 3, 5, 7, 64, NUMBERS};

    (void)state;
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        struct timeout_heap heap = {0};
        struct memory memory;
        int64_t before_ns = -1;
        uint32_t seed = 3, left = 0;

        memory_init(&memory, 0);
        for (uint32_t n = 0; n < NUMBERS; n++)
            assert_true(timeout_heap_add(&heap, random_below(&seed, NUMBERS), n, &memory));
        timeout_heap_filter(&heap, is_multiple_of, &factors[i]);
        for (; heap.count > 0; left++) {
            const struct timeout next = timeout_heap_pop(&heap);

            assert_true(next.seen_ns >= before_ns && next.serial % factors[i] == 0);
            before_ns = next.seen_ns;
        }
        assert_int_equal(left, (NUMBERS + factors[i] - 1) / factors[i]);
        timeout_heap_clear(&heap, &memory);
        memory_release(&memory);
    }
}

static void without_memory_none_is_added(void **state)
{
    struct timeout_heap heap = {0};
    struct memory memory;
    uint32_t added = 0;

    (void)state;
    memory_init(&memory, 4096);
    while (added < NUMBERS && timeout_heap_add(&heap, added, added, &memory))
        added++;
    assert_true(added > 0 && added < NUMBERS);
    for (uint32_t n = 0; n < added; n++)
        assert_int_equal(timeout_heap_pop(&heap).serial, n);
    assert_int_equal(heap.count, 0);
    timeout_heap_clear(&heap, &memory);
    memory_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_unseen_is_popped_first),
        cmocka_unit_test(what_passes_a_filter_is_in_order),
        cmocka_unit_test(without_memory_none_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
