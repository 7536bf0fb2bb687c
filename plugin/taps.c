/* taps.c
 *
 *     -z connmon,VIEW[-FORMAT][,VALUE][,OPTION[=VALUE]]...[,FILTER]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps.h"

#include <string.h>

#include "compat.h"

#include <epan/stat_tap_ui.h>

#include "interest.h"
#include "preferences.h"
#include "tap.h"

#define PREFIX "connmon"

/* Short words for views, some with a format. */
static const struct {
    const char *word;
    enum view_id view;
    enum view_format format;
} short_words[] = {
    {"json", VIEW_LINES, VIEW_JSON},
    {"csv", VIEW_LINES, VIEW_CSV},
    {"conv", VIEW_CONVERSATIONS, VIEW_TEXT},
};

/* What was asked for. */
struct request {
    const struct view_kind *kind;
    struct view_options options;
    const char *rest; /* of the argument of -z, which was not looked at so far */
};

/* Up to the next comma. */
static size_t word_length(const char *rest)
{
    return strcspn(rest, ",");
}

static void skip_word(const char **rest)
{
    *rest += word_length(*rest);
    *rest += **rest == ',';
}

static bool is_word(const char *word, size_t length, const char *of)
{
    return strlen(of) == length && memcmp(word, of, length) == 0;
}

/* The view of a word without its format. */
static bool find_view(struct request *request, const char *word, size_t length)
{
    request->kind = view_find(word, length);
    if (request->kind) {
        request->options.format = request->kind->initial;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(short_words); i++)
        if (is_word(word, length, short_words[i].word)) {
            request->kind = &view_kinds[short_words[i].view];
            request->options.format = short_words[i].format;
            return true;
        }
    return false;
}

/* "conversations" or "conversations-json". */
static bool take_view(struct request *request)
{
    const char *word = request->rest;
    const size_t length = word_length(word);
    size_t dash = length;
    bool is_found = find_view(request, word, length);

    while (!is_found && dash > 0 && word[--dash] != '-')
        ;
    if (!is_found && dash > 0 && find_view(request, word, dash))
        for (int i = 0; i < VIEW_FORMAT_COUNT && !is_found; i++) {
            const enum view_format format = (enum view_format)i;

            is_found = is_word(word + dash + 1, length - dash - 1, view_format_name(format)) &&
                       request->kind->formats >> i & 1;
            if (is_found)
                request->options.format = format;
        }
    skip_word(&request->rest);
    return is_found;
}

/* The next word as an option of the view. False if it is none, but the filter. Else `*wrong` is
 * NULL or what is wrong, to be freed by g_free(). */
static bool take_option(struct request *request, char **wrong)
{
    const size_t length = word_length(request->rest);
    const char *equals = memchr(request->rest, '=', length);
    const size_t name_length = equals ? (size_t)(equals - request->rest) : length;
    const enum view_option_id id = view_option_find(request->rest, name_length);
    const bool is_known =
        id == VIEW_OPTION_FORMAT || (id != VIEW_OPTION_COUNT && request->kind->options >> id & 1);
    char *value;
    const char *must_be;

    if (!is_known)
        return false;
    value = equals ? g_strndup(equals + 1, length - name_length - 1) : NULL;
    must_be = view_option_set(&request->options, id, request->rest, name_length, value);
    if (!must_be && !(request->kind->formats >> request->options.format & 1))
        must_be = "a format that this view has";
    *wrong =
        must_be ? g_strdup_printf("%.*s: must be %s", (int)length, request->rest, must_be) : NULL;
    g_free(value);
    skip_word(&request->rest);
    return true;
}

