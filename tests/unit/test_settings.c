/* test_settings.c - the settings of both doors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct settings initial(void)
{
    return settings_initial(connmon_config_exact());
}

static void each_comes_back_as_it_was_set(void **state)
{
    (void)state;
    for (int i = 0; i < SETTING_COUNT; i++) {
        struct settings settings = initial();
        const uint32_t value = setting_table[i].unit == SETTING_IN_FLAG ? 1 : 4294967295;

        settings_set(&settings, (enum setting_id)i, value);
        assert_int_equal(settings_get(&settings, (enum setting_id)i), value);
        for (int j = 0; j < SETTING_COUNT; j++) { /* and none touches another */
            const struct settings before = initial();

            if (j != i)
                assert_int_equal(settings_get(&settings, (enum setting_id)j),
                                 settings_get(&before, (enum setting_id)j));
        }
    }
}

static void units_are_those_of_the_core(void **state)
{
    struct settings settings = initial();

    (void)state;
    assert_null(settings_parse(&settings, SETTING_MAX_AGE, "0.5"));
    assert_true(settings.core.max_age_ns == 500000000);
    assert_null(settings_parse(&settings, SETTING_STALL, "1.5"));
    assert_true(settings.stall.floor_ns == 1500000);
    assert_null(settings_parse(&settings, SETTING_MAX_MEMORY, "3"));
    assert_int_equal(settings.core.max_memory, 3 << 20);
    assert_null(settings_parse(&settings, SETTING_KEEP_COPIES, "TRUE"));
    assert_true(settings.core.keep_copies);
    assert_string_equal(settings_parse(&settings, SETTING_KEEP_COPIES, "1"), "TRUE or FALSE");
    assert_string_equal(settings_parse(&settings, SETTING_MAX_HOLES, "-1"), "a whole number");
    assert_string_equal(settings_parse(&settings, SETTING_MAX_HOLES, "4294967296"),
                        "at most 4294967295");
    assert_string_equal(settings_parse(&settings, SETTING_IDLE, "x"), "a number of seconds");
}

static void names_are_those_of_preferences(void **state)
{
    (void)state;
    assert_int_equal(setting_find("max_age", 7), SETTING_MAX_AGE);
    assert_int_equal(setting_find("connmon.max_age", 15), SETTING_MAX_AGE);
    assert_int_equal(setting_find("max_ag", 6), SETTING_COUNT);
    assert_int_equal(setting_find("connmon.", 8), SETTING_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_back_as_it_was_set),
        cmocka_unit_test(units_are_those_of_the_core),
        cmocka_unit_test(names_are_those_of_preferences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
