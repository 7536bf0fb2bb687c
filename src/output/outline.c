/* outline.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "outline.h"

#include <string.h>

#include "json_token.h"

enum {
    ROOM = 128, /* for a key and what stands around it, or for a number */
    INDENT = 2,
    SECONDS_DIGITS = 9,
};

/* What stands in front of a value, and behind it, by format. */
struct around {
    const char *before, *after;
};

static const struct around around_strings[] = {
    [OUTLINE_JSON] = {"\"", "\""},
    [OUTLINE_PLIST] = {"<string>", "</string>\n"},
    [OUTLINE_TEXT] = {" ", "\n"},
};
static const struct around around_integers[] = {
    [OUTLINE_JSON] = {"", ""},
    [OUTLINE_PLIST] = {"<integer>", "</integer>\n"},
    [OUTLINE_TEXT] = {" ", "\n"},
};
static const struct around around_times[] = {
    [OUTLINE_JSON] = {"", ""},
    [OUTLINE_PLIST] = {"<string>", "</string>\n"},
    [OUTLINE_TEXT] = {" ", "\n"},
};
static const struct around around_booleans[] = {
    [OUTLINE_JSON] = {"", ""},
    [OUTLINE_PLIST] = {"<", "/>\n"},
    [OUTLINE_TEXT] = {" ", "\n"},
};
static const struct around around_lists[] = {
    [OUTLINE_JSON] = {"[", "]"},
    [OUTLINE_PLIST] = {"<array>\n", "</array>\n"},
    [OUTLINE_TEXT] = {"\n", ""},
};

/* JSON has nothing around most values. */
static void put(struct outline *outline, const char *words)
{
    if (*words)
        text_string(writer_room(&outline->writer, ROOM), words);
}

void outline_resume(struct outline *outline, enum outline_format format, text_sink *sink, void *to)
{
    outline->format = format;
    outline->depth = 0;
    outline->is_first = true;
    writer_init(&outline->writer, outline->bytes, sizeof(outline->bytes), sink, to);
}

void outline_begin(struct outline *outline, enum outline_format format, text_sink *sink, void *to)
{
    outline_resume(outline, format, sink, to);
    if (format != OUTLINE_PLIST)
        return;
    put(outline, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put(outline, "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" ");
    put(outline, "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n");
    put(outline, "<plist version=\"1.0\">\n<array>\n");
}

void outline_flush(struct outline *outline)
{
    writer_flush(&outline->writer);
}

void outline_end(struct outline *outline)
{
    if (outline->format == OUTLINE_PLIST)
        put(outline, "</array>\n</plist>\n");
    outline_flush(outline);
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

static void put_indented_key(struct outline *outline, const char *key)
{
    for (unsigned i = 0; i < (outline->depth - outline->is_first) * INDENT; i++)
        text_char(writer_room(&outline->writer, 1), ' ');
    put(outline, outline->is_first ? "- " : "");
    put(outline, key);
    put(outline, ":");
}

static void put_key(struct outline *outline, const char *key)
{
    switch (outline->format) {
    case OUTLINE_JSON:
        json_key(writer_room(&outline->writer, ROOM), key, outline->is_first);
        break;
    case OUTLINE_PLIST:
        put(outline, "<key>");
        put(outline, key);
        put(outline, "</key>");
        break;
    case OUTLINE_TEXT:
        put_indented_key(outline, key);
        break;
    }
    outline->is_first = false;
}

void outline_begin_list(struct outline *outline, const char *key)
{
    put_key(outline, key);
    put(outline, around_lists[outline->format].before);
    outline->is_first = true;
}

void outline_end_list(struct outline *outline)
{
    put(outline, around_lists[outline->format].after);
    outline->is_first = false;
}

void outline_begin_string(struct outline *outline, const char *key)
{
    put_key(outline, key);
    put(outline, around_strings[outline->format].before);
}

/* Nearly all characters stay as they are: they are copied in runs. */
void outline_piece(struct outline *outline, const char *string)
{
    static const struct {
        const char *special;
        escape_function *escape;
    } escapes[] = {
        [OUTLINE_JSON] = {"\"\\", escape_json},
        [OUTLINE_PLIST] = {"&<", escape_xml},
        [OUTLINE_TEXT] = {"", NULL},
    };

    for (;;) {
        const size_t plain = strcspn(string, escapes[outline->format].special);

        writer_bytes(&outline->writer, string, plain);
        string += plain;
        if (!*string)
            return;
        string +=
            escapes[outline->format].escape(writer_room(&outline->writer, ESCAPE_MOST), string, 1);
    }
}

void outline_end_string(struct outline *outline)
{
    put(outline, around_strings[outline->format].after);
}

void outline_string(struct outline *outline, const char *key, const char *string)
{
    outline_begin_string(outline, key);
    outline_piece(outline, string);
    outline_end_string(outline);
}

void outline_endpoint(struct outline *outline, const char *key, const struct connmon_endpoint *end)
{
    outline_begin_string(outline, key);
    text_endpoint(writer_room(&outline->writer, ROOM), end);
    outline_end_string(outline);
}

void outline_number(struct outline *outline, const char *key, uint64_t number)
{
    put_key(outline, key);
    put(outline, around_integers[outline->format].before);
    text_unsigned(writer_room(&outline->writer, ROOM), number, 0);
    put(outline, around_integers[outline->format].after);
}

void outline_signed(struct outline *outline, const char *key, int64_t number)
{
    put_key(outline, key);
    put(outline, around_integers[outline->format].before);
    text_signed(writer_room(&outline->writer, ROOM), number, 0);
    put(outline, around_integers[outline->format].after);
}

void outline_boolean(struct outline *outline, const char *key, bool is_true)
{
    put_key(outline, key);
    put(outline, around_booleans[outline->format].before);
    put(outline, is_true ? "true" : "false");
    put(outline, around_booleans[outline->format].after);
}

void outline_time(struct outline *outline, const char *key, int64_t ns)
{
    put_key(outline, key);
    put(outline, around_times[outline->format].before);
    text_seconds(writer_room(&outline->writer, ROOM), ns, SECONDS_DIGITS, 0);
    put(outline, around_times[outline->format].after);
}

void outline_nothing(struct outline *outline, const char *key)
{
    if (outline->format == OUTLINE_PLIST)
        return;
    put_key(outline, key);
    put(outline, outline->format == OUTLINE_JSON ? "null" : " -\n");
}
