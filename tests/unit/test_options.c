/* test_options.c - what becomes of a command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "say.h"
#include "spoken.h"

#define SECOND INT64_C(1000000000)

enum { MOST_WORDS = 16 };

/* Returns the exit status, or -1 if the program is to run. What it says is in `spoken`. */
static int parse(struct options *options, struct spoken *spoken, FILE *stream,
                 const char *const *words)
{
    char *argv[MOST_WORDS] = {(char[]){"connmon"}};
    int argc = 1, exit_status = -1;
    bool is_to_run;

    while (words[argc - 1]) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    optind = 0; /* getopt_long() begins anew */
    memset(options, 0x55, sizeof(*options));
    spoken_begin(spoken, stream);
    is_to_run = options_parse(options, argc, argv, &exit_status);
    spoken_end(spoken);
    return is_to_run ? -1 : exit_status;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct options parsed_(const char *const *words)
{
    struct options options;
    struct spoken spoken;

    assert_int_equal(parse(&options, &spoken, stderr, words), -1);
    assert_string_equal(spoken.text, "");
    return options;
}

#define parsed(...) parsed_(WORDS(__VA_ARGS__))

/* With a line that has these words. */
#define expect_refused(has_words, ...)                                                             \
    do {                                                                                           \
        struct options refused;                                                                    \
        struct spoken heard;                                                                       \
                                                                                                   \
        assert_int_equal(parse(&refused, &heard, stderr, WORDS(__VA_ARGS__)), EXIT_USAGE);         \
        assert_memory_equal(heard.text, "connmon: ", strlen("connmon: "));                         \
        assert_non_null(strstr(heard.text, has_words));                                            \
        assert_ptr_equal(strchr(heard.text, '\n'), heard.text + strlen(heard.text) - 1);           \
    } while (0)

static void a_file_is_remembered_whole(void **state)
{
    const struct options options = parsed("-r", "a.pcap");

    (void)state;
    assert_string_equal(options.file, "a.pcap");
    assert_null(options.interface);
    assert_true(options.settings.core.max_age_ns == 10 * SECOND &&
                options.settings.core.idle_ns == 0);
    assert_int_equal(options.settings.core.max_connections, 0);
    assert_true(options.view_options.timeout_ns == 300 * SECOND); /* of the events alone */
    assert_true(options.summary_interval_ns == 0 && options.count == 0);
    assert_ptr_equal(options.view, &view_kinds[VIEW_LINES]);
    assert_true(!options.split.folder && !options.is_emulating);
}

static void an_interface_is_not(void **state)
{
    const struct options options = parsed("-i", "eth0");
    const struct options more = parsed("-i", "eth0", "--maxFlows", "0", "--flow-max-idle", "0");

    (void)state;
    assert_null(options.file);
    assert_int_equal(options.settings.core.max_connections, 100000);
    assert_true(options.settings.core.idle_ns == 300 * SECOND &&
                options.view_options.timeout_ns == 300 * SECOND);
    assert_int_equal(options.buffer_kib, 8192);
    assert_int_equal(more.settings.core.max_connections, 0);
    assert_true(more.settings.core.idle_ns == 0 && more.view_options.timeout_ns == 0);
}

static void summaries_are_asked_for_by_either_option(void **state)
{
    (void)state;
    assert_true(parsed("-r", "a", "-v").summary_interval_ns == 10 * SECOND);
    assert_true(parsed("-r", "a", "--sumInt", "2").summary_interval_ns == 2 * SECOND);
    assert_true(parsed("-r", "a", "--sum-int", "2", "-v").summary_interval_ns == 2 * SECOND);
}

static void hosts_are_a_table_or_a_kind_of_bandwidth(void **state)
{
    struct options options = parsed("-r", "a", "--hosts");

    (void)state;
    assert_int_equal(options.view->id, VIEW_HOSTS);
    options = parsed("-r", "a", "--hosts", "--bandwidth", "0.5");
    assert_true(options.view->id == VIEW_BANDWIDTH && options.view_options.by_host);
    assert_true(options.view_options.interval_ns == SECOND / 2);
    assert_int_equal(parsed("-r", "a", "--bandwidth", "1").view_options.top, 10);
    assert_int_equal(parsed("-r", "a", "--bandwidth", "1", "--top", "0").view_options.top, 0);
    expect_refused("one at a time", "-r", "a", "--hosts", "--events");
    expect_refused("number above 0", "-r", "a", "--bandwidth", "0");
}

static void files_of_connections_have_formats(void **state)
{
    struct options options = parsed("-r", "a", "--split", "out");

    (void)state;
    assert_string_equal(options.split.folder, "out");
    assert_int_equal(options.split.format, EXPORT_PCAPNG);
    assert_int_equal(parsed("-r", "a", "--split", "out", "--split-format", "txt").split.format,
                     EXPORT_TEXT);
    assert_int_equal(parsed("-r", "a", "--split", "out", "--split-format", "plist").split.format,
                     EXPORT_PLIST);
    assert_int_equal(parsed("-r", "a", "--split", "out", "--split-format", "outline").split.format,
                     EXPORT_OUTLINE);
    options =
        parsed("-r", "a", "--split", "out", "--payload", "--worst", "3", "--min-rtt-p95", "1");
    assert_int_equal(options.split.format, EXPORT_PAYLOAD);
    assert_null(options.view);
    assert_int_equal(options.view_options.worst, 3);
    assert_int_equal(options.view_options.bounds.count, 1);
    assert_true(options.view_options.bounds.all[0].value == SECOND);
    assert_int_equal(parsed("-r", "a", "--split", "o", "--hosts").view->id, VIEW_HOSTS);
    expect_refused("need --split", "-r", "a", "--overwrite");
    expect_refused("--worst needs --index or --split", "-r", "a", "--worst", "1");
    expect_refused("two kinds", "-r", "a", "--split", "o", "--payload", "--split-format", "txt");
    expect_refused("read the capture twice", "-r", "-", "--split", "o", "--worst", "1");
    expect_refused("only a file ends", "-e", "a", "--split", "o");
    expect_refused("no lines", "-r", "a", "--split", "o", "--json");
}

static void an_index_has_a_format(void **state)
{
    const struct options options = parsed("-r", "a", "--index", "plist", "--worst", "9");

    (void)state;
    assert_int_equal(options.view->id, VIEW_INDEX);
    assert_int_equal(options.view_options.format, VIEW_PLIST);
    assert_int_equal(options.view_options.worst, 9);
    assert_int_equal(parsed("-r", "a", "--index", "json", "--json").view_options.format, VIEW_JSON);
    expect_refused("text, json, csv or plist", "-r", "a", "--index", "xml");
    expect_refused("--index: --index has no csv; ask for text, json or plist", "-r", "a", "--index",
                   "csv");
    expect_refused("two formats", "-r", "a", "--index", "json", "--csv");
}

/* The plugin has them as preferences. */
static void settings_are_options(void **state)
{
    const struct options options =
        parsed("-r", "a", "-o", "max_age:0.5", "-o", "connmon.max_holes:7", "--option", "stall:50",
               "--keep-copies", "-o", "max_connections:3");
    const struct options live = parsed("-i", "lo", "-o", "max_memory:9", "--rtdMaxAge", "2");

    (void)state;
    assert_true(options.settings.core.max_age_ns == SECOND / 2);
    assert_int_equal(options.settings.core.max_holes, 7);
    assert_true(options.settings.stall.floor_ns == SECOND / 20);
    assert_true(options.settings.core.keep_copies);
    assert_int_equal(options.settings.core.max_connections, 3);
    assert_int_equal(options.settings.core.max_memory, (64 << 20) + 3 * 4096);
    assert_int_equal(live.settings.core.max_memory, 9 << 20);
    assert_true(live.settings.core.max_age_ns == 2 * SECOND);
    assert_int_equal(parsed("-r", "a", "--maxFlows", "5").settings.core.max_connections, 3);
    expect_refused("max_holes:-1: must be a whole number", "-r", "a", "-o", "max_holes:-1");
    expect_refused("stall:x: must be a number of milliseconds", "-r", "a", "-o", "stall:x");
    expect_refused("must be NAME:VALUE", "-r", "a", "-o", "nonsense:1");
    expect_refused("must be NAME:VALUE", "-r", "a", "-o", "max_age");
}

/* Both doors have the same options of views, by one parser (test_view.c). */
static void options_of_views_are_options(void **state)
{
    const struct options http = parsed("-r", "a", "--http", "--body", "--format", "json");
    const struct options events =
        parsed("-r", "a", "--events", "--timeout", "5", "--flowMaxIdle", "9");
    const struct options index = parsed("-r", "a", "--index", "text", "--max-server-rtt-p95=0.5");

    (void)state;
    assert_true(http.view->id == VIEW_HTTP && http.view_options.has_bodies);
    assert_int_equal(http.view_options.format, VIEW_JSON);
    assert_true(events.view_options.timeout_ns == 5 * SECOND &&
                events.settings.core.idle_ns == 9 * SECOND);
    assert_true(index.view_options.bounds.all[0].is_maximum);
    assert_true(index.view_options.bounds.all[0].value == SECOND / 2);
    expect_refused("--top needs --bandwidth", "-r", "a", "--top", "3");
    expect_refused("--min-rtt-p95 x: must be a number", "-r", "a", "--index", "json",
                   "--min-rtt-p95", "x");
    expect_refused("no such option", "-r", "a", "--index", "json", "--min-client", "1");
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    expect_refused("nothing to do", "-q");
    expect_refused("two sources", "-i", "lo", "-r", "a");
    expect_refused("one source already", "-r", "a", "-e", "b");
    expect_refused("--speed needs -e", "-r", "a", "--speed", "2");
    expect_refused("two formats", "-r", "a", "--csv", "--json");
    expect_refused("--csv: --events has no csv; ask for text or json", "-r", "a", "--csv",
                   "--events");
    expect_refused("no database", "-r", "a", "-d", "b");
    expect_refused("no such option", "-r", "a", "--nonsense");
    expect_refused("-x: no such option", "-r", "a", "-x");
    expect_refused("needs an argument", "-r");
    expect_refused("b: ", "-r", "a", "b");
}

static void help_lists_what_there_is(void **state)
{
    struct options options;
    struct spoken spoken;

    (void)state;
    assert_int_equal(parse(&options, &spoken, stdout, WORDS("--help")), EXIT_GOOD);
    assert_non_null(strstr(spoken.text, "\n  -r, --read FILE"));
    assert_non_null(strstr(spoken.text, "\n      --min-COLUMN VALUE"));
    assert_non_null(strstr(spoken.text, "\n  -m, --machine   "));
    assert_non_null(strstr(spoken.text, "with --bandwidth, rows of an interval; 0: all (10)\n"));
    assert_int_equal(parse(&options, &spoken, stdout, WORDS("--version")), EXIT_GOOD);
    assert_memory_equal(spoken.text,
                        "connmon 1.2.3\nsandbox: ", strlen("connmon 1.2.3\nsandbox: "));
    assert_int_equal(parse(&options, &spoken, stderr, (const char *const[]){NULL}), EXIT_USAGE);
    assert_memory_equal(spoken.text, "usage: ", strlen("usage: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_remembered_whole),
        cmocka_unit_test(an_interface_is_not),
        cmocka_unit_test(summaries_are_asked_for_by_either_option),
        cmocka_unit_test(hosts_are_a_table_or_a_kind_of_bandwidth),
        cmocka_unit_test(files_of_connections_have_formats),
        cmocka_unit_test(an_index_has_a_format),
        cmocka_unit_test(options_of_views_are_options),
        cmocka_unit_test(settings_are_options),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(help_lists_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
