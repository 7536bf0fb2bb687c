/* value.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "value.h"

static void put_quoted(struct text *text, const char *name)
{
    text_char(text, '"');
    text_string(text, name);
    text_char(text, '"');
}

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
    case CONNMON_TYPE_SIDE:
        put_quoted(text, connmon_side_name((enum connmon_side)value));
        break;
    case CONNMON_TYPE_RTT_SOURCE:
        put_quoted(text, connmon_rtt_source_name((enum connmon_rtt_source)value));
        break;
    case CONNMON_TYPE_SEQ_EVENT:
        put_quoted(text, connmon_seq_event_name((enum connmon_seq_event)value));
        break;
    case CONNMON_TYPE_STATE:
        put_quoted(text, connmon_state_name((enum connmon_state)value));
        break;
    case CONNMON_TYPE_EVENT:
        put_quoted(text, connmon_event_name((enum connmon_event)value));
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
