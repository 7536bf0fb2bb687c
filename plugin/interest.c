/* interest.c
 *
 * Nearly all can be asked of Wireshark: which program this is, what is referenced by filters and
 * columns, who listens to which tap, whether the tree is made to be seen. Three things cannot:
 * whether the tree is visible for the sake of -T fields alone, what the second of two passes will
 * show, and what a Lua script will look for. For the former two the command line is read; where
 * that is impossible (no /proc) the answer is yes. Where there are scripts, it is yes, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interest.h"

#include <string.h>

#include <gmodule.h>

#include <epan/column.h>
#include <epan/column-info.h>
#include <epan/epan_dissect.h>
#include <epan/expert.h>
#include <wsutil/filesystem.h>
#include <wsutil/report_message.h>

/* The options of tshark that take no argument, so that others may follow in the same word. */
static const char flags[] = "2DILQPVghlnpqvx";

/* What tshark's command line asks for. */
struct request {
    bool names_us;     /* or expert information */
    bool two_passes;   /* -2 */
    bool has_details;  /* -V, -O, or an output of whole trees: in the second pass, too */
    bool has_colors;   /* --color: the filters of a file */
    bool fields_alone; /* -T fields, whose tree is visible, though only what is named is printed */
};

bool interest_is_tshark(void)
{
    return g_strcmp0(get_friendly_program_name(), "TShark") == 0;
}

static bool is_referenced(int proto)
{
    return proto_registrar_get_nth((guint)proto)->ref_type != HF_REF_TYPE_NONE;
}

bool interest_in_tree(const proto_tree *tree, int proto)
{
    return tree && (PTREE_DATA(tree)->visible || is_referenced(proto));
}

static void read_output(struct request *request, const char *type)
{
    static const char *const without_tree[] = {"text", "tabs", "ps", "psml", NULL};

    if (strcmp(type, "fields") == 0)
        request->fields_alone = true;
    else if (!g_strv_contains(without_tree, type))
        request->has_details = true;
}

/* Of a file to read or to write, the name means nothing. Macros stand for any filter. */
static bool may_name_us(char option, const char *word)
{
    return option != 'r' && option != 'w' &&
           (strstr(word, "connmon") || strstr(word, "expert") || strchr(word, '$'));
}

/* A word of options, as getopt() takes it: flags, then at most one option with an argument, which
 * is the rest of the word or else the next word. Returns where that option is; the word's end if
 * there is none. */
static const char *read_options(struct request *request, const char *word, const char *next)
{
    const char *option = word + 1 + strspn(word + 1, flags);
    const char *argument = *option && option[1] ? option + 1 : next;

    for (const char *flag = word + 1; flag < option; flag++) {
        request->two_passes |= *flag == '2';
        request->has_details |= *flag == 'V';
    }
    request->has_details |= *option == 'O';
    if (*option == 'T')
        read_output(request, argument);
    return option;
}

/* A long option; getopt_long() takes what a name begins with, too. */
static void read_long_option(struct request *request, const char *word)
{
    request->has_colors |= word[2] != '\0' && g_str_has_prefix("--color", word);
}

/* `words` is the program and its arguments, each ended by a NUL. What is no option is passed by,
 * since a wrapper or an interpreter may stand in front. A word behind a long option is read as if
 * it were none of that, and what it says is doubted, since it may be its argument. */
static void read_words(struct request *request, const char *words, gsize size)
{
    const char *end = words + size;
    char awaiting = '\0'; /* an option whose argument is the next word */
    bool is_doubtful = false;

    for (const char *word = words + strlen(words) + 1, *next; word < end; word = next) {
        const bool is_option = awaiting == '\0' && word[0] == '-' && word[1] != '\0';
        char option = awaiting;

        next = word + strlen(word) + 1;
        awaiting = '\0';
        if (is_option && word[1] == '-') {
            read_long_option(request, word);
            is_doubtful = !strchr(word, '=');
        } else if (is_option) {
            const bool fields_alone = request->fields_alone;
            const char *last = read_options(request, word, next < end ? next : "");

            option = *last;
            if (is_doubtful)
                request->fields_alone = fields_alone;
            else if (option != '\0' && last[1] == '\0')
                awaiting = option;
            is_doubtful = false;
        } else {
            is_doubtful = false;
        }
        request->names_us |= may_name_us(option, word);
    }
}

/* False if the command line cannot be read. */
static bool read_request(struct request *request)
{
    gchar *words;
    gsize size;

    if (!g_file_get_contents("/proc/self/cmdline", &words, &size, NULL))
        return false;
    read_words(request, words, size);
    g_free(words);
    return size > 0;
}

/* Whether a column is set that shows what we add; of one by a filter, its name tells. */
static bool has_column(void)
{
    for (int i = 0; i < (int)prefs.num_cols; i++) {
        const int format = get_column_format(i);
        const char *fields = get_column_custom_fields(i);

        if (format == COL_EXPERT || (format == COL_CUSTOM && fields &&
                                     (strstr(fields, "connmon") || strstr(fields, "expert"))))
            return true;
    }
    return false;
}

/* Whether there are Lua scripts. The function is exported, but no header that is installed has it;
 * it does not count init.lua. A Wireshark without Lua lacks it. */
static bool has_scripts(void)
{
    GModule *self = g_module_open(NULL, 0);
    unsigned (*count)(void) = NULL;
    char *init = get_persconffile_path("init.lua", FALSE);
    gpointer symbol = NULL;
    bool has;

    if (self && g_module_symbol(self, "wslua_count_plugins", &symbol))
        memcpy(&count, &symbol, sizeof(count));
    has = count && (count() > 0 || g_file_test(init, G_FILE_TEST_EXISTS));
    g_free(init);
    if (self)
        g_module_close(self);
    return has;
}

/* The first of two passes has no tree to be asked. */
static bool is_in_second_pass(const struct request *request)
{
    return request->two_passes &&
           (request->has_colors || (request->has_details && !request->fields_alone) ||
            union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

bool interest_exists(proto_tree *tree, int proto, int tap)
{
    struct request request = {false};

    if (!interest_is_tshark() || !read_request(&request))
        return true;
    if (request.names_us || is_referenced(proto) || is_referenced(proto_expert) ||
        have_tap_listener(tap) || have_tap_listener(find_tap_id("expert")) || has_column() ||
        has_scripts() || is_in_second_pass(&request))
        return true;
    return tree && PTREE_DATA(tree)->visible && !request.fields_alone;
}
