/* option_words.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "option_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"

enum {
    HELP_COLUMN = 28,
    SPELLING_SIZE = 64, /* of "--max-server-retransmitted-bytes", with room to spare */
    SPELLINGS_EACH = 4, /* at least, at most; with its side and without */
    MOST_LETTERS = 256,
};

/* The sides have the same columns. */
static const char first_side[] = "client";

const struct option_info option_infos[OPTION_COUNT] = {
#define GROUP(id, title) {.help = (title)},
#define OPTION(id, letter, name, kebab, argument, help) {letter, name, kebab, argument, help},
#include "options.def"
};

static size_t most_words(void)
{
    return 2 * OPTION_COUNT + VIEW_COUNT + VIEW_OPTION_COUNT +
           SPELLINGS_EACH * columns_of_conversation.column_count;
}

static void add_letter(struct option_words *words, int letter, const char *argument)
{
    char *at = words->letters + strlen(words->letters);

    if (!letter)
        return;
    *at++ = (char)letter;
    if (argument)
        *at++ = ':';
    *at = '\0';
}

static void add(struct option_words *words, const char *name, const char *argument,
                struct word word)
{
    const size_t at = words->count;

    if (!name)
        return;
    word.name = name;
    words->words[at] = word;
    words->names[at] = (struct option){name, argument ? required_argument : no_argument, NULL,
                                       OPTION_WORDS_FIRST + (int)at};
    words->count++;
}

/* "min-server-rtt-p95", with hyphens, of these pieces; without `side` if that is NULL. */
static char *spell(char *at, const char *bound, const char *side, const char *column)
{
    snprintf(at, SPELLING_SIZE, "%.*s%s%s%s", (int)strcspn(bound, "C"), bound, side ? side : "",
             side ? "-" : "", column);
    for (char *c = at; *c; c++)
        if (*c == '_')
            *c = '-';
    return at;
}

/* Of two columns that have a name without their sides in common, the first counts, as in bound.c.
 * "--min-server-rtt-p95" and "--min-rtt-p95" for the name "min-COLUMN". */
static char *add_columns(struct option_words *words, enum view_option_id id, char *at)
{
    const struct view_option *option = &view_option_table[id];
    const struct word word = {.kind = WORD_VIEW_OPTION, .id = (int)id};

    for (size_t i = 0; i < columns_of_conversation.column_count; i++) {
        const struct report_column *column = &columns_of_conversation.columns[i];

        if (column->type == REPORT_TEXT)
            continue;
        if (!column->prefix || strcmp(column->prefix, first_side) == 0)
            add(words, spell(at, option->name, NULL, column->name), option->argument, word);
        at += SPELLING_SIZE;
        if (column->prefix)
            add(words, spell(at, option->name, column->prefix, column->name), option->argument,
                word);
        at += SPELLING_SIZE;
    }
    return at;
}

static void add_views(struct option_words *words)
{
    char *at = words->spellings;

    for (int i = 0; i < VIEW_COUNT; i++) {
        const bool has_argument = view_kinds[i].argument != VIEW_OPTION_NOTHING;

        add(words, view_kinds[i].name, has_argument ? "" : NULL,
            (struct word){.kind = WORD_VIEW, .id = i});
    }
    for (int i = 0; i < VIEW_OPTION_COUNT; i++) {
        const struct view_option *option = &view_option_table[i];

        add_letter(words, option->letter, option->argument);
        if (option->type == VIEW_OPTION_IS_BOUND)
            at = add_columns(words, (enum view_option_id)i, at);
        else if (option->name && !view_find(option->name, strlen(option->name)))
            add(words, option->name, option->argument,
                (struct word){.kind = WORD_VIEW_OPTION, .id = i});
    }
}

bool option_words_init(struct option_words *words)
{
    const size_t most = most_words();

    *words = (struct option_words){
        .names = calloc(most + 1, sizeof(*words->names)),
        .letters = calloc(1, MOST_LETTERS),
        .words = calloc(most, sizeof(*words->words)),
        .spellings = calloc(most, SPELLING_SIZE),
    };
    if (!words->names || !words->letters || !words->words || !words->spellings)
        return false;
    words->letters[0] = ':'; /* tells a missing argument from an unknown option */
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_info *info = &option_infos[i];
        const struct word word = {.kind = WORD_OPTION, .id = i};

        add_letter(words, info->letter, info->argument);
        add(words, info->name, info->argument, word);
        add(words, info->kebab, info->argument, word);
    }
    add_views(words);
    return true;
}

void option_words_free(struct option_words *words)
{
    free(words->names);
    free(words->letters);
    free(words->words);
    free(words->spellings);
}

struct word option_words_find(const struct option_words *words, int answer)
{
    if (answer >= OPTION_WORDS_FIRST)
        return words->words[answer - OPTION_WORDS_FIRST];
    for (int i = 0; i < VIEW_OPTION_COUNT; i++)
        if (view_option_table[i].letter == answer)
            return (struct word){WORD_VIEW_OPTION, i, view_option_table[i].name};
    for (int i = 0;; i++)
        if (option_infos[i].letter == answer)
            return (struct word){WORD_OPTION, i, option_infos[i].name};
}

