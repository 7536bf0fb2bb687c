/* test_entropy.c - keys that nobody can foretell, with the system's help and without
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entropy.h"

enum { DRAWS = 1000 };

static bool is_there;

/* The system's own, which this takes the place of. */
ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    return is_there ? syscall(SYS_getrandom, bytes, size, flags) : -1;
}

static void assert_draws_differ(void)
{
    static uint8_t drawn[DRAWS][16];

    for (int i = 0; i < DRAWS; i++) {
        entropy_draw(drawn[i], sizeof(drawn[i]));
        for (int other = 0; other < i; other++)
            assert_int_not_equal(memcmp(drawn[other], drawn[i], sizeof(drawn[i])), 0);
    }
}

static void the_system_has_some(void **state)
{
    (void)state;
    is_there = true;
    assert_draws_differ();
}

static void without_it_no_two_draws_are_the_same(void **state)
{
    (void)state;
    is_there = false;
    assert_draws_differ();
}

/* Every byte is drawn, and none beyond. */
static void any_number_of_bytes_is_drawn(void **state)
{
    (void)state;
    for (int system = 0; system < 2; system++) {
        is_there = system;
        for (size_t size = 1; size < 40; size++) {
            uint8_t seen[41] = {0}, drawn[41];

            for (int i = 0; i < 64; i++) {
                memset(drawn, 0, sizeof(drawn));
                entropy_draw(drawn, size);
                for (size_t at = 0; at < sizeof(drawn); at++)
                    seen[at] |= drawn[at];
            }
            for (size_t at = 0; at < sizeof(seen); at++)
                assert_int_equal(seen[at] != 0, at < size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_system_has_some),
        cmocka_unit_test(without_it_no_two_draws_are_the_same),
        cmocka_unit_test(any_number_of_bytes_is_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
