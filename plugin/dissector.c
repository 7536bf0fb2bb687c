/* dissector.c
 *
 * The post-dissector is called for each frame each time Wireshark dissects it. The first time, when
 * frames come in order, the frame's segment goes through the core and the result into the store;
 * every time, the fields are made from the store. So what is shown does not depend on how a frame
 * was reached, and showing one costs nothing of any other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector.h"

#include "compat.h"
#include "connmon.h"
#include "extract.h"
#include "field.h"
#include "interest.h"
#include "store.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

static int proto_connmon = -1;
static int ett_connmon = -1;
static int field_ids[CONNMON_FIELDS];
static int field_etts[CONNMON_FIELDS];
static dissector_handle_t handle;
static bool has_all_fields; /* this Wireshark has the fields that we need */

static guint pref_max_age_s = 10;

/* What the open file needs; NULL where there is none, or where nobody can ask for our fields. */
static struct connmon *core;
static struct store *store;

/* Filled by register_names(); all zero ends them. */
static value_string rtt_source_names[CONNMON_RTT_SEQNO + 1];
static value_string seq_event_names[CONNMON_SEQ_OLD + 1];

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
    [CONNMON_TYPE_RTT_SOURCE] = {FT_UINT8, BASE_DEC, VALS(rtt_source_names)},
    [CONNMON_TYPE_SEQ_EVENT] = {FT_UINT8, BASE_DEC, VALS(seq_event_names)},
    [CONNMON_TYPE_PACKET] = {FT_FRAMENUM, BASE_NONE, NULL},
    [CONNMON_TYPE_PACKET_ACKED] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_ACK)},
    [CONNMON_TYPE_PACKET_DUP_ACK] = {FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK)},
};

static void file_opened(void)
{
    struct connmon_config config = connmon_config_default();

    if (!has_all_fields || !interest_is_possible("connmon"))
        return;
    config.max_age_ns = pref_max_age_s * NS_PER_S;
    set_postdissector_wanted_hfids(handle, extract_wanted_fields());
    core = connmon_new(&config);
    store = store_new();
}

static void file_closed(void)
{
    connmon_free(core);
    store_free(store);
    core = NULL;
    store = NULL;
}

static proto_item *add_field(proto_tree *tree, tvbuff_t *tvb, enum connmon_field field,
                             int64_t value)
{
    int id = field_ids[field];
    nstime_t time;

    switch (connmon_field_infos[field].type) {
    case CONNMON_TYPE_TIME:
        time.secs = (time_t)(value / NS_PER_S);
        time.nsecs = (int)(value % NS_PER_S);
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

/* Adds all fields that have a value, each below its parent. */
static void show(tvbuff_t *tvb, proto_tree *tree, const struct connmon_result *result,
                 const char *label)
{
    proto_item *item = proto_tree_add_item(tree, proto_connmon, tvb, 0, 0, ENC_NA);
    proto_tree *trees[CONNMON_FIELDS + 1] = {NULL};

    proto_item_set_generated(item);
    trees[CONNMON_FIELD_NONE] = proto_item_add_subtree(item, ett_connmon);
    for (enum connmon_field field = 0; field < CONNMON_FIELDS; field++) {
        proto_tree *parent = trees[connmon_field_infos[field].parent];
        int64_t value;

        if (field == CONNMON_FIELD_FLOW)
            item = proto_tree_add_string(parent, field_ids[field], tvb, 0, 0, label);
        else if (connmon_field_value(result, field, &value))
            item = add_field(parent, tvb, field, value);
        else
            continue;
        proto_item_set_generated(item);
        if (field_etts[field] != -1)
            trees[field] = proto_item_add_subtree(item, field_etts[field]);
    }
}

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    struct connmon_segment segment = {0};
    struct connmon_result result;
    const char *label;

    if (!core || !tree)
        return 0;
    if (!pinfo->fd->visited && extract_segment(pinfo, tree, &segment) &&
        connmon_process(core, &segment, &result) == CONNMON_OK)
        store_put(store, pinfo->num, &segment, &result);
    /* Wireshark knows whether anybody asked for a connmon field: a filter, a column, the details
     * pane. A test for `tree` or for its visibility would lose values that are asked for by name.
     */
    if (proto_field_is_referenced(tree, proto_connmon) &&
        store_get(store, pinfo->num, &result, &label))
        show(tvb, tree, &result, label);
    return (int)tvb_reported_length(tvb);
}

static void register_names(void)
{
    for (enum connmon_rtt_source i = CONNMON_RTT_TSVAL; i <= CONNMON_RTT_SEQNO; i++)
        rtt_source_names[i - 1] = (value_string){i, connmon_rtt_source_name(i)};
    for (enum connmon_seq_event i = CONNMON_SEQ_HOLE; i <= CONNMON_SEQ_OLD; i++)
        seq_event_names[i - 1] = (value_string){i, connmon_seq_event_name(i)};
}

static void register_fields(void)
{
    static hf_register_info fields[CONNMON_FIELDS];
    static int *etts[CONNMON_FIELDS + 1] = {&ett_connmon};
    int ett_count = 1;

    for (int i = 0; i < CONNMON_FIELDS; i++) {
        const struct connmon_field_info *info = &connmon_field_infos[i];

        field_ids[i] = -1;
        field_etts[i] = -1;
        fields[i] = (hf_register_info){&field_ids[i],
                                       {info->title, info->name, shapes[info->type].type,
                                        shapes[info->type].display, shapes[info->type].strings, 0,
                                        info->help, HFILL}};
    }
    for (int i = 0; i < CONNMON_FIELDS; i++) {
        enum connmon_field parent = connmon_field_infos[i].parent;

        if (parent == CONNMON_FIELD_NONE || field_etts[parent] == 0)
            continue;
        field_etts[parent] = 0; /* registered below */
        etts[ett_count++] = &field_etts[parent];
    }
    for (int i = 1; i < ett_count; i++)
        *etts[i] = -1;
    proto_register_field_array(proto_connmon, fields, CONNMON_FIELDS);
    proto_register_subtree_array(etts, ett_count);
}

static void register_preferences(void)
{
    module_t *module = prefs_register_protocol(proto_connmon, NULL);

    prefs_register_uint_preference(
        module, "max_age", "Longest round-trip delay (seconds)",
        "A segment that is answered later than this completes no delay: the answer was most "
        "likely not waiting for the network.",
        10, &pref_max_age_s);
}

void dissector_register(void)
{
    proto_connmon = proto_register_protocol("Connection Monitor", "connmon", "connmon");
    register_names();
    register_fields();
    register_preferences();
    handle = register_dissector("connmon", dissect, proto_connmon);
    register_postdissector(handle);
    register_init_routine(file_opened);
    register_cleanup_routine(file_closed);
}

void dissector_register_handoff(void)
{
    has_all_fields = extract_init();
    if (!has_all_fields)
        ws_warning("connmon: this Wireshark lacks a TCP field that the plugin needs");
}
