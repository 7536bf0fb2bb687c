/* test_scale.c - numbers with a unit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "scale.h"

struct words {
    char bytes[64];
};

static const char *alone(struct words *words, enum report_type type, int64_t number)
{
    struct text text = {words->bytes, words->bytes + sizeof(words->bytes) - 1};

    scale_put_alone(&text, type, number);
    *text.at = '\0';
    return words->bytes;
}

static const char *in(struct words *words, const struct scale *scale, enum report_type type,
                      int64_t number)
{
    struct text text = {words->bytes, words->bytes + sizeof(words->bytes) - 1};

    scale_put(&text, scale, type, number);
    *text.at = '\0';
    return words->bytes;
}

static void a_number_alone_has_three_digits_and_is_rounded(void **state)
{
    struct words words;

    (void)state;
    assert_string_equal(alone(&words, REPORT_TIME, 10959000000), "11.0 s");
    assert_string_equal(alone(&words, REPORT_TIME, 24949999), "24.9 ms");
    assert_string_equal(alone(&words, REPORT_TIME, 24950000), "25.0 ms");
    assert_string_equal(alone(&words, REPORT_TIME, 999999), "1.00 ms");
    assert_string_equal(alone(&words, REPORT_TIME, 0), "0 us");
    assert_string_equal(alone(&words, REPORT_TIME, -5), "0 us");
    assert_string_equal(alone(&words, REPORT_BYTES, 999), "999 B");
    assert_string_equal(alone(&words, REPORT_BYTES, 1500), "1.50 kB");
    assert_string_equal(alone(&words, REPORT_RATE, 12345678), "12.3 Mbit/s");
}

/* Sees the numbers, and returns the width that it settles for. */
static size_t settled(struct scale *scale, enum report_type type, const int64_t *numbers,
                      size_t count)
{
    *scale = (struct scale){0};
    for (size_t i = 0; i < count; i++)
        scale_see(scale, numbers[i]);
    return scale_settle(scale, type);
}

static void a_column_has_one_unit(void **state)
{
    static const int64_t times[] = {1500000000, 20000000, 0}, bytes[] = {7, 999};
    static const int64_t far[] = {3, 2000000};
    struct scale scale;
    struct words words;

    (void)state;
    assert_int_equal(settled(&scale, REPORT_TIME, times, 3), strlen("1.500 s"));
    assert_string_equal(in(&words, &scale, REPORT_TIME, times[0]), "1.500 s");
    assert_string_equal(in(&words, &scale, REPORT_TIME, times[1]), "0.020 s");
    assert_string_equal(in(&words, &scale, REPORT_TIME, times[2]), "0 s");
    assert_int_equal(settled(&scale, REPORT_BYTES, bytes, 2), strlen("999 B"));
    assert_string_equal(in(&words, &scale, REPORT_BYTES, 7), "7 B");
    settled(&scale, REPORT_TIME, far, 2); /* a unit in which the smallest does not vanish */
    assert_string_equal(in(&words, &scale, REPORT_TIME, far[0]), "0.003 us");
    assert_string_equal(in(&words, &scale, REPORT_TIME, far[1]), "2000.000 us");
}

static void what_would_vanish_is_said_to_be_small(void **state)
{
    static const int64_t bytes[] = {1, INT64_C(5000000000000)};
    struct scale scale;
    struct words words;

    (void)state;
    settled(&scale, REPORT_BYTES, bytes, 2);
    assert_string_equal(in(&words, &scale, REPORT_BYTES, 1), "<0.001 GB");
    assert_string_equal(in(&words, &scale, REPORT_BYTES, 0), "0 GB");
    assert_string_equal(in(&words, &scale, REPORT_BYTES, bytes[1]), "5000.000 GB");
}

/* The width is right for every number of the column, since the others are aligned by it. */
static void nothing_is_wider_than_the_column(void **state)
{
    static const enum report_type types[] = {REPORT_TIME, REPORT_BYTES, REPORT_RATE};
    uint64_t seed = 5;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        int64_t numbers[5];
        struct scale scale;
        size_t width;

        for (int n = 0; n < 5; n++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            numbers[n] = (int64_t)(seed >> (1 + 2 * (seed >> 59)));
        }
        width = settled(&scale, types[i % 3], numbers, 5);
        for (int n = 0; n < 5; n++) {
            struct words words;

            assert_true(strlen(in(&words, &scale, types[i % 3], numbers[n])) <= width);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_alone_has_three_digits_and_is_rounded),
        cmocka_unit_test(a_column_has_one_unit),
        cmocka_unit_test(what_would_vanish_is_said_to_be_small),
        cmocka_unit_test(nothing_is_wider_than_the_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
