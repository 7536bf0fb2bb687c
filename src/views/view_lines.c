/* view_lines.c - the packets, one by one: lines of the original connmon, JSON Lines, CSV
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <stdlib.h>

#include "csv.h"
#include "json.h"
#include "line.h"

struct lines {
    struct view_config config;
};

static void *lines_begin(const struct view_config *config)
{
    struct lines *lines = malloc(sizeof(*lines));

    if (lines)
        lines->config = *config;
    return lines;
}

static size_t write_packet(char *text, size_t size, const struct connmon_observation *seen,
                           const struct view_options *options)
{
    const bool is_skipped =
        options->is_quick && !seen->result.tsval.present && !seen->result.seqno.present;

    switch (options->format) {
    case VIEW_JSON:
        return is_skipped ? 0 : connmon_json(text, size, seen);
    case VIEW_CSV:
        return is_skipped ? 0 : connmon_csv(text, size, seen);
    default:
        return connmon_line(text, size, seen,
                            (struct connmon_line_format){.machine = options->is_machine,
                                                         .quick = options->is_quick});
    }
}

static void lines_add(void *view, const struct connmon_observation *seen,
                      const struct exchange_hints *hints)
{
    const struct lines *lines = view;
    char text[CONNMON_JSON_SIZE]; /* the longest of them */
    const size_t size = write_packet(text, sizeof(text), seen, &lines->config.options);

    (void)hints;
    if (size > 0)
        lines->config.sink(lines->config.to, text, size);
}

static bool lines_finish(void *view, const struct connmon_stats *core)
{
    (void)view;
    (void)core;
    return true;
}

static void lines_reset(void *view)
{
    (void)view; /* what was written remains */
}

const struct view_functions view_lines = {
    .begin = lines_begin,
    .add = lines_add,
    .finish = lines_finish,
    .reset = lines_reset,
    .free = free,
};
