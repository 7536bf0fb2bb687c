/* view_options.h - the options of views, and one parser for both doors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VIEW_OPTIONS_H
#define CONNMON_VIEW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bound.h"

enum view_format { VIEW_TEXT, VIEW_JSON, VIEW_CSV, VIEW_PLIST, VIEW_FORMAT_COUNT };

enum view_option_id {
#define VIEW_OPTION(id, type, member, initial, letter, name, argument, help) VIEW_OPTION_##id,
#include "view_options.def"
    VIEW_OPTION_COUNT,
    VIEW_OPTION_NOTHING = VIEW_OPTION_COUNT,
};

/* How the value of an option is read, and what it is in struct view_options. */
enum view_option_type {
    VIEW_OPTION_IS_FLAG,     /* bool; no value */
    VIEW_OPTION_IS_FORMAT,   /* enum view_format */
    VIEW_OPTION_IS_COUNT,    /* uint32_t */
    VIEW_OPTION_IS_NUMBER,   /* uint32_t above 0 */
    VIEW_OPTION_IS_SECONDS,  /* int64_t in ns */
    VIEW_OPTION_IS_INTERVAL, /* int64_t in ns, above 0 */
    VIEW_OPTION_IS_BOUND,    /* one more of struct bounds; the name has a column in it */
};

struct view_option {
    size_t at;       /* of the value, in struct view_options */
    int64_t initial; /* in the unit of the argument */
    const char *name, *argument, *help;
    enum view_option_type type;
    int letter;
};

/* By id. */
extern const struct view_option view_option_table[VIEW_OPTION_COUNT];

/* What was asked of a view. It looks only at the options that it has. */
struct view_options {
    enum view_format format;
    bool is_machine, is_quick, has_bodies, by_host;
    int64_t timeout_ns;  /* 0: never */
    int64_t interval_ns; /* above 0 */
    uint32_t top;        /* 0: all */
    uint32_t worst;      /* 0: all */
    struct bounds bounds;
};

/* What is asked of it if nothing is said; but for the format, which the view tells. */
struct view_options view_options_initial(void);

/* The option of this name, which may be "min-rtt-p95" as well as "top". VIEW_OPTION_COUNT: there is
 * none. */
enum view_option_id view_option_find(const char *name, size_t length);

/* Sets the option `id`, by the name under which it was found, to `value` (of a flag: NULL). Returns
 * NULL, or if the value is wrong, and nothing was set, what it must be: "a number above 0". */
const char *view_option_set(struct view_options *options, enum view_option_id id, const char *name,
                            size_t length, const char *value);

/* "json" and so on. */
const char *view_format_name(enum view_format format);

#endif
