/* json.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "json.h"

#include "value.h"

static void put_escaped(struct text *text, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    if (c == '"' || c == '\\') {
        text_char(text, '\\');
        text_char(text, (char)c);
    } else if (c >= 0x20 && c < 0x7f) {
        text_char(text, (char)c);
    } else {
        text_string(text, "\\u00");
        text_char(text, hex[c >> 4]);
        text_char(text, hex[c & 0xf]);
    }
}

static void put_string(struct text *text, const char *string)
{
    text_char(text, '"');
    for (; *string; string++)
        put_escaped(text, (unsigned char)*string);
    text_char(text, '"');
}

static const struct text_word keys[CONNMON_FIELD_COUNT] = {
#define FIELD(id, parent, type, part, member, name, title, help) TEXT_WORD(",\"" name "\":"),
#define COMPUTED_FIELD FIELD
#include "fields.def"
};

static void put_fields(struct text *text, const struct connmon_result *result)
{
    struct connmon_field_values values;

    connmon_field_values(result, &values);
    for (uint64_t left = values.present; left != 0; left &= left - 1) {
        const enum connmon_field field = (enum connmon_field)__builtin_ctzll(left);

        text_word(text, &keys[field]);
        value_text(text, connmon_field_infos[field].type, values.of[field]);
    }
}

size_t connmon_json(char *json, size_t size, const struct connmon_observation *seen)
{
    static const struct text_word stream = TEXT_WORD("{\"stream\":"),
                                  frame = TEXT_WORD(",\"frame\":"), time = TEXT_WORD(",\"time\":");
    struct text text = {json, json + size};

    text_word(&text, &stream);
    text_unsigned(&text, seen->discriminator, 0);
    if (seen->packet != 0) {
        text_word(&text, &frame);
        text_unsigned(&text, seen->packet, 0);
    }
    if (!seen->time_unknown) {
        text_word(&text, &time);
        text_seconds(&text, seen->time_ns, 9, 0);
    }
    text_word(&text, &keys[CONNMON_FIELD_FLOW]); /* which stands first in the table */
    value_flow(&text, &seen->src, &seen->dst);
    put_fields(&text, &seen->result);
    text_string(&text, "}\n");
    return (size_t)(text.at - json);
}

size_t connmon_json_string(char *json, size_t size, const char *string)
{
    struct text text = {json, json + size};

    put_string(&text, string);
    return (size_t)(text.at - json);
}
