/* json.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "json.h"

#include "json_token.h"
#include "value.h"

static const struct text_word keys[CONNMON_FIELD_COUNT] = {
#define FIELD(id, parent, type, part, member, name, title, help) JSON_KEY(name),
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
    static const struct text_word stream = TEXT_WORD("{\"stream\":"), frame = JSON_KEY("frame"),
                                  time = JSON_KEY("time");
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
