/* test_progress.c - the bar on the terminal
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "progress.h"

#include <stdlib.h>
#include <string.h>

#include "spoken.h"

#define SECOND INT64_C(1000000000)
#define WIPE "\r\033[K"

/* A file of `size` bytes of which `read` were read. */
static struct input file_of(uint64_t size, off_t read)
{
    FILE *file = tmpfile();
    struct input input = {.is_file = true, .size = size};

    assert_non_null(file);
    input.fd = dup(fileno(file));
    assert_true(input.fd >= 0);
    fclose(file);
    assert_int_equal(lseek(input.fd, read, SEEK_SET), read);
    return input;
}

static const char *shown(struct spoken *spoken, struct progress *progress, int64_t now_ns)
{
    spoken_begin(spoken, stderr);
    progress_show(progress, now_ns);
    return spoken_end(spoken);
}

static const char *hidden(struct spoken *spoken, struct progress *progress)
{
    spoken_begin(spoken, stderr);
    progress_hide(progress);
    return spoken_end(spoken);
}

static void a_file_has_a_bar(void **state)
{
    const struct input input = file_of(200000000, 50000000);
    struct progress progress = {.input = &input, .begin_ns = 7 * SECOND};
    struct spoken spoken;

    (void)state;
    assert_string_equal(shown(&spoken, &progress, 32 * SECOND),
                        WIPE "[#######.......................]  25 %  2.0 MB/s  1:15 left");
    assert_string_equal(hidden(&spoken, &progress), WIPE);
    close(input.fd);
}

static void what_is_over_at_once_has_none(void **state)
{
    const struct input input = file_of(200, 100);
    struct progress progress = {.input = &input};
    struct spoken spoken;

    (void)state;
    assert_string_equal(shown(&spoken, &progress, SECOND / 2 - 1), "");
    assert_string_equal(hidden(&spoken, &progress), "");
    assert_string_not_equal(shown(&spoken, &progress, SECOND / 2), "");
    close(input.fd);
}

static void nobody_is_shown_what_nobody_reads(void **state)
{
    struct progress progress = {0};
    struct spoken spoken;

    (void)state;
    assert_string_equal(shown(&spoken, &progress, 100 * SECOND), "");
    assert_string_equal(hidden(&spoken, &progress), "");
}

/* Of a pipe, and of a file that grows, nobody knows how much is left. */
static void without_a_size_there_is_no_bar(void **state)
{
    const struct input pipe = {.read = 3000000}, grown = file_of(1000000, 3000000);
    const struct input *const inputs[] = {&pipe, &grown};
    struct spoken spoken;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct progress progress = {.input = inputs[i]};

        assert_string_equal(shown(&spoken, &progress, 2 * SECOND), WIPE "3.0 MB read  1.5 MB/s");
    }
    close(grown.fd);
}

static void it_counts_from_where_reading_began(void **state)
{
    struct input input = file_of(4000000, 3000000);
    struct progress progress = {.input = &input};
    struct spoken spoken;

    (void)state;
    input.begin = 2000000;
    assert_non_null(strstr(shown(&spoken, &progress, SECOND), " 50 %  1.0 MB/s  0:01 left"));
    close(input.fd);
}

/* Sparse ones may. */
static void a_file_may_claim_any_size(void **state)
{
    const struct input input = file_of(UINT64_MAX, 1);
    struct progress progress = {.input = &input};
    struct spoken spoken;

    (void)state;
    assert_non_null(
        strstr(shown(&spoken, &progress, SECOND), "  0 %  0.0 MB/s  100000000:00 left"));
    close(input.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_a_bar),
        cmocka_unit_test(what_is_over_at_once_has_none),
        cmocka_unit_test(nobody_is_shown_what_nobody_reads),
        cmocka_unit_test(without_a_size_there_is_no_bar),
        cmocka_unit_test(it_counts_from_where_reading_began),
        cmocka_unit_test(a_file_may_claim_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
