/* test_steady_clock.c - how much time has passed, though a capture's times are not to be trusted
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "steady_clock.h"

#define SECOND INT64_C(1000000000)
#define BEGIN (1700000000 * SECOND)

static struct steady_clock begun(void)
{
    struct steady_clock clock = {.most_ns = 120 * SECOND};

    steady_clock_see(&clock, BEGIN);
    assert_false(clock.has_doubt);
    assert_int_equal(clock.now_ns, 0);
    return clock;
}

static void it_runs_as_the_packets_do(void **state)
{
    struct steady_clock clock = begun();

    (void)state;
    steady_clock_see(&clock, BEGIN + SECOND);
    steady_clock_see(&clock, BEGIN + 121 * SECOND); /* the largest step that is believed at once */
    assert_false(clock.has_doubt);
    assert_int_equal(clock.now_ns, 121 * SECOND);
}

static void it_waits_for_a_packet_out_of_order(void **state)
{
    struct steady_clock clock = begun();

    (void)state;
    steady_clock_see(&clock, BEGIN + 10 * SECOND);
    steady_clock_see(&clock, BEGIN + 4 * SECOND);
    assert_int_equal(clock.now_ns, 10 * SECOND);
    steady_clock_see(&clock, BEGIN + 11 * SECOND);
    assert_int_equal(clock.now_ns, 11 * SECOND);
}

static void one_wrong_time_ends_nothing(void **state)
{
    static const int64_t wrong[] = {BEGIN + 3600 * SECOND, BEGIN - 3600 * SECOND, 0, INT64_MAX,
                                    INT64_MIN};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct steady_clock clock = begun();

        steady_clock_see(&clock, wrong[i]);
        assert_true(clock.has_doubt);
        assert_false(steady_clock_confirms(&clock, BEGIN + SECOND));
        steady_clock_settle(&clock, false);
        steady_clock_see(&clock, BEGIN + SECOND);
        assert_false(clock.has_doubt);
        assert_int_equal(clock.now_ns, SECOND);
    }
}

static void a_long_pause_that_is_confirmed_has_passed(void **state)
{
    struct steady_clock clock = begun();

    (void)state;
    steady_clock_see(&clock, BEGIN + 3600 * SECOND);
    assert_true(steady_clock_confirms(&clock, BEGIN + 3601 * SECOND));
    steady_clock_settle(&clock, true);
    assert_int_equal(clock.now_ns, 3600 * SECOND);
}

/* Captures that were appended: the clock goes on where it was, with the times of the second. */
static void a_long_step_back_that_is_confirmed_takes_no_time(void **state)
{
    struct steady_clock clock = begun();

    (void)state;
    steady_clock_see(&clock, BEGIN + 100 * SECOND);
    steady_clock_see(&clock, BEGIN - 5000 * SECOND);
    assert_true(steady_clock_confirms(&clock, BEGIN - 4999 * SECOND));
    steady_clock_settle(&clock, true);
    assert_int_equal(clock.now_ns, 100 * SECOND);
    steady_clock_see(&clock, BEGIN - 4999 * SECOND);
    assert_int_equal(clock.now_ns, 101 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_runs_as_the_packets_do),
        cmocka_unit_test(it_waits_for_a_packet_out_of_order),
        cmocka_unit_test(one_wrong_time_ends_nothing),
        cmocka_unit_test(a_long_pause_that_is_confirmed_has_passed),
        cmocka_unit_test(a_long_step_back_that_is_confirmed_takes_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
