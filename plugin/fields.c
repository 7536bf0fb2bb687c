/* fields.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "field.h"
#include "words.h"

static int proto;
static int field_ids[CONNMON_FIELD_COUNT];
static int ett_connmon = -1, ett_field = -1;

/* The names of enumerated values. */
#define STRING(constant, name, ...) {constant, name},
static const value_string side_strings[] = {
#define CONNMON_SIDE_VALUE STRING
#include "connmon.def"
    {0, NULL}};
static const value_string rtt_source_strings[] = {
#define CONNMON_RTT_SOURCE_VALUE STRING
#include "connmon.def"
    {0, NULL}};
static const value_string seq_event_strings[] = {
#define CONNMON_SEQ_EVENT_VALUE STRING
#include "connmon.def"
    {0, NULL}};
static const value_string state_strings[] = {
#define CONNMON_STATE_VALUE STRING
#include "connmon.def"
    {0, NULL}};
static const value_string event_strings[] = {
#define CONNMON_EVENT_VALUE STRING
#include "connmon.def"
    {0, NULL}};
static const value_string end_strings[] = {
#define CONNMON_END_VALUE STRING
#include "connmon.def"
    {0, NULL}};

/* How Wireshark keeps and shows a type of field. */
static const struct {
    enum ftenum type;
    int display;
    const void *strings;
} shapes[CONNMON_TYPE_COUNT] = {
#define TYPE(id, bits, shape, base) [CONNMON_TYPE_##id] = {FT_##shape, BASE_##base, NULL},
#define PACKET_TYPE(id, mark)                                                                      \
    [CONNMON_TYPE_##id] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_##mark)},
#define ENUMERATED_TYPE(id, enumeration, zero)                                                     \
    [CONNMON_TYPE_##id] = {FT_UINT8, BASE_DEC, VALS(enumeration##_strings)},
#include "types.def"
};

void fields_register(int proto_connmon)
{
    static hf_register_info fields[CONNMON_FIELD_COUNT];
    static int *etts[] = {&ett_connmon, &ett_field};

    proto = proto_connmon;
    for (int i = 0; i < CONNMON_FIELD_COUNT; i++) {
        const struct connmon_field_info *info = &connmon_field_infos[i];

        field_ids[i] = -1;
        fields[i] = (hf_register_info){&field_ids[i],
                                       {info->title, info->name, shapes[info->type].type,
                                        shapes[info->type].display, shapes[info->type].strings, 0,
                                        info->help, HFILL}};
    }
    proto_register_field_array(proto, fields, CONNMON_FIELD_COUNT);
    proto_register_subtree_array(etts, G_N_ELEMENTS(etts));
}

static proto_item *add_field(proto_tree *tree, tvbuff_t *tvb, enum connmon_field field,
                             int64_t value)
{
    int id = field_ids[field];
    nstime_t time;

    switch (connmon_field_infos[field].type) {
    case CONNMON_TYPE_TIME:
        time = words_time(value);
        return proto_tree_add_time(tree, id, tvb, 0, 0, &time);
    case CONNMON_TYPE_BOOLEAN:
        return proto_tree_add_boolean(tree, id, tvb, 0, 0, (guint32)value);
    case CONNMON_TYPE_SIGNED:
        return proto_tree_add_int(tree, id, tvb, 0, 0, (gint32)value);
    case CONNMON_TYPE_UNSIGNED64:
        return proto_tree_add_uint64(tree, id, tvb, 0, 0, (guint64)value);
    default:
        return proto_tree_add_uint(tree, id, tvb, 0, 0, (guint32)value);
    }
}

void fields_show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                 const struct connmon_result *result, const char *label, proto_item **items)
{
    proto_item *item = proto_tree_add_item(tree, proto, tvb, 0, 0, ENC_NA);
    proto_tree *trees[CONNMON_FIELD_COUNT + 1] = {NULL};
    struct connmon_field_values values;

    connmon_field_values(result, &values);
    proto_item_set_generated(item);
    items[CONNMON_FIELD_NONE] = item;
    trees[CONNMON_FIELD_NONE] = proto_item_add_subtree(item, ett_connmon);
    for (enum connmon_field field = 0; field < CONNMON_FIELD_COUNT; field++) {
        proto_tree *parent = trees[connmon_field_infos[field].parent];

        if (field == CONNMON_FIELD_FLOW)
            item = proto_tree_add_string(parent, field_ids[field], tvb, 0, 0, label);
        else if (connmon_field_is_present(&values, field))
            item = add_field(parent, tvb, field, values.of[field]);
        else
            continue;
        proto_item_set_generated(item);
        items[field] = item;
        trees[field] = proto_item_add_subtree(item, ett_field);
    }
    if (PTREE_DATA(tree)->visible)
        words_add(pinfo, result, items);
}
