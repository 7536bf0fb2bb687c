/* options.h - the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OPTIONS_H
#define CONNMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "export.h"
#include "settings.h"
#include "view.h"

/* How connections become files of their own. */
struct split_options {
    const char *folder; /* NULL: not at all */
    enum export_format format;
    bool by_flow, overwrites;
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

    bool shows_local, is_quiet;
    const struct view_kind *view; /* NULL: connections become files, and nothing else is shown */
    struct view_options view_options; /* of it, and which connections become files */
    const char *write;                /* NULL: standard output */
    int64_t summary_interval_ns;      /* 0: only at the end */

    struct settings settings;

    struct split_options split;
};

/* Takes the command line, whose words must outlive the options. False if there is nothing more to
 * do, after --help or a mistake that was told, with the program's exit status in `*exit_status`. */
bool options_parse(struct options *options, int argc, char **argv, int *exit_status);

#endif
