/* test_histogram.c - percentiles, against the sorted samples
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include <stdlib.h>

#include "histogram.h"

enum { SAMPLES = 20000, KIND = 1 };

static int64_t percentile(const struct histogram *histogram, unsigned percent)
{
    return histogram_value(histogram_position(histogram, KIND, percent));
}

static int ascending(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

static void assert_near(int64_t found, int64_t exact)
{
    int64_t off = found < exact ? exact - found : found - exact;

    assert_true(off <= exact / 64);
}

static void assert_percentiles(const struct histogram *histogram, int64_t *samples, size_t count)
{
    qsort(samples, count, sizeof(*samples), ascending);
    assert_int_equal(histogram_count(histogram, KIND), count);
    for (unsigned percent = 1; percent <= 100; percent++) {
        size_t rank = (count * percent + 99) / 100;

        assert_near(percentile(histogram, percent), samples[rank - 1]);
    }
}

/* From nanoseconds to years, each magnitude equally often. */
static int64_t any_delay(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*state >> (1 + (*state >> 7) % 63));
}

static void percentiles_are_near_the_exact_ones(void **state)
{
    static int64_t samples[SAMPLES];
    struct memory memory;
    uint64_t chance = 1;

    (void)state;
    memory_init(&memory, 0);
    for (size_t count = 1; count <= SAMPLES; count = count * 3 + 1) {
        struct histogram histogram = {0};

        for (size_t i = 0; i < count; i++) {
            samples[i] = any_delay(&chance);
            assert_true(histogram_add(&histogram, KIND, samples[i], &memory));
        }
        assert_percentiles(&histogram, samples, count);
        histogram_clear(&histogram, &memory);
    }
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

static void the_extremes_fit(void **state)
{
    struct histogram histogram = {0};
    struct memory memory;

    (void)state;
    memory_init(&memory, 0);
    assert_int_equal(percentile(&histogram, 50), 0);
    assert_true(histogram_add(&histogram, KIND, -5, &memory));
    assert_int_equal(percentile(&histogram, 100), 0);
    assert_true(histogram_add(&histogram, KIND, INT64_MAX, &memory));
    assert_near(percentile(&histogram, 100), INT64_MAX);
    assert_int_equal(percentile(&histogram, 50), 0);
    histogram_clear(&histogram, &memory);
    memory_release(&memory);
}

static void merged_is_as_if_added_here(void **state)
{
    static int64_t samples[SAMPLES];
    struct histogram parts[3] = {{0}}, whole = {0};
    struct memory memory;
    uint64_t chance = 2;

    (void)state;
    memory_init(&memory, 0);
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = any_delay(&chance);
        assert_true(histogram_add(&parts[i % 3], KIND, samples[i], &memory));
    }
    for (int i = 0; i < 3; i++) {
        assert_true(histogram_merge(&whole, &parts[i], &memory));
        histogram_clear(&parts[i], &memory);
    }
    assert_percentiles(&whole, samples, SAMPLES);
    histogram_clear(&whole, &memory);
    memory_release(&memory);
}

static void samples_cost_little(void **state)
{
    struct histogram histogram = {0};
    struct memory memory;
    uint64_t chance = 3;

    (void)state;
    memory_init(&memory, 0);
    for (int i = 0; i < HISTOGRAM_FEW; i++)
        histogram_add(&histogram, KIND, 20 * MS + i * MS, &memory);
    assert_int_equal(memory.used, 0);
    for (int i = HISTOGRAM_FEW; i < 16; i++)
        histogram_add(&histogram, KIND, 20 * MS + i * MS, &memory);
    memory_release(&memory);
    assert_int_equal(memory.used, 64);
    for (int i = 0; i < 1000 * 1000; i++)
        histogram_add(&histogram, KIND, any_delay(&chance), &memory);
    memory_release(&memory);
    assert_true(memory.used <= 8 * 1024);
    histogram_clear(&histogram, &memory);
    memory_release(&memory);
}

/* More than a bucket can count. */
static void equal_samples_are_all_counted(void **state)
{
    enum { MANY = 65535 * 3 + 7 };
    struct histogram histogram = {0}, sum = {0};
    struct memory memory;

    (void)state;
    memory_init(&memory, 0);
    for (int i = 0; i < MANY; i++)
        histogram_add(&histogram, KIND, 20, &memory);
    for (int i = 0; i < MANY; i++)
        histogram_add(&histogram, KIND, 10, &memory);
    for (int i = 0; i < 5; i++)
        assert_true(histogram_merge(&sum, &histogram, &memory));
    histogram_add(&sum, KIND, 10, &memory);
    assert_int_equal(histogram_count(&sum, KIND), 10 * MANY + 1);
    assert_int_equal(percentile(&sum, 50), 10);
    assert_int_equal(percentile(&sum, 51), 20);
    assert_int_equal(percentile(&histogram, 50), 10);
    assert_true(sum.used <= 2 * (5 * 4 + 1));
    histogram_clear(&histogram, &memory);
    histogram_clear(&sum, &memory);
    memory_release(&memory);
}

static void kinds_are_told_apart(void **state)
{
    enum { KINDS = 3, LAST = HISTOGRAM_KINDS - 1 };
    static int64_t samples[KINDS][SAMPLES];
    static const unsigned kinds[KINDS] = {LAST, 0, KIND};
    struct histogram histogram = {0};
    struct memory memory;
    uint64_t chance = 4;

    (void)state;
    memory_init(&memory, 0);
    for (size_t i = 0; i < SAMPLES; i++)
        for (int k = 0; k < KINDS; k++) {
            samples[k][i] = any_delay(&chance) >> 9 * k;
            assert_true(histogram_add(&histogram, kinds[k], samples[k][i], &memory));
        }
    for (int k = 0; k < KINDS; k++) {
        qsort(samples[k], SAMPLES, sizeof(*samples[k]), ascending);
        assert_int_equal(histogram_count(&histogram, kinds[k]), SAMPLES);
        for (unsigned percent = 1; percent <= 100; percent++)
            assert_near(histogram_value(histogram_position(&histogram, kinds[k], percent)),
                        samples[k][SAMPLES / 100 * percent - 1]);
    }
    assert_int_equal(histogram_count(&histogram, KIND + 1), 0);
    assert_int_equal(histogram_position(&histogram, KIND + 1, 50), 0);
    histogram_clear(&histogram, &memory);
    memory_release(&memory);
}

static void without_memory_samples_are_refused(void **state)
{
    struct histogram histogram = {0}, other = {0};
    struct memory memory, none;

    (void)state;
    memory_init(&memory, 0);
    memory_init(&none, 1);
    for (int i = 0; i < HISTOGRAM_FEW; i++)
        assert_true(histogram_add(&histogram, KIND, i, &none));
    assert_false(histogram_add(&histogram, KIND, HISTOGRAM_FEW, &none));
    assert_true(histogram_add(&other, KIND, 100, &memory));
    assert_true(histogram_add(&other, KIND, 0, &memory));
    assert_false(histogram_merge(&histogram, &other, &none));
    assert_int_equal(histogram_count(&histogram, KIND), HISTOGRAM_FEW);
    assert_int_equal(percentile(&histogram, 100), HISTOGRAM_FEW - 1);
    histogram_clear(&other, &memory);
    memory_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_near_the_exact_ones),
        cmocka_unit_test(the_extremes_fit),
        cmocka_unit_test(merged_is_as_if_added_here),
        cmocka_unit_test(samples_cost_little),
        cmocka_unit_test(equal_samples_are_all_counted),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(without_memory_samples_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