/* ---- --help ---- */

static void print_words(FILE *to, int letter, const char *name, const char *argument)
{
    char words[64];
    const int length =
        snprintf(words, sizeof(words), "%c%c%c --%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
                 letter ? ',' : ' ', name, argument ? " " : "", argument ? argument : "");

    fprintf(to, "  %-*s%s", HELP_COLUMN, words, length < HELP_COLUMN ? "" : " ");
}

/* The names of what is in `bits`, as in "json, plist or text". */
static void list(char *text, size_t size, unsigned bits, const char *before,
                 const char *(*name)(int))
{
    size_t at = 0;

    text[0] = '\0';
    for (int i = 0; bits >> i && at < size; i++)
        if (bits >> i & 1)
            at += (size_t)snprintf(text + at, size - at, "%s%s%s",
                                   at == 0          ? ""
                                   : bits >> i == 1 ? " or "
                                                    : ", ",
                                   before, name(i));
}

static const char *format_name(int format)
{
    return view_format_name((enum view_format)format);
}

static const char *view_name(int id)
{
    return id < VIEW_COUNT ? view_kinds[id].name : "split";
}

char *option_words_formats(char *text, size_t size, const struct view_kind *kind)
{
    list(text, size, kind->formats, "", format_name);
    return text;
}

char *option_words_users(char *text, size_t size, enum view_option_id id, unsigned of_files)
{
    unsigned users = (of_files >> id & 1) << VIEW_COUNT;

    for (int i = 0; i < VIEW_COUNT; i++)
        users |= (view_kinds[i].options >> id & 1) << i;
    list(text, size, users, "--", view_name);
    return text;
}

static void print_view(FILE *to, const struct view_kind *kind)
{
    const bool has_argument = kind->argument != VIEW_OPTION_NOTHING;

    char formats[OPTION_LIST_SIZE];

    print_words(to, 0, kind->name,
                has_argument ? view_option_table[kind->argument].argument : NULL);
    if (kind->argument == VIEW_OPTION_FORMAT)
        fprintf(to, "%s: ", option_words_formats(formats, sizeof(formats), kind));
    fprintf(to, "%s\n", kind->help);
}

static void print_view_option(FILE *to, enum view_option_id id, unsigned of_files)
{
    const struct view_option *option = &view_option_table[id];
    char users[OPTION_LIST_SIZE];

    if (!option->name || view_find(option->name, strlen(option->name)))
        return;
    print_words(to, option->letter, option->name, option->argument);
    option_words_users(users, sizeof(users), id, of_files);
    if (users[0] && !(view_kinds[VIEW_LINES].options >> id & 1))
        fprintf(to, "with %s, ", users);
    fputs(option->help, to);
    if (option->type != VIEW_OPTION_IS_FORMAT && option->initial > 0)
        fprintf(to, " (%d)", (int)option->initial);
    fputs("\n", to);
}

/* How a usage shows the value of a setting. */
static const char *argument_of(enum setting_unit unit)
{
    static const char *const arguments[] = {
        [SETTING_IN_SECONDS] = "S",    [SETTING_IN_MILLISECONDS] = "MS", [SETTING_IN_COUNT] = "N",
        [SETTING_IN_MEGABYTES] = "MB", [SETTING_IN_FLAG] = "TRUE",
    };

    return arguments[unit];
}

static void print_setting(FILE *to, enum setting_id id)
{
    const struct setting *setting = &setting_table[id];
    const struct settings initial = settings_initial(connmon_config_exact());
    char words[SPELLING_SIZE];

    snprintf(words, sizeof(words), "%s:%s", setting->name, argument_of(setting->unit));
    fprintf(to, "        %-*s%c%s", HELP_COLUMN - 6, words, setting->title[0] | 0x20,
            setting->title + 1);
    if (settings_get(&initial, id) > 0)
        fprintf(to, " (%" PRIu32 ")", settings_get(&initial, id));
    fputs("\n", to);
}

static void print_group(FILE *to, enum option_id id, unsigned of_files)
{
    fprintf(to, "%s%s:\n", id == 0 ? "" : "\n", option_infos[id].help);
    for (int i = 0; id == OPTION_GROUP_VIEWS && i < VIEW_COUNT; i++)
        print_view(to, &view_kinds[i]);
    for (int i = 0; id == OPTION_GROUP_PRINTING && i < VIEW_OPTION_COUNT; i++)
        print_view_option(to, (enum view_option_id)i, of_files);
}

void option_words_help(FILE *to, unsigned of_files)
{
    fputs("usage: connmon -i INTERFACE | [-r] FILE | -e FILE [options]\n"
          "Passive round-trip delays of TCP, packet by packet.\n\n",
          to);
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_info *info = &option_infos[i];

        if (info->name) {
            print_words(to, info->letter, info->name, info->argument);
            fprintf(to, "%s\n", info->help);
            for (int j = 0; i == OPTION_OPTION && j < SETTING_COUNT; j++)
                print_setting(to, (enum setting_id)j);
        } else {
            print_group(to, (enum option_id)i, of_files);
        }
    }
    fputs("\nNames can be written with hyphens as well, as in --sum-int. See connmon(1).\n", to);
}
