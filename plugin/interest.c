/* interest.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interest.h"

#include <glib.h>
#include <string.h>

/* The options of tshark that take no argument, so that they may stand together in one word. */
static const char flags[] = "2AgIlLnpPqQSVx";

/* Whether a word of the command line holds the flag, alone or among others (-nq). */
static bool has_flag(const char *word, char flag)
{
    return word[0] == '-' && word[1] != '-' && strspn(word + 1, flags) == strlen(word + 1) &&
           strchr(word, flag);
}

/* Whether a word, with the one behind it, asks for packets in detail: -V, -O, or an output other
 * than that of given fields. */
static bool asks_for_details(const char *word, const char *next)
{
    if (g_str_has_prefix(word, "-T"))
        return strcmp(word[2] != '\0' ? word + 2 : next, "fields") != 0;
    return has_flag(word, 'V') || g_str_has_prefix(word, "-O");
}

/* Whether a word, with the one behind it, asks for expert information of all protocols. */
static bool asks_for_experts(const char *word, const char *next)
{
    const char *option = word[0] == '-' ? word + 1 + strspn(word + 1, flags) : "";

    if (option[0] == 'z')
        return g_str_has_prefix(option[1] != '\0' ? option + 1 : next, "expert");
    return strstr(word, "_ws.expert") != NULL;
}

static bool is_tshark(const char *words)
{
    gchar *program = g_path_get_basename(words);
    bool is = strcmp(program, "tshark") == 0;

    g_free(program);
    return is;
}

/* `words` is the program and its arguments, each ended by a NUL. */
static bool may_show(const char *words, gsize size, const char *name)
{
    const char *end = words + size;
    bool is_quiet = false, has_details = false;

    if (!is_tshark(words))
        return true;
    for (const char *word = words, *next; word < end; word = next) {
        const char *argument = "";

        next = word + strlen(word) + 1;
        if (next < end)
            argument = next;
        if (strstr(word, name) || asks_for_experts(word, argument))
            return true;
        is_quiet |= has_flag(word, 'q');
        has_details |= asks_for_details(word, argument);
    }
    return has_details && !is_quiet;
}

bool interest_is_possible(const char *name)
{
    gchar *words;
    gsize size;
    bool may = true;

    if (!g_file_get_contents("/proc/self/cmdline", &words, &size, NULL))
        return true;
    if (size > 0)
        may = may_show(words, size, name);
    g_free(words);
    return may;
}

bool interest_is_tshark(void)
{
    gchar *words;
    gsize size;
    bool is = false;

    if (!g_file_get_contents("/proc/self/cmdline", &words, &size, NULL))
        return false;
    is = size > 0 && is_tshark(words);
    g_free(words);
    return is;
}
