/* view_options.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view_options.h"

#include <string.h>

#include "number.h"

#define NS_PER_S INT64_C(1000000000)

const struct view_option view_option_table[VIEW_OPTION_COUNT] = {
#define VIEW_OPTION(id, type, member, initial, letter, name, argument, help)                       \
    {offsetof(struct view_options, member),                                                        \
     initial,                                                                                      \
     name,                                                                                         \
     argument,                                                                                     \
     help,                                                                                         \
     VIEW_OPTION_IS_##type,                                                                        \
     letter},
#include "view_options.def"
};

static const char *const format_names[VIEW_FORMAT_COUNT] = {
    [VIEW_TEXT] = "text",
    [VIEW_JSON] = "json",
    [VIEW_CSV] = "csv",
    [VIEW_PLIST] = "plist",
};

/* Of what stands for a column in the name of a bound, "min-COLUMN". */
enum { COLUMN_LENGTH = sizeof("COLUMN") - 1 };

const char *view_format_name(enum view_format format)
{
    return format_names[format];
}

static void *value_of(struct view_options *options, const struct view_option *option)
{
    return (char *)options + option->at;
}

struct view_options view_options_initial(void)
{
    struct view_options options = {0};

    for (int i = 0; i < VIEW_OPTION_COUNT; i++) {
        const struct view_option *option = &view_option_table[i];

        switch (option->type) {
        case VIEW_OPTION_IS_COUNT:
        case VIEW_OPTION_IS_NUMBER:
            *(uint32_t *)value_of(&options, option) = (uint32_t)option->initial;
            break;
        case VIEW_OPTION_IS_SECONDS:
        case VIEW_OPTION_IS_INTERVAL:
            *(int64_t *)value_of(&options, option) = option->initial * NS_PER_S;
            break;
        case VIEW_OPTION_IS_FLAG:
        case VIEW_OPTION_IS_FORMAT:
        case VIEW_OPTION_IS_BOUND:
            break; /* all zero */
        }
    }
    return options;
}

/* What stands before the column, "min-"; the whole name if no column belongs to it. */
static size_t fixed_length(const struct view_option *option)
{
    return strlen(option->name) - (option->type == VIEW_OPTION_IS_BOUND ? COLUMN_LENGTH : 0);
}

enum view_option_id view_option_find(const char *name, size_t length)
{
    for (int i = 0; i < VIEW_OPTION_COUNT; i++) {
        const struct view_option *option = &view_option_table[i];
        size_t fixed;

        if (!option->name)
            continue;
        fixed = fixed_length(option);
        if (length >= fixed && memcmp(name, option->name, fixed) == 0 &&
            (length == fixed || option->type == VIEW_OPTION_IS_BOUND))
            return (enum view_option_id)i;
    }
    return VIEW_OPTION_COUNT;
}

static const char *set_format(enum view_format *format, const char *value)
{
    for (int i = 0; i < VIEW_FORMAT_COUNT; i++)
        if (strcmp(value, format_names[i]) == 0) {
            *format = (enum view_format)i;
            return NULL;
        }
    return "text, json, csv or plist";
}

static const char *set_count(uint32_t *count, uint32_t least, const char *value)
{
    uint64_t number;
    const char *wrong = number_count(value, &number);

    if (wrong || number < least)
        return wrong ? wrong : "a number above 0";
    if (number > UINT32_MAX)
        return "at most 4294967295";
    *count = (uint32_t)number;
    return NULL;
}

const char *view_option_set(struct view_options *options, enum view_option_id id, const char *name,
                            size_t length, const char *value)
{
    const struct view_option *option = &view_option_table[id];
    const size_t fixed = option->name ? fixed_length(option) : 0;
    void *to = value_of(options, option);

    if (option->type == VIEW_OPTION_IS_FLAG) {
        if (!value)
            *(bool *)to = true;
        return value ? "without a value" : NULL;
    }
    if (!value)
        return "given a value";
    switch (option->type) {
    case VIEW_OPTION_IS_FORMAT:
        return set_format(to, value);
    case VIEW_OPTION_IS_COUNT:
        return set_count(to, 0, value);
    case VIEW_OPTION_IS_NUMBER:
        return set_count(to, 1, value);
    case VIEW_OPTION_IS_SECONDS:
        return number_seconds(value, to);
    case VIEW_OPTION_IS_INTERVAL:
        return number_interval(value, to);
    case VIEW_OPTION_IS_FLAG:
    case VIEW_OPTION_IS_BOUND:
        break;
    }
    return bounds_add(to, name + fixed, length - fixed, id == VIEW_OPTION_MAX, value);
}
