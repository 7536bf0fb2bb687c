/* fields.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "field.h"
#include "words.h"

static int proto;
static int field_ids[CONNMON_FIELDS];
static int ett_connmon = -1, ett_field = -1;

/* Filled by register_names(); all zero ends them. */
static value_string side_names[CONNMON_SERVER + 1];
static value_string rtt_source_names[CONNMON_RTT_SEQNO + 1];
static value_string seq_event_names[CONNMON_SEQ_OLD + 1];
static value_string state_names[CONNMON_STATE_CLOSED + 1];
static value_string event_names[CONNMON_EVENT_REUSED + 1];

/* How Wireshark keeps and shows a type of field. */
static const struct {
    enum ftenum type;
    int display;
    const void *strings;
} shapes[] = {
    [CONNMON_TYPE_STRING] = {FT_STRING, BASE_NONE, NULL},
    [CONNMON_TYPE_TIME] = {FT_RELATIVE_TIME, BASE_NONE, NULL},
    [CONNMON_TYPE_BOOLEAN] = {FT_BOOLEAN, BASE_NONE, NULL},
    [CONNMON_TYPE_SIGNED] = {FT_INT32, BASE_DEC, NULL},
    [CONNMON_TYPE_UNSIGNED] = {FT_UINT32, BASE_DEC, NULL},
    [CONNMON_TYPE_UNSIGNED64] = {FT_UINT64, BASE_DEC, NULL},
    [CONNMON_TYPE_SIDE] = {FT_UINT8, BASE_DEC, VALS(side_names)},
    [CONNMON_TYPE_RTT_SOURCE] = {FT_UINT8, BASE_DEC, VALS(rtt_source_names)},
    [CONNMON_TYPE_SEQ_EVENT] = {FT_UINT8, BASE_DEC, VALS(seq_event_names)},
    [CONNMON_TYPE_STATE] = {FT_UINT8, BASE_DEC, VALS(state_names)},
    [CONNMON_TYPE_EVENT] = {FT_UINT8, BASE_DEC, VALS(event_names)},
    /* The packet list draws an arrow from that packet to the one that is selected, unless TCP has
     * marked it already, ... */
    [CONNMON_TYPE_PACKET] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST)},
    /* ... or marks it by one tick or two. */
    [CONNMON_TYPE_PACKET_ACKED] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_ACK)},
    [CONNMON_TYPE_PACKET_REQUEST] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST)},
    [CONNMON_TYPE_PACKET_DUP_ACK] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK)},
};

static void register_names(void)
{
    for (enum connmon_side i = CONNMON_CLIENT; i <= CONNMON_SERVER; i++)
        side_names[i - 1] = (value_string){i, connmon_side_name(i)};
    for (enum connmon_rtt_source i = CONNMON_RTT_TSVAL; i <= CONNMON_RTT_SEQNO; i++)
        rtt_source_names[i - 1] = (value_string){i, connmon_rtt_source_name(i)};
    for (enum connmon_seq_event i = CONNMON_SEQ_HOLE; i <= CONNMON_SEQ_OLD; i++)
        seq_event_names[i - 1] = (value_string){i, connmon_seq_event_name(i)};
    for (enum connmon_state i = CONNMON_STATE_SYN_SENT; i <= CONNMON_STATE_CLOSED; i++)
        state_names[i - 1] = (value_string){i, connmon_state_name(i)};
    for (enum connmon_event i = CONNMON_EVENT_FOUND; i <= CONNMON_EVENT_REUSED; i++)
        event_names[i - 1] = (value_string){i, connmon_event_name(i)};
}

void fields_register(int proto_connmon)
{
    static hf_register_info fields[CONNMON_FIELDS];
    static int *etts[] = {&ett_connmon, &ett_field};

    proto = proto_connmon;
    register_names();
    for (int i = 0; i < CONNMON_FIELDS; i++) {
        const struct connmon_field_info *info = &connmon_field_infos[i];

        field_ids[i] = -1;
        fields[i] = (hf_register_info){&field_ids[i],
                                       {info->title, info->name, shapes[info->type].type,
                                        shapes[info->type].display, shapes[info->type].strings, 0,
                                        info->help, HFILL}};
    }
    proto_register_field_array(proto, fields, CONNMON_FIELDS);
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
    proto_tree *trees[CONNMON_FIELDS + 1] = {NULL};
    struct connmon_field_values values;

    connmon_field_values(result, &values);
    proto_item_set_generated(item);
    items[CONNMON_FIELD_NONE] = item;
    trees[CONNMON_FIELD_NONE] = proto_item_add_subtree(item, ett_connmon);
    for (enum connmon_field field = 0; field < CONNMON_FIELDS; field++) {
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
