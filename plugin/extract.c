/* extract.c
 *
 * Wireshark's IP dissectors pass each TCP segment to the handle that the table "ip.proto" has for
 * it. Ours stands there in front of the other: it takes down the header and passes the segment on.
 * That works in every pass, with a tree and without, costs next to nothing, and at that moment
 * there is no doubt which addresses and which length the header has, however many a frame holds.
 *
 * The two other ways cost more than they tell. Fields that a post-dissector asks for make Wireshark
 * build a tree where it needs none, at a quarter more CPU time, and then have to be matched with
 * their headers; and taps are silent in the first of two passes.
 *
 * A malformed packet ends the other's call by an exception, so that nothing behind it is sure to
 * run here. But the post-dissector is, or before it the next header in the packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extract.h"

#include <string.h>

#include <epan/ipproto.h>

#include "decode.h"
#include "interest.h"
#include "internals.h"

#define TABLE "ip.proto"

static dissector_table_t table;
static dissector_handle_t tcp, in_front, behind; /* TCP's; ours; which ours passes segments to */

/* Protocols that carry samples of other packets. */
static const char *const samplers[] = {"sflow",       "cflow",       "openflow",   "openflow_v1",
                                       "openflow_v4", "openflow_v5", "openflow_v6"};
static int sampler_ids[G_N_ELEMENTS(samplers)];

/* The packet's innermost TCP header so far that was sent in it. */
static struct {
    bool is_known;
    struct connmon_segment segment;
} seen;

/* The header that TCP is at, of whatever kind. */
static struct {
    bool is_known, is_seen; /* it is the one in `seen` */
    struct internals_place place;
} current;

static bool set_end(struct connmon_endpoint *end, const address *from)
{
    if (from->type != AT_IPv4 && from->type != AT_IPv6)
        return false;
    memset(end->addr, 0, sizeof(end->addr));
    memcpy(end->addr, from->data, (size_t)from->len);
    end->addr_len = (uint8_t)from->len;
    return true;
}

/* Looks which stream the last header has got into. One that got into none was no TCP. */
static void find_stream(void)
{
    uint32_t stream;

    if (!current.is_known)
        return;
    if (!internals_stream_after_tcp(&current.place, &stream) && current.is_seen)
        seen.is_known = false;
    else if (current.is_seen)
        seen.segment.discriminator = stream;
    current.is_known = false;
}

/* Whether a header was not sent in this frame: an ICMP error quotes what was sent elsewhere and
 * earlier, and so does a sample. */
static bool is_quoted(const packet_info *pinfo)
{
    if (pinfo->flags.in_error_pkt)
        return true;
    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer))
        for (size_t i = 0; i < G_N_ELEMENTS(samplers); i++)
            if (GPOINTER_TO_INT(wmem_list_frame_data(layer)) == sampler_ids[i])
                return true;
    return false;
}

static bool take_down(tvbuff_t *tvb, const packet_info *pinfo, void *ip)
{
    const uint32_t captured = tvb_captured_length(tvb);
    struct connmon_segment segment = {0};

    if (is_quoted(pinfo) || !set_end(&segment.src, &pinfo->net_src) ||
        !set_end(&segment.dst, &pinfo->net_dst) ||
        !connmon_decode_tcp(tvb_get_ptr(tvb, 0, (int)captured), captured, tvb_reported_length(tvb),
                            &segment))
        return false;
    if (segment.src.addr_len == 4)
        internals_read_ipv4(&segment, tvb, ip);
    if (pinfo->fragmented) /* nobody knows how long the segment is */
        segment.payload_len = 0;
    seen.segment = segment;
    seen.is_known = true;
    return true;
}

/* A header that was captured so short that Wireshark assigns it no stream is not taken down. */
static void look_at(tvbuff_t *tvb, const packet_info *pinfo, void *ip)
{
    if (tvb_captured_length(tvb) < COMPAT_TCP_BYTES_FOR_STREAM)
        return;
    find_stream();
    internals_stream_before_tcp(&current.place, pinfo, tvb);
    current.is_seen = take_down(tvb, pinfo, ip);
    current.is_known = true;
}

static int dissect_in_front(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!pinfo->fd->visited)
        look_at(tvb, pinfo, data);
    return call_dissector_only(behind, tvb, pinfo, tree, data);
}

bool extract_init(void)
{
    table = find_dissector_table(TABLE);
    tcp = find_dissector("tcp");
    for (size_t i = 0; i < G_N_ELEMENTS(samplers); i++)
        sampler_ids[i] = proto_get_id_by_filter_name(samplers[i]);
    /* No protocol of ours, so that none shows among the packet's layers and none can be disabled,
     * and TCP with it. */
    in_front = create_dissector_handle_with_name_and_description(
        dissect_in_front, -1, "connmon.tcp", "TCP, watched by connmon");
    return table && tcp && internals_init();
}

/* Whether the user has chosen something else than TCP in Wireshark's Decode As. It lists what
 * differs from the default, and ours in front would be the default. */
static bool is_chosen_in_window(dissector_handle_t handle)
{
    return !interest_is_tshark() && handle != tcp &&
           handle != dissector_get_default_uint_handle(TABLE, IP_PROTO_TCP);
}

void extract_start(void)
{
    dissector_handle_t handle = dissector_get_uint_handle(table, IP_PROTO_TCP);

    seen.is_known = current.is_known = false;
    internals_reset();
    if (!handle || handle == in_front || is_chosen_in_window(handle))
        return;
    behind = handle;
    dissector_add_uint(TABLE, IP_PROTO_TCP, in_front);
}

void extract_stop(void)
{
    if (dissector_get_uint_handle(table, IP_PROTO_TCP) == in_front)
        dissector_add_uint(TABLE, IP_PROTO_TCP, behind);
}

int64_t extract_time(const packet_info *pinfo)
{
    const int64_t ns_per_s = 1000000000, most = INT64_MAX / ns_per_s - 1;
    const int64_t s = (int64_t)pinfo->abs_ts.secs;

    return CLAMP(s, -most, most) * ns_per_s + pinfo->abs_ts.nsecs;
}

bool extract_segment(const packet_info *pinfo, struct connmon_segment *segment)
{
    find_stream();
    if (!seen.is_known)
        return false;
    seen.is_known = false;
    *segment = seen.segment;
    segment->wire_len = pinfo->fd->pkt_len;
    segment->time_ns = extract_time(pinfo);
    segment->time_unknown = !(pinfo->presence_flags & PINFO_HAS_TS);
    return true;
}
