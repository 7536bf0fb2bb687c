/* json.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "json.h"

#include "field.h"
#include "label.h"
#include "text.h"

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

static void put_key(struct text *text, const char *name)
{
    text_char(text, ',');
    put_string(text, name);
    text_char(text, ':');
}

/* A packet that a read filter rejected has no number, so nothing can point to it. */
static bool can_show(enum connmon_field_type type, int64_t value)
{
    switch (type) {
    case CONNMON_TYPE_PACKET:
    case CONNMON_TYPE_PACKET_ACKED:
    case CONNMON_TYPE_PACKET_DUP_ACK:
    case CONNMON_TYPE_PACKET_REQUEST:
        return value != 0;
    default:
        return true;
    }
}

static void put_value(struct text *text, enum connmon_field_type type, int64_t value)
{
    switch (type) {
    case CONNMON_TYPE_TIME:
        text_seconds(text, value, 9, 0);
        break;
    case CONNMON_TYPE_BOOLEAN:
        text_string(text, value ? "true" : "false");
        break;
    case CONNMON_TYPE_SIGNED:
        text_signed(text, value, 0);
        break;
    case CONNMON_TYPE_SIDE:
        put_string(text, connmon_side_name((enum connmon_side)value));
        break;
    case CONNMON_TYPE_RTT_SOURCE:
        put_string(text, connmon_rtt_source_name((enum connmon_rtt_source)value));
        break;
    case CONNMON_TYPE_SEQ_EVENT:
        put_string(text, connmon_seq_event_name((enum connmon_seq_event)value));
        break;
    case CONNMON_TYPE_STATE:
        put_string(text, connmon_state_name((enum connmon_state)value));
        break;
    case CONNMON_TYPE_EVENT:
        put_string(text, connmon_event_name((enum connmon_event)value));
        break;
    default:
        text_unsigned(text, (uint64_t)value, 0);
        break;
    }
}

static void put_fields(struct text *text, const struct connmon_observation *seen)
{
    for (enum connmon_field field = 0; field < CONNMON_FIELDS; field++) {
        const struct connmon_field_info *info = &connmon_field_infos[field];
        char label[CONNMON_LABEL_SIZE];
        int64_t value;

        if (info->type == CONNMON_TYPE_STRING) { /* the flow, which has no number */
            put_key(text, info->name);
            put_string(text, connmon_flow_label(label, sizeof(label), &seen->src, &seen->dst));
        } else if (connmon_field_value(&seen->result, field, &value) &&
                   can_show(info->type, value)) {
            put_key(text, info->name);
            put_value(text, info->type, value);
        }
    }
}

size_t connmon_json(char *json, size_t size, const struct connmon_observation *seen)
{
    struct text text = {json, json + size};

    text_string(&text, "{\"stream\":");
    text_unsigned(&text, seen->discriminator, 0);
    if (seen->packet != 0) {
        put_key(&text, "frame");
        text_unsigned(&text, seen->packet, 0);
    }
    if (!seen->time_unknown) {
        put_key(&text, "time");
        text_seconds(&text, seen->time_ns, 9, 0);
    }
    put_fields(&text, seen);
    text_string(&text, "}\n");
    return (size_t)(text.at - json);
}

size_t connmon_json_string(char *json, size_t size, const char *string)
{
    struct text text = {json, json + size};

    put_string(&text, string);
    return (size_t)(text.at - json);
}
