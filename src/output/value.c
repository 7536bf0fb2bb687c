/* value.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "value.h"

const char *value_name(enum connmon_field_type type, int64_t value)
{
    switch (type) {
    case CONNMON_TYPE_SIDE:
        return connmon_side_name((enum connmon_side)value);
    case CONNMON_TYPE_RTT_SOURCE:
        return connmon_rtt_source_name((enum connmon_rtt_source)value);
    case CONNMON_TYPE_SEQ_EVENT:
        return connmon_seq_event_name((enum connmon_seq_event)value);
    case CONNMON_TYPE_STATE:
        return connmon_state_name((enum connmon_state)value);
    case CONNMON_TYPE_EVENT:
        return connmon_event_name((enum connmon_event)value);
    default:
        return NULL;
    }
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
    case CONNMON_TYPE_RTT_SOURCE:
    case CONNMON_TYPE_SEQ_EVENT:
    case CONNMON_TYPE_STATE:
    case CONNMON_TYPE_EVENT:
        text_quoted(text, value_name(type, value));
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
