/* test_number.c - numbers as users write them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "number.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_decimal_has_no_sign_and_no_other_base(void **state)
{
    static const char *const wrong[] = {"",    " 1", "1 ", "+1",  "-1",    "1x",    "0x1",  "inf",
                                        "nan", ".",  "e1", "1,5", "1e999", "1.2.3", "0x1p3"};
    double number = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_string_equal(number_decimal(wrong[i], &number), "a number");
    assert_true(number == 77); /* what is refused changes nothing */
    assert_null(number_decimal("0.25", &number));
    assert_true(number == 0.25);
    assert_null(number_decimal("2.5e-1", &number));
    assert_true(number == 0.25);
}

/* tshark sets the user's locale, in which a decimal point may be a comma. */
static void the_locale_makes_no_difference(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C"};
    int64_t ns = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !setlocale(LC_ALL, names[i]); i++)
        ;
    assert_null(number_seconds("2.5", &ns));
    assert_true(ns == 2500000000);
    assert_non_null(number_seconds("2,5", &ns));
    setlocale(LC_ALL, "C");
}

static void an_interval_is_above_0(void **state)
{
    int64_t ns = 5;

    (void)state;
    assert_string_equal(number_interval("0", &ns), "a number above 0");
    assert_string_equal(number_interval("1e10", &ns), "0, or from 1e-9 to 1e9 seconds");
    assert_true(ns == 5);
    assert_null(number_interval("1e-9", &ns));
    assert_true(ns == 1);
}

static void a_count_is_whole(void **state)
{
    uint64_t count = 7;

    (void)state;
    assert_string_equal(number_count("1.5", &count), "a whole number");
    assert_string_equal(number_count("18446744073709551616", &count),
                        "at most 18446744073709551615");
    assert_true(count == 7);
    assert_null(number_count("18446744073709551615", &count));
    assert_true(count == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decimal_has_no_sign_and_no_other_base),
        cmocka_unit_test(the_locale_makes_no_difference),
        cmocka_unit_test(an_interval_is_above_0),
        cmocka_unit_test(a_count_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
