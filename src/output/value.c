/* value.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "value.h"

void value_text(struct text *text, enum connmon_field_type type, int64_t value)
{
    static const struct text_word booleans[] = {TEXT_WORD("false"), TEXT_WORD("true")};

    switch (type) {
    case CONNMON_TYPE_TIME:
        text_seconds(text, value, 9, 0);
        break;
    case CONNMON_TYPE_BOOLEAN:
        text_word(text, &booleans[value != 0]);
        break;
    case CONNMON_TYPE_SIGNED:
        text_signed(text, value, 0);
        break;
#define ENUMERATED_TYPE(id, enumeration, zero) case CONNMON_TYPE_##id:
#include "types.def"
        text_quoted(text, connmon_value_name(type, value));
        break;
    default:
        text_unsigned(text, (uint64_t)value, 0);
        break;
    }
}

void value_flow(struct text *text, const struct connmon_endpoint *src,
                const struct connmon_endpoint *dst)
{
    text_char(text, '"');
    text_flow(text, src, dst);
    text_char(text, '"');
}
