/* fuzz_options.c - any bytes as a command line
 *
 * Its words are options by their numbers, arguments that some of them take, or any bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "say.h"

enum { MOST_WORDS = 16, WORD_SIZE = 64 };

static const char *const known[] = {
#define GROUP(id, title)
#define OPTION(id, letter, name, kebab, argument, help) "--" name,
#include "options.def"
#define VIEW(id, name, argument, formats, initial, options, traits, help) "--" #name,
#include "views.def"
    "--format",
    "--body",
    "--timeout",
    "--top",
    "--worst",
    "--min-rtt-p95",
    "--max-server-holes",
    "max_age:5",
    "stall:x",
    "max_memory:",
    "-",
    "a.pcap",
    "lo",
    "0",
    "1",
    "2.5",
    "1e300",
    "18446744073709551615",
    "json",
    "text",
    "pcap",
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* What begins with the number of no known word goes on to the end of a line. */
static void take_word(struct input *in, char word[WORD_SIZE])
{
    const uint8_t number = take(in);
    size_t size = 0;

    if (number < KNOWN) {
        snprintf(word, WORD_SIZE, "%s", known[number]);
        return;
    }
    for (uint8_t byte = take(in); byte != '\0' && byte != '\n'; byte = take(in))
        if (size < WORD_SIZE - 1)
            word[size++] = (char)byte;
    word[size] = '\0';
}

static void check_options(const struct options *options)
{
    const struct split_options *split = &options->split;

    check(!options->interface != !options->file);
    check(options->speed > 0 && options->duration_ns >= 0 && options->summary_interval_ns >= 0);
    check(options->settings.core.max_age_ns >= 0 && options->settings.core.idle_ns >= 0);
    check(options->settings.stall.floor_ns >= 0);
    check(options->view ? options->view->formats >> options->view_options.format & 1
                        : split->folder != NULL);
    check(options->view_options.interval_ns > 0 && options->view_options.timeout_ns >= 0);
    check(options->view_options.bounds.count <= BOUNDS_MOST);
    check(split->format <= EXPORT_PAYLOAD);
    check(!split->folder || (!options->interface && !options->is_emulating));
    check(split->folder || options->view->id == VIEW_INDEX ||
          (options->view_options.worst == 0 && options->view_options.bounds.count == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    char words[MOST_WORDS][WORD_SIZE] = {"connmon"}, *argv[MOST_WORDS + 1] = {words[0]};
    struct options options;
    int argc = 1, exit_status = -1;

    for (; argc < MOST_WORDS && in.size > 0; argc++) {
        take_word(&in, words[argc]);
        argv[argc] = words[argc];
    }
    optind = 0; /* getopt_long() begins anew, in glibc and in musl */
    if (options_parse(&options, argc, argv, &exit_status))
        check_options(&options);
    else
        check(exit_status == EXIT_GOOD || exit_status == EXIT_USAGE);
    return 0;
}
