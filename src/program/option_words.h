/* option_words.h - the words of the command line: from options.def, and those of views
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OPTION_WORDS_H
#define CONNMON_OPTION_WORDS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "settings.h"
#include "view.h"

enum option_id {
#define GROUP(id, title) OPTION_GROUP_##id,
#define OPTION(id, letter, name, kebab, argument, help) OPTION_##id,
#include "options.def"
    OPTION_COUNT,
};

/* A row of options.def; of a heading, `help` alone. */
struct option_info {
    int letter;
    const char *name, *kebab, *argument, *help;
};

extern const struct option_info option_infos[OPTION_COUNT];

/* What a word asks for. */
enum word_kind {
    WORD_OPTION,      /* `id` is an enum option_id */
    WORD_VIEW,        /* an enum view_id */
    WORD_VIEW_OPTION, /* an enum view_option_id */
};

struct word {
    enum word_kind kind;
    int id;
    const char *name;
};

/* All words, as getopt_long() takes them. */
struct option_words {
    struct option *names;
    char *letters;
    struct word *words; /* by value of `names`, less OPTION_WORDS_FIRST */
    size_t count;
    char *spellings; /* of the options that name a column */
};

enum { OPTION_WORDS_FIRST = 256 }; /* above all letters */

/* False if there is no memory. To be freed in either case. */
bool option_words_init(struct option_words *words);
void option_words_free(struct option_words *words);

/* The word that getopt_long() has answered with. */
struct word option_words_find(const struct option_words *words, int answer);

enum { OPTION_LIST_SIZE = 96 };

/* "text, json or csv": the formats of a view. "--index or --split": who has an option of views.
 * Both return `text`, which is cut to `size`. */
char *option_words_formats(char *text, size_t size, const struct view_kind *kind);
char *option_words_users(char *text, size_t size, enum view_option_id id, unsigned of_files);

/* Prints the text of --help. `of_files` are the options of views (1 << enum view_option_id) that
 * --split has as well. */
void option_words_help(FILE *to, unsigned of_files);

#endif
