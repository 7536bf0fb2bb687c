/* options.h - the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OPTIONS_H
#define CONNMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "export.h"
#include "line.h"
#include "outline.h"

/* What is printed instead of lines. */
enum options_table {
    TABLE_NONE,
    TABLE_CONVERSATIONS,
    TABLE_HOSTS,
    TABLE_TRANSACTIONS, /* from here on, see view.h */
    TABLE_EVENTS,
    TABLE_BANDWIDTH,
    TABLE_INDEX,
};

/* How connections become files of their own. */
struct split_options {
    const char *folder; /* NULL: not at all */
    enum export_format format;
    bool by_flow, overwrites;
    uint32_t worst;     /* 0: all */
    int64_t min_rtt_ns; /* 0: all */
};

/* What the user asked for, with the defaults of what was not said. */
struct options {
    const char *interface; /* one of these two */
    const char *file;      /* "-": standard input */
    bool is_emulating;
    double speed;          /* > 0; of the emulation */
    int64_t most_pause_ns; /* likewise; 0: no limit */

    const char *filter;  /* NULL: all */
    uint64_t count;      /* 0: no limit */
    int64_t duration_ns; /* 0: no limit */
    uint32_t buffer_kib;
    const char *user; /* NULL: who called sudo, or nobody */

    struct connmon_line_format line;
    bool is_json, is_csv, shows_local, is_quiet, keeps_copies;
    enum options_table table;
    int64_t interval_ns; /* of the bandwidth */
    bool by_host;        /* likewise */
    enum outline_format index_format;
    const char *write;           /* NULL: standard output */
    int64_t summary_interval_ns; /* 0: only at the end */

    int64_t max_age_ns, idle_ns; /* idle_ns 0: never */
    int64_t timeout_ns;          /* of the events; 0: never */
    uint32_t max_flows;          /* 0: no limit */

    struct split_options split;
};

/* Takes the command line, whose words must outlive the options. False if there is nothing more to
 * do, after --help or a mistake that was told, with the program's exit status in `*exit_status`. */
bool options_parse(struct options *options, int argc, char **argv, int *exit_status);

#endif
