/* tree.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tree.h"

#include <string.h>

enum { ROOM = 128, INDENT = 2 };

static void flush(struct tree *tree)
{
    tree->sink(tree->to, tree->bytes, (size_t)(tree->text.at - tree->bytes));
    tree->text.at = tree->bytes;
}

/* Where a few words can be written. */
static struct text *room(struct tree *tree)
{
    if (tree->text.end - tree->text.at < ROOM)
        flush(tree);
    return &tree->text;
}

static void put(struct tree *tree, const char *words)
{
    text_string(room(tree), words);
}

void tree_begin(struct tree *tree, enum tree_format format, report_sink *sink, void *to)
{
    tree->format = format;
    tree->sink = sink;
    tree->to = to;
    tree->depth = 0;
    tree->is_first = true;
    tree->text = (struct text){tree->bytes, tree->bytes + TREE_BUFFER_SIZE};
    if (format != TREE_PLIST)
        return;
    put(tree, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put(tree, "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" ");
    put(tree, "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n");
    put(tree, "<plist version=\"1.0\">\n<array>\n");
}

void tree_end(struct tree *tree)
{
    if (tree->format == TREE_PLIST)
        put(tree, "</array>\n</plist>\n");
    flush(tree);
}

static void put_indent(struct tree *tree, unsigned depth)
{
    for (unsigned i = 0; i < depth * INDENT; i++)
        text_char(room(tree), ' ');
}

void tree_begin_object(struct tree *tree)
{
    if (tree->format == TREE_PLIST)
        put(tree, "<dict>\n");
    else if (tree->format == TREE_JSON)
        put(tree, tree->depth > 0 && !tree->is_first ? ",{" : "{");
    tree->depth += tree->depth == 0 ? 1 : 2; /* a list lies in between */
    tree->is_first = true;
}

void tree_end_object(struct tree *tree)
{
    if (tree->format == TREE_PLIST)
        put(tree, "</dict>\n");
    else if (tree->format == TREE_JSON)
        put(tree, tree->depth == 1 ? "}\n" : "}");
    tree->depth -= tree->depth == 1 ? 1 : 2;
    tree->is_first = false;
}

static void put_key(struct tree *tree, const char *key)
{
    switch (tree->format) {
    case TREE_JSON:
        put(tree, tree->is_first ? "\"" : ",\"");
        put(tree, key);
        put(tree, "\":");
        break;
    case TREE_PLIST:
        put(tree, "<key>");
        put(tree, key);
        put(tree, "</key>");
        break;
    default:
        put_indent(tree, tree->depth - tree->is_first);
        put(tree, tree->is_first ? "- " : "");
        put(tree, key);
        put(tree, ":");
        break;
    }
    tree->is_first = false;
}

void tree_begin_list(struct tree *tree, const char *key)
{
    static const char *const words[] = {"[", "<array>\n", "\n"};

    put_key(tree, key);
    put(tree, words[tree->format]);
    tree->is_first = true;
}

void tree_end_list(struct tree *tree)
{
    static const char *const words[] = {"]", "</array>\n", ""};

    put(tree, words[tree->format]);
    tree->is_first = false;
}

void tree_begin_string(struct tree *tree, const char *key)
{
    static const char *const words[] = {"\"", "<string>", " "};

    put_key(tree, key);
    put(tree, words[tree->format]);
}

static void put_bytes(struct tree *tree, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t part = size < ROOM ? size : ROOM;

        text_bytes(room(tree), bytes, part);
        bytes += part;
        size -= part;
    }
}

static const char *escaped(char special)
{
    switch (special) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '"':
        return "\\\"";
    default:
        return "\\\\";
    }
}

void tree_piece(struct tree *tree, const char *string)
{
    static const char *const special[] = {
        [TREE_JSON] = "\"\\", [TREE_PLIST] = "&<", [TREE_TEXT] = ""};

    for (;;) {
        size_t plain = strcspn(string, special[tree->format]);

        put_bytes(tree, string, plain);
        string += plain;
        if (!*string)
            return;
        put(tree, escaped(*string++));
    }
}

void tree_end_string(struct tree *tree)
{
    static const char *const words[] = {"\"", "</string>\n", "\n"};

    put(tree, words[tree->format]);
}

void tree_string(struct tree *tree, const char *key, const char *string)
{
    tree_begin_string(tree, key);
    tree_piece(tree, string);
    tree_end_string(tree);
}

void tree_number(struct tree *tree, const char *key, uint64_t number)
{
    static const char *const before[] = {"", "<integer>", " "}, *const after[] = {
                                                                    "", "</integer>\n", "\n"};

    put_key(tree, key);
    put(tree, before[tree->format]);
    text_unsigned(room(tree), number, 0);
    put(tree, after[tree->format]);
}

void tree_time(struct tree *tree, const char *key, int64_t ns)
{
    static const char *const before[] = {"", "<string>", " "}, *const after[] = {"", "</string>\n",
                                                                                 "\n"};

    put_key(tree, key);
    put(tree, before[tree->format]);
    text_seconds(room(tree), ns, 9, 0);
    put(tree, after[tree->format]);
}

void tree_nothing(struct tree *tree, const char *key)
{
    if (tree->format == TREE_PLIST)
        return;
    put_key(tree, key);
    put(tree, tree->format == TREE_JSON ? "null" : " -\n");
}
