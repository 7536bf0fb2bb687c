/* view.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <string.h>

#include "csv.h"

#define VIEW(id, name, argument, formats, initial, options, traits, help)                          \
    extern const struct view_functions view_##name;
#include "views.def"

/* The words of views.def. */
enum {
    NONE = 0,
    TEXT = 1 << VIEW_TEXT,
    JSON = 1 << VIEW_JSON,
    CSV = 1 << VIEW_CSV,
    PLIST = 1 << VIEW_PLIST,
    STREAMS = VIEW_STREAMS,
    MESSAGES = VIEW_MESSAGES,
    STALLS = VIEW_STALLS,
#define VIEW_OPTION(id, type, member, initial, letter, name, argument, help)                       \
    id = 1 << VIEW_OPTION_##id,
#include "view_options.def"
};

const struct view_kind view_kinds[VIEW_COUNT] = {
#define VIEW(id, name, argument, formats, initial, options, traits, help)                          \
    {#name,     help,           &view_##name, VIEW_##id, VIEW_OPTION_##argument,                   \
     (formats), VIEW_##initial, (options),    (traits)},
#include "views.def"
};

const struct view_kind *view_find(const char *name, size_t length)
{
    for (int i = 0; i < VIEW_COUNT; i++)
        if (strlen(view_kinds[i].name) == length && memcmp(view_kinds[i].name, name, length) == 0)
            return &view_kinds[i];
    return NULL;
}

const char *view_head(const struct view_kind *kind, const struct view_options *options)
{
    return kind->id == VIEW_LINES && options->format == VIEW_CSV ? connmon_csv_header : NULL;
}
