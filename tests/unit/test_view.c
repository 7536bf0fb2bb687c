/* test_view.c - the table of views, their options, and that each shows what it is given
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <string.h>

#include "figures.h"

enum { TEXT_SIZE = 1 << 16 };

static void keep(void *to, const char *text, size_t length)
{
    strncat(to, text, length);
}

/* What a view writes of a few packets, twice if it was reset in between. */
static void show(char *text, const struct view_kind *kind, enum view_format format, bool resets)
{
    struct view_config config = {.options = view_options_initial(), .sink = keep, .to = text};
    const struct connmon_stats core = {0};
    void *view;

    config.options.format = format;
    view = kind->functions->begin(&config);
    assert_non_null(view);
    text[0] = '\0';
    for (int round = resets ? 0 : 1; round < 2; round++) {
        for (uint64_t packet = 1; packet <= 4; packet++) {
            struct connmon_observation seen =
                observe(1000 * (int64_t)packet, packet & 1, CONNMON_ACK, 100);

            seen.packet = packet;
            seen.result.tsval = (struct connmon_delay){.present = true, .ns = 1000000};
            kind->functions->add(view, &seen, NULL);
        }
        if (kind->functions->advance)
            kind->functions->advance(view, 5000);
        if (round == 0) {
            kind->functions->reset(view);
            text[0] = '\0';
        }
    }
    assert_true(kind->functions->finish(view, &core));
    if (kind->functions->losses)
        assert_int_equal(kind->functions->losses(view).dropped, 0);
    kind->functions->free(view);
}

static void each_view_shows_packets_in_each_of_its_formats(void **state)
{
    static char once[TEXT_SIZE], again[TEXT_SIZE];

    (void)state;
    for (int i = 0; i < VIEW_COUNT; i++)
        for (int format = 0; format < VIEW_FORMAT_COUNT; format++) {
            if (!(view_kinds[i].formats >> format & 1))
                continue;
            show(once, &view_kinds[i], (enum view_format)format, false);
            show(again, &view_kinds[i], (enum view_format)format, true);
            assert_string_equal(once, again); /* a reset forgets everything */
            assert_true(once[0] != '\0' || i == VIEW_HTTP);
        }
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < VIEW_COUNT; i++) {
        const struct view_kind *kind = &view_kinds[i];

        assert_int_equal(kind->id, i);
        assert_ptr_equal(view_find(kind->name, strlen(kind->name)), kind);
        assert_true(kind->formats >> kind->initial & 1);
        assert_true(kind->help[0] >= 'a' && kind->help[0] <= 'z');
    }
    assert_null(view_find("host", 4));
    assert_null(view_find("", 0));
}

static const char *set(struct view_options *options, const char *name, const char *value)
{
    const enum view_option_id id = view_option_find(name, strlen(name));

    assert_true(id != VIEW_OPTION_COUNT);
    return view_option_set(options, id, name, strlen(name), value);
}

static void options_are_set_by_name(void **state)
{
    struct view_options options = view_options_initial();

    (void)state;
    assert_true(options.top == 10 && options.timeout_ns == INT64_C(300000000000));
    assert_null(set(&options, "top", "0"));
    assert_null(set(&options, "worst", "20"));
    assert_null(set(&options, "format", "plist"));
    assert_null(set(&options, "hosts", NULL));
    assert_null(set(&options, "timeout", "0.5"));
    assert_null(set(&options, "max-server-rtt-p95", "1"));
    assert_true(options.top == 0 && options.worst == 20 && options.format == VIEW_PLIST);
    assert_true(options.by_host && options.timeout_ns == 500000000);
    assert_true(options.bounds.count == 1 && options.bounds.all[0].is_maximum);
}

static void what_is_wrong_is_told_and_changes_nothing(void **state)
{
    const struct view_options initial = view_options_initial();
    struct view_options options = initial;

    (void)state;
    assert_string_equal(set(&options, "worst", "0"), "a number above 0");
    assert_string_equal(set(&options, "worst", "99999999999"), "at most 4294967295");
    assert_string_equal(set(&options, "top", "1.5"), "a whole number");
    assert_string_equal(set(&options, "format", "xml"), "text, json, csv or plist");
    assert_string_equal(set(&options, "top", NULL), "given a value");
    assert_string_equal(set(&options, "quick", "1"), "without a value");
    assert_non_null(set(&options, "min-nonsense", "1"));
    assert_memory_equal(&options, &initial, sizeof(options));
}

static void names_are_whole_words(void **state)
{
    (void)state;
    assert_int_equal(view_option_find("top", 2), VIEW_OPTION_COUNT);
    assert_int_equal(view_option_find("topmost", 7), VIEW_OPTION_COUNT);
    assert_int_equal(view_option_find("tcp.port", 8), VIEW_OPTION_COUNT);
    assert_int_equal(view_option_find("", 0), VIEW_OPTION_COUNT);
    assert_int_equal(view_option_find("min-rtt-p95", 11), VIEW_OPTION_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_view_shows_packets_in_each_of_its_formats),
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(options_are_set_by_name),
        cmocka_unit_test(what_is_wrong_is_told_and_changes_nothing),
        cmocka_unit_test(names_are_whole_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
