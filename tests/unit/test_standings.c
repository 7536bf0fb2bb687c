/* test_standings.c - the connections that need not be followed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "standings.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { WINDOW = STANDINGS_ROWS << STANDINGS_ROW_BITS };

static void each_connection_has_its_own(void **state)
{
    struct memory memory;
    struct standings standings;

    (void)state;
    memory_init(&memory, 0);
    assert_true(standings_init(&standings, &memory));
    assert_int_equal(standings_get(&standings, 0), STANDING_OPEN);
    assert_true(standings_set(&standings, 0, STANDING_OTHER));
    assert_true(standings_set(&standings, 63, STANDING_LOST));
    assert_true(standings_set(&standings, WINDOW - 1, STANDING_LOST));
    assert_int_equal(standings_get(&standings, 0), STANDING_OTHER);
    assert_int_equal(standings_get(&standings, 1), STANDING_OPEN);
    assert_int_equal(standings_get(&standings, 63), STANDING_LOST);
    assert_int_equal(standings_get(&standings, WINDOW - 1), STANDING_LOST);
    assert_true(standings_set(&standings, 63, STANDING_OTHER));
    assert_int_equal(standings_get(&standings, 63), STANDING_OTHER);
    assert_true(standings_set(&standings, 63, STANDING_OPEN));
    assert_int_equal(standings_get(&standings, 63), STANDING_OPEN);
    standings_reset(&standings);
    assert_int_equal(standings_get(&standings, 0), STANDING_OPEN);
    standings_free(&standings, &memory);
    assert_int_equal(memory.used, 0);
}

/* A newer one takes the room; it is never taken for the older one, nor the other way round. */
static void newer_connections_prevail(void **state)
{
    struct memory memory;
    struct standings standings;

    (void)state;
    memory_init(&memory, 0);
    assert_true(standings_init(&standings, &memory));
    assert_true(standings_set(&standings, 5, STANDING_OTHER));
    assert_int_equal(standings_get(&standings, 5U + WINDOW), STANDING_OPEN);
    assert_true(standings_set(&standings, 6U + WINDOW, STANDING_LOST));
    assert_int_equal(standings_get(&standings, 5), STANDING_OPEN);
    assert_int_equal(standings_get(&standings, 5U + WINDOW), STANDING_OPEN);
    assert_false(standings_set(&standings, 5, STANDING_OTHER));
    assert_int_equal(standings_get(&standings, 6U + WINDOW), STANDING_LOST);
    standings_free(&standings, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_connection_has_its_own),
        cmocka_unit_test(newer_connections_prevail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
