/* test_argument.c - what stands behind an option's name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "argument.h"

#include <string.h>

#include "spoken.h"

/* Each is refused with a line that says what it must be. */
#define expect_refused(call, wanted)                                                               \
    do {                                                                                           \
        struct spoken heard;                                                                       \
        bool is_taken;                                                                             \
                                                                                                   \
        spoken_begin(&heard, stderr);                                                              \
        is_taken = (call);                                                                         \
        assert_string_equal(spoken_end(&heard), "connmon: " wanted "\n");                          \
        assert_false(is_taken);                                                                    \
    } while (0)

static void a_count_is_whole_and_has_a_limit(void **state)
{
    static const char *const wrong[] = {"", " 1", "-1", "+1", "1 ", "1.0", "0x1", "1e3", "one"};
    uint64_t count = 77;
    struct spoken spoken;

    (void)state;
    assert_true(argument_count("count", "0", 10, &count) && count == 0);
    assert_true(argument_count("count", "10", 10, &count) && count == 10);
    assert_true(argument_count("count", "18446744073709551615", UINT64_MAX, &count));
    assert_true(count == UINT64_MAX);
    expect_refused(argument_count("count", "11", 10, &count), "--count 11: must be at most 10");
    expect_refused(argument_count("count", "18446744073709551616", UINT64_MAX, &count),
                   "--count 18446744073709551616: must be at most 18446744073709551615");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        spoken_begin(&spoken, stderr);
        assert_false(argument_count("count", wrong[i], 10, &count));
        assert_non_null(strstr(spoken_end(&spoken), "must be a whole number\n"));
    }
    assert_true(count == UINT64_MAX); /* what is refused changes nothing */
}

static void a_factor_is_above_0(void **state)
{
    double factor = 0;

    (void)state;
    assert_true(argument_factor("speed", "0.5", &factor) && factor == 0.5);
    expect_refused(argument_factor("speed", "0", &factor), "--speed 0: must be a number above 0");
    expect_refused(argument_factor("speed", "inf", &factor),
                   "--speed inf: must be a number above 0");
    expect_refused(argument_factor("speed", "2x", &factor), "--speed 2x: must be a number above 0");
}

static void seconds_become_nanoseconds(void **state)
{
    int64_t ns = 0;

    (void)state;
    assert_true(argument_seconds("seconds", "2.5", &ns) && ns == 2500000000);
    assert_true(argument_seconds("seconds", "0", &ns) && ns == 0);
    assert_true(argument_seconds("seconds", "1e9", &ns) && ns == INT64_C(1000000000000000000));
    assert_true(argument_seconds("seconds", "1e-9", &ns) && ns == 1);
    expect_refused(argument_seconds("seconds", "1e300", &ns),
                   "--seconds 1e300: must be 0, or from 1e-9 to 1e9 seconds");
    expect_refused(argument_seconds("seconds", "1e-10", &ns),
                   "--seconds 1e-10: must be 0, or from 1e-9 to 1e9 seconds");
    expect_refused(argument_seconds("seconds", "0x1p3", &ns),
                   "--seconds 0x1p3: must be a number of seconds");
    expect_refused(argument_seconds("seconds", "-1", &ns),
                   "--seconds -1: must be a number of seconds");
    expect_refused(argument_seconds("seconds", "nan", &ns),
                   "--seconds nan: must be a number of seconds");
    expect_refused(argument_seconds("seconds", "", &ns), "--seconds : must be a number of seconds");
}

static void a_choice_is_one_of_the_words(void **state)
{
    static const char *const choices[] = {"json", "plist", "text", NULL};
    unsigned choice = 7;

    (void)state;
    assert_true(argument_choice("index", "text", choices, &choice) && choice == 2);
    expect_refused(argument_choice("index", "tex", choices, &choice),
                   "--index tex: must be json, plist or text");
    expect_refused(argument_choice("index", "two\nlines", choices, &choice),
                   "--index two lines: must be json, plist or text");
    assert_int_equal(choice, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_whole_and_has_a_limit),
        cmocka_unit_test(a_factor_is_above_0),
        cmocka_unit_test(seconds_become_nanoseconds),
        cmocka_unit_test(a_choice_is_one_of_the_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
