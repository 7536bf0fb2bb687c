/* test_pace.c - capture time that passes, and how long to wait for a packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define DAY (24 * 3600 * SECOND)

static void time_passes_as_captured(void **state)
{
    struct pace pace = {.speed = 1};

    (void)state;
    assert_int_equal(pace_captured(&pace, 100 * SECOND), 0);
    assert_int_equal(pace_captured(&pace, 103 * SECOND), 3 * SECOND);
    assert_int_equal(pace_captured(&pace, 103 * SECOND), 3 * SECOND);
}

static void what_is_out_of_order_lets_nothing_pass(void **state)
{
    struct pace pace = {.speed = 1};

    (void)state;
    pace_captured(&pace, 100 * SECOND);
    assert_int_equal(pace_captured(&pace, 99 * SECOND), 0);
    assert_int_equal(pace_captured(&pace, 101 * SECOND), SECOND);
}

/* And goes on from there. */
static void a_clock_steps_back(void **state)
{
    struct pace pace = {.speed = 1};

    (void)state;
    pace_captured(&pace, 100 * SECOND);
    assert_int_equal(pace_captured(&pace, 50 * SECOND), 0);
    assert_int_equal(pace_captured(&pace, 52 * SECOND), 2 * SECOND);
}

static void nobody_waits_for_a_clock_that_was_set(void **state)
{
    struct pace pace = {.speed = 1};

    (void)state;
    pace_captured(&pace, 0);
    assert_int_equal(pace_captured(&pace, DAY), DAY);
    assert_int_equal(pace_captured(&pace, 2 * DAY + 1), DAY);
    assert_int_equal(pace_captured(&pace, INT64_MIN), DAY);
    assert_int_equal(pace_captured(&pace, INT64_MAX), DAY);
}

static void all_of_time_is_not_exceeded(void **state)
{
    struct pace pace = {.speed = 1};
    int64_t before = 0, now = 0;

    (void)state;
    for (int64_t i = 0; i < INT64_MAX / DAY + 10; i++) {
        pace_captured(&pace, 0);
        now = pace_captured(&pace, DAY);
        assert_true(now >= before);
        before = now;
        now = pace_captured(&pace, -2 * SECOND);
    }
    assert_true(now > INT64_MAX - DAY);
}

static void a_packet_is_due_when_its_time_has_come(void **state)
{
    struct pace pace = {.speed = 2}, slow = {.speed = 1e-300};
    int64_t left;

    (void)state;
    assert_int_equal(pace_left(&pace, 0), 0);
    left = pace_left(&pace, 3600 * SECOND);
    assert_true(left <= 1800 * SECOND && left > 1700 * SECOND);
    pace.first_now_ns -= 1800 * SECOND;
    assert_int_equal(pace_left(&pace, 3600 * SECOND), 0);
    assert_int_equal(pace_left(&slow, 0), 0);
    assert_int_equal(pace_left(&slow, 1), INT64_MAX);
}

static void it_sleeps_as_long_as_it_is_told(void **state)
{
    const int64_t begin = pace_now();

    (void)state;
    pace_sleep(SECOND / 50);
    assert_true(pace_now() - begin >= SECOND / 50);
    assert_true(pace_time_of_day() > 1600000000 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_passes_as_captured),
        cmocka_unit_test(what_is_out_of_order_lets_nothing_pass),
        cmocka_unit_test(a_clock_steps_back),
        cmocka_unit_test(nobody_waits_for_a_clock_that_was_set),
        cmocka_unit_test(all_of_time_is_not_exceeded),
        cmocka_unit_test(a_packet_is_due_when_its_time_has_come),
        cmocka_unit_test(it_sleeps_as_long_as_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
