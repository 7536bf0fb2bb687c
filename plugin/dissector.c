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

#include <epan/expert.h>

#include "compat.h"
#include "connmon.h"
#include "expert.h"
#include "extract.h"
#include "field.h"
#include "fields.h"
#include "interest.h"
#include "interfaces.h"
#include "preferences.h"
#include "sessions.h"
#include "stalls.h"
#include "store.h"
#include "unmeasured.h"

static int proto_connmon = -1;
static dissector_handle_t handle;
static int tap = -1; /* of struct connmon_observation, for each TCP packet */
static bool has_tcp;

static bool is_named; /* a field of ours was asked for by name */
static bool is_file_open;
static bool is_undecided; /* whether the open file is to be measured; its first packet tells */
static bool is_idle;      /* nobody can see our results, so Wireshark need not call us */

/* What the open file needs; NULL where there is none, or where nobody can see our results. */
static struct connmon *core;
static struct store *store;
static struct stalls *stalls;
static struct interfaces *interfaces; /* NULL if they are not kept apart */
static struct {
    uint32_t num;
    int64_t offset;
} last; /* packet measured, by its number and its place in the file; 0: none yet */

static bool has_copy; /* the latest frame is one */

static void register_fields(void)
{
    static bool is_done;

    if (!is_done) {
        fields_register(proto_connmon);
        expert_register(proto_connmon);
    }
    is_done = true;
}

static void end(void)
{
    connmon_free(core);
    store_free(store);
    stalls_free(stalls);
    interfaces_free(interfaces);
    core = NULL;
    store = NULL;
    stalls = NULL;
    interfaces = NULL;
}

static void begin(void)
{
    const struct connmon_config config = preferences_config();

    register_fields();
    last.num = 0;
    core = connmon_new(&config);
    store = store_new();
    stalls = stalls_new(preferences_stall_limits(), 0);
    interfaces = preferences_split_interfaces() ? interfaces_new() : NULL;
    if (core && stalls)
        return;
    ws_warning("connmon: no memory, so nothing is measured");
    end();
}

/* To Wireshark, a post-dissector that does nothing is still one, and around its call it does some
 * 400 instructions' work for each frame. A protocol that is disabled is not called. */
static void set_idle(bool idle)
{
    if (idle != is_idle)
        proto_set_decoding(proto_connmon, !idle);
    is_idle = idle;
}

/* At the end of the first packet, whose TCP header has been taken down. */
static void decide(proto_tree *tree)
{
    is_undecided = false;
    if (is_named || interest_exists(tree, proto_connmon, tap)) {
        begin();
    } else {
        extract_stop();
        set_idle(true);
    }
}

static void await_packet(void)
{
    set_idle(false);
    if (!has_tcp || !proto_is_protocol_enabled(find_protocol_by_id(proto_connmon)))
        return;
    extract_start();
    is_undecided = true;
}

/* Called when a file is opened, and when all its packets are to be dissected anew. */
static void file_opened(void)
{
    is_file_open = true;
    await_packet();
}

/* No limit drops anything in silence. */
static void report_dropped(void)
{
    const struct connmon_stats stats = connmon_stats(core);

    if (stats.evicted_outstanding + stats.evicted_answered + stats.evicted_holes +
            stats.evicted_recent + stats.evicted_connections + stats.idle_connections +
            stats.unmeasured_segments ==
        0)
        return;
    ws_warning("connmon: limits dropped %" G_GUINT64_FORMAT " values that awaited an answer, "
               "%" G_GUINT64_FORMAT " answered ones, %" G_GUINT64_FORMAT " holes, "
               "%" G_GUINT64_FORMAT " packets of which copies were looked for, "
               "%" G_GUINT64_FORMAT " connections and %" G_GUINT64_FORMAT " idle ones; "
               "%" G_GUINT64_FORMAT " segments were not measured",
               stats.evicted_outstanding, stats.evicted_answered, stats.evicted_holes,
               stats.evicted_recent, stats.evicted_connections, stats.idle_connections,
               stats.unmeasured_segments);
}

static void file_closed(void)
{
    if (core)
        report_dropped();
    sessions_end();
    end();
    is_file_open = is_undecided = false;
}

bool dissector_has_copy(void)
{
    return has_copy;
}

