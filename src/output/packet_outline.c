/* packet_outline.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "packet_outline.h"

#include "label.h"
#include "value.h"

static void put_field(struct outline *outline, const struct connmon_field_info *field,
                      int64_t value)
{
    const char *const key = field->name, *name;

    switch (field->type) {
    case CONNMON_TYPE_TIME:
        outline_time(outline, key, value);
        break;
    case CONNMON_TYPE_BOOLEAN:
        outline_boolean(outline, key, value != 0);
        break;
    case CONNMON_TYPE_SIGNED:
        outline_signed(outline, key, value);
        break;
    default:
        name = connmon_value_name(field->type, value);
        if (name)
            outline_string(outline, key, name);
        else
            outline_number(outline, key, (uint64_t)value);
        break;
    }
}

void connmon_outline(struct outline *outline, const struct connmon_observation *seen)
{
    struct connmon_field_values values;
    char flow[CONNMON_LABEL_SIZE];

    outline_begin_object(outline);
    outline_number(outline, "stream", seen->discriminator);
    if (seen->packet != 0)
        outline_number(outline, "frame", seen->packet);
    if (!seen->time_unknown)
        outline_time(outline, "time", seen->time_ns);
    outline_string(outline, connmon_field_infos[CONNMON_FIELD_FLOW].name,
                   connmon_flow_label(flow, sizeof(flow), &seen->src, &seen->dst));
    connmon_field_values(&seen->result, &values);
    for (uint64_t left = values.present; left != 0; left &= left - 1) {
        const enum connmon_field field = (enum connmon_field)__builtin_ctzll(left);

        put_field(outline, &connmon_field_infos[field], values.of[field]);
    }
    outline_end_object(outline);
}
