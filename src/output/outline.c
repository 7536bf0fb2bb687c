/* outline.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "outline.h"

#include <string.h>

enum { ROOM = 128, INDENT = 2 };

static void flush(struct outline *outline)
{
    outline->sink(outline->to, outline->bytes, (size_t)(outline->text.at - outline->bytes));
    outline->text.at = outline->bytes;
}

/* Where a few words can be written. */
static struct text *room(struct outline *outline)
{
    if (outline->text.end - outline->text.at < ROOM)
        flush(outline);
    return &outline->text;
}

static void put(struct outline *outline, const char *words)
{
    text_string(room(outline), words);
}

void outline_begin(struct outline *outline, enum outline_format format, text_sink *sink, void *to)
{
    outline->format = format;
    outline->sink = sink;
    outline->to = to;
    outline->depth = 0;
    outline->is_first = true;
    outline->text = (struct text){outline->bytes, outline->bytes + OUTLINE_BUFFER_SIZE};
    if (format != OUTLINE_PLIST)
        return;
    put(outline, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put(outline, "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" ");
    put(outline, "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n");
    put(outline, "<plist version=\"1.0\">\n<array>\n");
}

void outline_end(struct outline *outline)
{
    if (outline->format == OUTLINE_PLIST)
        put(outline, "</array>\n</plist>\n");
    flush(outline);
}

static void put_indent(struct outline *outline, unsigned depth)
{
    for (unsigned i = 0; i < depth * INDENT; i++)
        text_char(room(outline), ' ');
}

void outline_begin_object(struct outline *outline)
{
    if (outline->format == OUTLINE_PLIST)
        put(outline, "<dict>\n");
    else if (outline->format == OUTLINE_JSON)
        put(outline, outline->depth > 0 && !outline->is_first ? ",{" : "{");
    outline->depth += outline->depth == 0 ? 1 : 2; /* a list lies in between */
    outline->is_first = true;
}

void outline_end_object(struct outline *outline)
{
    if (outline->format == OUTLINE_PLIST)
        put(outline, "</dict>\n");
    else if (outline->format == OUTLINE_JSON)
        put(outline, outline->depth == 1 ? "}\n" : "}");
    outline->depth -= outline->depth == 1 ? 1 : 2;
    outline->is_first = false;
}

static void put_key(struct outline *outline, const char *key)
{
    switch (outline->format) {
    case OUTLINE_JSON:
        put(outline, outline->is_first ? "\"" : ",\"");
        put(outline, key);
        put(outline, "\":");
        break;
    case OUTLINE_PLIST:
        put(outline, "<key>");
        put(outline, key);
        put(outline, "</key>");
        break;
    default:
        put_indent(outline, outline->depth - outline->is_first);
        put(outline, outline->is_first ? "- " : "");
        put(outline, key);
        put(outline, ":");
        break;
    }
    outline->is_first = false;
}

void outline_begin_list(struct outline *outline, const char *key)
{
    static const char *const words[] = {"[", "<array>\n", "\n"};

    put_key(outline, key);
    put(outline, words[outline->format]);
    outline->is_first = true;
}

void outline_end_list(struct outline *outline)
{
    static const char *const words[] = {"]", "</array>\n", ""};

    put(outline, words[outline->format]);
    outline->is_first = false;
}

void outline_begin_string(struct outline *outline, const char *key)
{
    static const char *const words[] = {"\"", "<string>", " "};

    put_key(outline, key);
    put(outline, words[outline->format]);
}

static void put_bytes(struct outline *outline, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t part = size < ROOM ? size : ROOM;

        text_bytes(room(outline), bytes, part);
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

void outline_piece(struct outline *outline, const char *string)
{
    static const char *const special[] = {
        [OUTLINE_JSON] = "\"\\", [OUTLINE_PLIST] = "&<", [OUTLINE_TEXT] = ""};

    for (;;) {
        size_t plain = strcspn(string, special[outline->format]);

        put_bytes(outline, string, plain);
        string += plain;
        if (!*string)
            return;
        put(outline, escaped(*string++));
    }
}

void outline_end_string(struct outline *outline)
{
    static const char *const words[] = {"\"", "</string>\n", "\n"};

    put(outline, words[outline->format]);
}

void outline_string(struct outline *outline, const char *key, const char *string)
{
    outline_begin_string(outline, key);
    outline_piece(outline, string);
    outline_end_string(outline);
}

void outline_number(struct outline *outline, const char *key, uint64_t number)
{
    static const char *const before[] = {"", "<integer>", " "}, *const after[] = {
                                                                    "", "</integer>\n", "\n"};

    put_key(outline, key);
    put(outline, before[outline->format]);
    text_unsigned(room(outline), number, 0);
    put(outline, after[outline->format]);
}

void outline_time(struct outline *outline, const char *key, int64_t ns)
{
    static const char *const before[] = {"", "<string>", " "}, *const after[] = {"", "</string>\n",
                                                                                 "\n"};

    put_key(outline, key);
    put(outline, before[outline->format]);
    text_seconds(room(outline), ns, 9, 0);
    put(outline, after[outline->format]);
}

void outline_nothing(struct outline *outline, const char *key)
{
    if (outline->format == OUTLINE_PLIST)
        return;
    put_key(outline, key);
    put(outline, outline->format == OUTLINE_JSON ? "null" : " -\n");
}
