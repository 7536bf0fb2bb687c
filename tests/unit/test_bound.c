/* test_bound.c - which connections are wanted
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bound.h"

#include <string.h>

#include "columns.h"
#include "figures.h"

static const char *add(struct bounds *bounds, const char *column, const char *value)
{
    return bounds_add(bounds, column, strlen(column), false, value);
}

static void columns_have_a_side_or_both(void **state)
{
    struct bounds bounds = {0};

    (void)state;
    assert_null(add(&bounds, "rtt-p95", "0.1"));
    assert_true(bounds.all[0].value == 100000000); /* ns */
    assert_string_equal(bounds.all[0].columns[0]->prefix, "client");
    assert_string_equal(bounds.all[0].columns[1]->prefix, "server");
    assert_null(add(&bounds, "server_rtt_p95", "1"));
    assert_string_equal(bounds.all[1].columns[0]->prefix, "server");
    assert_null(bounds.all[1].columns[1]);
    assert_null(add(&bounds, "bytes", "1e3"));
    assert_true(bounds.all[2].value == 1000);
    assert_int_equal(bounds.count, 3);
}

static void what_cannot_be_changes_nothing(void **state)
{
    struct bounds bounds = {0};

    (void)state;
    assert_non_null(strstr(add(&bounds, "client", "1"), "column of numbers")); /* a text */
    assert_non_null(strstr(add(&bounds, "", "1"), "column of numbers"));
    assert_non_null(strstr(add(&bounds, "nonsense", "1"), "column of numbers"));
    assert_string_equal(add(&bounds, "bytes", "."), "a number below 9e9");
    assert_string_equal(add(&bounds, "bytes", "1e10"), "a number below 9e9");
    assert_int_equal(bounds.count, 0);
    for (int i = 0; i < BOUNDS_MOST; i++)
        assert_null(add(&bounds, "packets", "1"));
    assert_string_equal(add(&bounds, "packets", "1"), "one of 8 such options");
    assert_int_equal(bounds.count, BOUNDS_MOST);
}

static void either_side_will_do_and_what_is_absent_does_not(void **state)
{
    struct bounds bounds = {0};
    struct conversation row = {.client = 0};

    (void)state;
    assert_true(bounds_hold(&bounds, &row));
    assert_null(add(&bounds, "handshake", "0"));
    assert_false(bounds_hold(&bounds, &row)); /* of neither side */
    row.sides[1].has_handshake = true;
    row.sides[1].handshake = 5;
    assert_true(bounds_hold(&bounds, &row));
    assert_null(bounds_add(&bounds, "handshake", 9, true, "1e-9"));
    assert_false(bounds_hold(&bounds, &row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_a_side_or_both),
        cmocka_unit_test(what_cannot_be_changes_nothing),
        cmocka_unit_test(either_side_will_do_and_what_is_absent_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