bool dissector_stats(struct connmon_stats *stats)
{
    if (core)
        *stats = connmon_stats(core);
    return core != NULL;
}

/* Somebody looks up a name that begins with "connmon.": a filter, a column, a tap, a script. */
static void fields_named(const char *name _U_)
{
    is_named = true;
    register_fields();
    if (is_file_open && !core)
        await_packet();
}

static enum connmon_status process(packet_info *pinfo, struct connmon_segment *segment,
                                   struct connmon_result *result)
{
    const uint32_t stream = segment->discriminator;
    enum connmon_status status;

    if (interfaces)
        segment->discriminator = interfaces_discriminator(interfaces, pinfo, stream);
    status = connmon_process(core, segment, result);
    segment->discriminator = stream; /* by which the user knows it */
    if (status == CONNMON_OK)
        stalls_keep(stalls, pinfo->num, stalls_follow(stalls, segment, result));
    unmeasured_drop(segment, result);
    return status;
}

/* For its read filter, Wireshark dissects a packet once before it is a frame of its list, and then
 * again as new. One that the filter rejects leaves its number to the next. */
static bool is_repeated(const frame_data *frame)
{
    const bool is = last.num == frame->num && last.offset == frame->file_off;

    last.num = frame->num;
    last.offset = frame->file_off;
    return is;
}

/* The first time that a frame is dissected: hands its segment to the core, keeps the result. */
static void measure(packet_info *pinfo)
{
    struct connmon_segment segment = {0};
    struct connmon_result result;
    const bool has_segment = extract_segment(pinfo, &segment);

    if (is_repeated(pinfo->fd))
        return;
    store_begin_frame(store, pinfo->num);
    sessions_take_frame(pinfo->num);
    if (!has_segment)
        return;
    segment.packet = store_packet(store);
    if (process(pinfo, &segment, &result) != CONNMON_OK)
        return;
    sessions_take(&segment, &result);
    store_put(store, pinfo->num, &segment, &result);
}

static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                 const struct connmon_observation *seen, const char *label)
{
    proto_item *items[CONNMON_FIELD_COUNT + 1] = {NULL};
    const struct stall *found = stalls_find(stalls, pinfo->num);
    struct stall stall;

    if (found) {
        stall = *found;
        stall.packet = store_frame(store, found->packet);
    }
    /* Wireshark knows whether anybody asked for a connmon field: a filter, a column, the details
     * pane. A test for `tree` or for its visibility would lose values that are asked for by name.
     * Its list of expert information, though, wants it in any case. */
    if (interest_in_tree(tree, proto_connmon) || interest_in_tree(tree, proto_expert))
        fields_show(tvb, pinfo, tree, &seen->result, label, items);
    expert_show(pinfo, tvb, seen, found ? &stall : NULL, items);
}

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    struct connmon_observation *seen;
    const struct stall *stall;
    const char *label;

    if (is_undecided)
        decide(tree);
    has_copy = false;
    if (!core)
        return 0;
    if (!pinfo->fd->visited)
        measure(pinfo);
    seen = wmem_new(pinfo->pool, struct connmon_observation);
    if (!store_get(store, pinfo->num, seen, &label))
        return 0;
    has_copy = seen->result.is_copy;
    seen->time_ns = extract_time(pinfo);
    seen->wire_len = pinfo->fd->pkt_len;
    stall = stalls_find(stalls, pinfo->num);
    seen->stall_ns = stall ? stall->ns : 0;
    show(tvb, pinfo, tree, seen, label);
    sessions_number(seen);
    tap_queue_packet(tap, pinfo, seen);
    return (int)tvb_reported_length(tvb);
}

void dissector_register(void)
{
    proto_connmon = proto_register_protocol("Connection Monitor", "connmon", "connmon");
    proto_register_prefix("connmon", fields_named);
    preferences_register(proto_connmon);
    handle = register_dissector("connmon", dissect, proto_connmon);
    register_postdissector(handle);
    tap = register_tap("connmon");
    register_init_routine(file_opened);
    register_cleanup_routine(file_closed);
    if (!interest_is_tshark())
        register_fields();
}

void dissector_register_handoff(void)
{
    has_tcp = extract_init();
    if (!has_tcp)
        ws_warning("connmon: this Wireshark has no TCP");
}
