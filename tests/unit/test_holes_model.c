/* test_holes_model.c - holes against models that need no art: a flag for each byte, a plain array
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "holes_fixture.h"

#include <string.h>

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

/* The same without any art: a sorted array, searched from its beginning. */
struct plain {
    struct {
        uint32_t start, end;
    } holes[12000];
    uint32_t count, max;
    uint64_t evicted;
};

static void plain_remove(struct plain *plain, uint32_t i)
{
    plain->count--;
    memmove(&plain->holes[i], &plain->holes[i + 1], (plain->count - i) * sizeof(plain->holes[0]));
}

static void plain_insert(struct plain *plain, uint32_t i, uint32_t start, uint32_t end)
{
    assert_true(plain->count < sizeof(plain->holes) / sizeof(plain->holes[0]));
    memmove(&plain->holes[i + 1], &plain->holes[i], (plain->count - i) * sizeof(plain->holes[0]));
    plain->holes[i].start = start;
    plain->holes[i].end = end;
    plain->count++;
}

static bool plain_is_full(struct plain *plain)
{
    const bool is_full = plain->max != 0 && plain->count >= plain->max;

    plain->evicted += is_full;
    return is_full;
}

static void plain_forget_behind(struct plain *plain, uint32_t high)
{
    while (plain->count > 0 && high - plain->holes[0].end >= INT32_MAX)
        plain_remove(plain, 0);
    if (plain->count > 0 && high - plain->holes[0].start > INT32_MAX)
        plain->holes[0].start = high - INT32_MAX;
}

static void plain_add(struct plain *plain, uint32_t start, uint32_t end)
{
    plain_forget_behind(plain, end);
    if (plain_is_full(plain))
        plain_remove(plain, 0);
    plain_insert(plain, plain->count, start, end);
}

/* As distances below `high`, plain numbers that do not wrap. */
static uint32_t plain_fill(struct plain *plain, uint32_t start, uint32_t end, uint32_t high)
{
    uint32_t filled = 0;

    plain_forget_behind(plain, high);
    for (uint32_t i = 0; i < plain->count; i++) {
        const uint32_t from = plain->holes[i].start, to = plain->holes[i].end;

        if (high - to >= high - start || high - from <= high - end)
            continue;
        if (high - from > high - start && high - to < high - end) {
            if (!plain_is_full(plain))
                plain_insert(plain, i++, from, start);
            plain->holes[i].start = end;
            return end - start;
        }
        if (high - from > high - start) {
            filled += to - start;
            plain->holes[i].end = start;
        } else if (high - to < high - end) {
            filled += end - from;
            plain->holes[i].start = end;
        } else {
            filled += to - from;
            plain_remove(plain, i--);
        }
    }
    return filled;
}

static void assert_equal_holes(struct fixture *f, struct plain *plain)
{
    assert_int_equal(f->evicted, plain->evicted);
    while (plain->count > 0) {
        const uint32_t i = plain->count / 2, from = plain->holes[i].start;
        const uint32_t to = plain->holes[i].end;

        assert_int_equal(fill(f, from - 1, to + 1), plain_fill(plain, from - 1, to + 1, f->high));
    }
    assert_int_equal(fill(f, f->high - INT32_MAX, f->high), 0);
}

/* `long_one_in`: of so many fills, one is long enough for many holes; of so many holes, one brings
 * what lies behind near to 2^31. */
static void agree_with_plain(uint64_t *seed, uint32_t max, uint32_t adds_in_100,
                             uint32_t long_one_in)
{
    struct fixture f = empty(max, 0);
    struct plain plain = {.max = max};
    uint32_t end = scenario_random(seed);

    f.high = end;
    for (int i = 0; i < 12000; i++) {
        const uint32_t random = scenario_random(seed), back = scenario_random(seed) % 200000;
        const uint32_t start = f.high - 1 - back;
        uint32_t len = 1 + random % 8;

        if (random % 100 < adds_in_100) {
            end = f.high + 1 + random % 40 +
                  (random % (100 * long_one_in) == 0 ? UINT32_C(1) << 29 : 0);
            add(&f, end, end + 1 + random % 100);
            plain_add(&plain, end, end + 1 + random % 100);
        } else {
            if (scenario_random(seed) % long_one_in == 0)
                len = scenario_random(seed) % 150000;
            if (len > back)
                len = back + 1;
            assert_int_equal(fill(&f, start, start + len),
                             plain_fill(&plain, start, start + len, f.high));
        }
        assert_int_equal(f.evicted, plain.evicted);
    }
    assert_equal_holes(&f, &plain);
    clear(&f);
}

static void random_holes_agree_with_a_plain_array(void **state)
{
    static const uint32_t limits[] = {0, 0, 3, 600, 1500};
    uint64_t seed = 29;

    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        for (uint32_t adds_in_100 = 20; adds_in_100 < 100; adds_in_100 += 30)
            for (uint32_t long_one_in = 300; long_one_in < 10000; long_one_in *= 10)
                agree_with_plain(&seed, limits[i], adds_in_100, long_one_in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_fills_agree_with_a_bitmap),
        cmocka_unit_test(random_holes_agree_with_a_plain_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
