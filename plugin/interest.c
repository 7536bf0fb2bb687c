/* interest.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interest.h"

#include <glib.h>
#include <string.h>

/* The options of tshark that take no argument, so that they may stand together in one word. */
static const char flags[] = "2AgIlLnpPqQSVx";

/* Whether a word of the command line holds the flag -q, alone or among others (-nq). */
static bool is_quiet(const char *word)
{
    return word[0] == '-' && word[1] != '-' && strspn(word + 1, flags) == strlen(word + 1) &&
           strchr(word, 'q');
}

static bool is_fields_output(const char *word, const char *next)
{
    return strcmp(word, "-Tfields") == 0 ||
           (strcmp(word, "-T") == 0 && strcmp(next, "fields") == 0);
}

/* `words` is the program and its arguments, each ended by a NUL. */
static bool may_name(const char *words, gsize size, const char *name)
{
    const char *end = words + size;
    gchar *program = g_path_get_basename(words);
    bool is_tshark = strcmp(program, "tshark") == 0, prints_details = true;

    g_free(program);
    if (!is_tshark)
        return true;
    for (const char *word = words, *next; word < end; word = next) {
        next = word + strlen(word) + 1;
        if (strstr(word, name))
            return true;
        if (is_quiet(word) || is_fields_output(word, next < end ? next : ""))
            prints_details = false;
    }
    return prints_details;
}

bool interest_is_possible(const char *name)
{
    gchar *words;
    gsize size;
    bool may = true;

    if (!g_file_get_contents("/proc/self/cmdline", &words, &size, NULL))
        return true;
    if (size > 0)
        may = may_name(words, size, name);
    g_free(words);
    return may;
}
