/* csv.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "csv.h"

#include "value.h"

const char connmon_csv_header[] = "stream,frame,time"
#define FIELD(id, parent, type, part, member, name, title, help) "," name
#define COMPUTED_FIELD FIELD
#include "fields.def"
                                  "\r\n";

/* The commas from one value to a later one. */
static void put_commas(struct text *text, unsigned count)
{
    static const char commas[] = ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,";

    _Static_assert(sizeof(commas) > TEXT_SHORT, "as many as are copied at once");
    for (; count > TEXT_SHORT; count -= TEXT_SHORT)
        text_short(text, commas, TEXT_SHORT);
    text_short(text, commas, count);
}

static void put_fields(struct text *text, const struct connmon_result *result)
{
    struct connmon_field_values values;
    enum connmon_field before = CONNMON_FIELD_FLOW;

    connmon_field_values(result, &values);
    for (uint64_t left = values.present; left != 0; left &= left - 1) {
        const enum connmon_field field = (enum connmon_field)__builtin_ctzll(left);

        put_commas(text, field - before);
        value_text(text, connmon_field_infos[field].type, values.of[field]);
        before = field;
    }
    put_commas(text, CONNMON_FIELD_COUNT - 1 - before);
}

size_t connmon_csv(char *csv, size_t size, const struct connmon_observation *seen)
{
    struct text text = {csv, csv + size};

    text_unsigned(&text, seen->discriminator, 0);
    text_char(&text, ',');
    if (seen->packet != 0)
        text_unsigned(&text, seen->packet, 0);
    text_char(&text, ',');
    if (!seen->time_unknown)
        text_seconds(&text, seen->time_ns, 9, 0);
    text_char(&text, ',');
    value_flow(&text, &seen->src, &seen->dst); /* which stands first in the table */
    put_fields(&text, &seen->result);
    text_string(&text, "\r\n");
    return (size_t)(text.at - csv);
}
