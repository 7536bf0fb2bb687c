/* interest.c
 *
 * Nearly all can be asked of Wireshark: which program this is, what is referenced by filters and
 * columns, who listens to which tap, whether the tree is made to be seen. Two things cannot:
 * whether the tree is visible for the sake of -T fields alone, and what the second of two passes
 * will show. For these the command line is read; where that is impossible (no /proc) the answer is
 * yes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interest.h"

#include <string.h>

#include <epan/column.h>
#include <epan/column-info.h>
#include <epan/epan_dissect.h>
#include <epan/expert.h>
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

/* A word of options, as getopt() takes it: flags, then at most one option with an argument, which
 * is the rest of the word or else the next word. Returns true if the next word is its argument. */
static bool read_options(struct request *request, const char *word, const char *next)
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
    return *option && !option[1];
}

/* `words` is the program and its arguments, each ended by a NUL. What is no option is passed by,
 * since a wrapper or an interpreter may stand in front. */
static void read_words(struct request *request, const char *words, gsize size)
{
    const char *end = words + size;
    bool is_argument = false;

    for (const char *word = words, *next; word < end; word = next) {
        next = word + strlen(word) + 1;
        request->names_us |= strstr(word, "connmon") || strstr(word, "expert");
        if (is_argument || word[0] != '-' || word[1] == '\0')
            is_argument = false;
        else if (word[1] == '-') /* getopt_long() takes what a name begins with, too */
            request->has_colors |= word[2] != '\0' && g_str_has_prefix("--color", word);
        else
            is_argument = read_options(request, word, next < end ? next : "");
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

/* Whether a Lua script has asked that each tree be made to be seen, which Wireshark does not tell,
 * but does. */
static bool is_all_visible(const packet_info *pinfo)
{
    epan_dissect_t *probe = epan_dissect_new(pinfo->epan, TRUE, FALSE);
    const bool is = PTREE_DATA(probe->tree)->visible;

    epan_dissect_free(probe);
    return is;
}

/* The first of two passes has no tree to be asked. */
static bool is_in_second_pass(const struct request *request)
{
    return request->two_passes &&
           (request->has_colors || (request->has_details && !request->fields_alone) ||
            union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

bool interest_exists(packet_info *pinfo, proto_tree *tree, int proto, int tap)
{
    struct request request = {false};

    if (!interest_is_tshark() || !read_request(&request))
        return true;
    if (request.names_us || is_referenced(proto) || is_referenced(proto_expert) ||
        have_tap_listener(tap) || have_tap_listener(find_tap_id("expert")) || has_column() ||
        is_all_visible(pinfo) || is_in_second_pass(&request))
        return true;
    return tree && PTREE_DATA(tree)->visible && !request.fields_alone;
}