/* The value that stands behind a view's name. */
static char *take_argument(struct request *request)
{
    const enum view_option_id id = request->kind->argument;
    const size_t length = word_length(request->rest);
    char *value, *wrong;
    const char *must_be;

    if (id == VIEW_OPTION_NOTHING || id == VIEW_OPTION_FORMAT)
        return NULL;
    value = g_strndup(request->rest, length);
    must_be = view_option_set(&request->options, id, "", 0, value);
    wrong =
        must_be ? g_strdup_printf("%s: must be %s", view_option_table[id].argument, must_be) : NULL;
    g_free(value);
    skip_word(&request->rest);
    return wrong;
}

static void append_usage(GString *words, const struct view_kind *kind)
{
    const enum view_option_id argument = kind->argument;
    const char *before = "[-";

    g_string_append_printf(words, PREFIX ",%s", kind->name);
    for (int i = 0; i < VIEW_FORMAT_COUNT; i++)
        if (kind->formats >> i & 1 && i != (int)kind->initial) {
            g_string_append_printf(words, "%s%s", before, view_format_name((enum view_format)i));
            before = "|";
        }
    g_string_append_c(words, ']');
    if (argument != VIEW_OPTION_NOTHING && argument != VIEW_OPTION_FORMAT)
        g_string_append_printf(words, ",%s", view_option_table[argument].argument);
    for (int i = 0; i < VIEW_OPTION_COUNT; i++) {
        const struct view_option *option = &view_option_table[i];

        if (kind->options >> i & 1)
            g_string_append_printf(words, "[,%s%s%s]", option->name, option->argument ? "=" : "",
                                   option->argument ? option->argument : "");
    }
    g_string_append(words, "[,filter]");
}

static char *usage(const struct view_kind *kind)
{
    GString *words = g_string_new(NULL);

    for (int i = 0; i < VIEW_COUNT; i++) {
        if (kind && kind != &view_kinds[i])
            continue;
        if (words->len > 0)
            g_string_append(words, ", ");
        append_usage(words, &view_kinds[i]);
    }
    return g_string_free(words, FALSE);
}

static char *parse(struct request *request)
{
    char *wrong = take_argument(request);

    while (!wrong && take_option(request, &wrong))
        ;
    return wrong;
}

/* Our name alone shows what the command line shows if it is asked for nothing else. */
static bool parse_view(struct request *request, const char *argument)
{
    request->options = view_options_initial();
    request->options.timeout_ns = preferences_timeout_ns();
    request->rest = strcmp(argument, PREFIX) == 0 ? PREFIX ",lines" : argument;
    if (!is_word(request->rest, word_length(request->rest), PREFIX))
        return false;
    skip_word(&request->rest);
    return take_view(request);
}

/* Wireshark compares only as much of the argument of -z as we have registered. So the rest of a
 * word is looked at here, for all of them. */
static bool start(const char *argument)
{
    struct request request = {0};
    const bool has_view = parse_view(&request, argument);
    char *allowed, *wrong = NULL;

    if (has_view) {
        wrong = parse(&request);
        if (!wrong)
            wrong = tap_begin(request.kind, &request.options, request.rest);
        if (!wrong)
            return true;
    }
    allowed = usage(has_view ? request.kind : NULL);
    if (has_view)
        fprintf(stderr, "tshark: -z %s: %s\n", allowed, wrong);
    else
        fprintf(stderr, "tshark: Invalid -z argument \"%s\"; it must be one of: %s\n", argument,
                allowed);
    g_free(allowed);
    g_free(wrong);
    return false;
}

static COMPAT_TAP_INIT start_tap(const char *argument, void *data _U_)
{
    compat_tap_init_end(start(argument));
}

static void register_name(const char *name)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = NULL, /* in no menu */
        .cli_string = name,
        .tap_init_cb = start_tap,
    };

    register_stat_tap_ui(&ui, NULL);
}

void taps_register(void)
{
    if (!interest_is_tshark()) /* others have windows */
        return;
    register_name(PREFIX); /* by itself, and with words that are none of ours */
    for (int i = 0; i < VIEW_COUNT; i++) {
        char *name = g_strconcat(PREFIX ",", view_kinds[i].name, NULL);

        register_name(name);
        g_free(name);
    }
}
