/* extract.c
 *
 * Wireshark's IP dissectors pass each TCP segment to the handle that the table "ip.proto" has for
 * it. Ours stands there in front of Wireshark's own: it takes down the header and passes the
 * segment on. That works in every pass, with a tree and without, costs next to nothing, and at that
 * moment there is no doubt which addresses and which length the header has, however many a frame
 * holds.
 *
 * The two other ways cost more than they tell. Fields that a post-dissector asks for make Wireshark
 * build a tree where it needs none, at a quarter more CPU time, and then have to be matched with
 * their headers; and taps are silent in the first of two passes.
 *
 * One thing Wireshark alone can tell: the stream, which it finds among its conversations while it
 * dissects the segment. A malformed packet ends that call by an exception, so that nothing behind
 * it is sure to run here. But the post-dissector does, so it asks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extract.h"

#include <string.h>

#include <epan/conversation.h>
#include <epan/dissectors/packet-ip.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/ipproto.h>

#include "decode.h"

#define IPV4_DONT_FRAGMENT 0x4000U /* RFC 791 section 3.1, of flags and fragment offset */

static int proto_tcp;
static dissector_handle_t tcp, in_front_of_tcp;

/* The packet's innermost TCP header so far. */
static struct {
    bool is_known;
    struct connmon_segment segment;
} seen;

static bool set_end(struct connmon_endpoint *end, const address *from)
{
    if (from->type != AT_IPv4 && from->type != AT_IPv6)
        return false;
    memset(end->addr, 0, sizeof(end->addr));
    memcpy(end->addr, from->data, (size_t)from->len);
    end->addr_len = (uint8_t)from->len;
    return true;
}

/* Of the IP header in front, which the IP dissector hands on. */
static void set_identification(struct connmon_segment *segment, void *ip)
{
    const ws_ip4 *ipv4 = WS_IP4_PTR(ip);

    if (!ipv4 || segment->src.addr_len != 4)
        return;
    segment->ip_id = ipv4->ip_id;
    segment->dont_fragment = (ipv4->ip_off & IPV4_DONT_FRAGMENT) != 0;
}

/* A header that was captured so short that Wireshark assigns it no stream is not taken down. */
static void look_at(tvbuff_t *tvb, const packet_info *pinfo, void *ip)
{
    const uint32_t captured = tvb_captured_length(tvb);
    struct connmon_segment segment = {0};

    if (captured < COMPAT_TCP_BYTES_FOR_STREAM || !set_end(&segment.src, &pinfo->net_src) ||
        !set_end(&segment.dst, &pinfo->net_dst) ||
        !decode_tcp(tvb_get_ptr(tvb, 0, (int)captured), captured, tvb_reported_length(tvb),
                    &segment))
        return;
    set_identification(&segment, ip);
    if (pinfo->fragmented) /* nobody knows how long the segment is */
        segment.payload_len = 0;
    seen.segment = segment;
    seen.is_known = true;
}

static int dissect_in_front(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    /* An ICMP error quotes what was sent elsewhere, and earlier. */
    if (!pinfo->fd->visited && !pinfo->flags.in_error_pkt)
        look_at(tvb, pinfo, data);
    return call_dissector_only(tcp, tvb, pinfo, tree, data);
}

bool extract_init(void)
{
    tcp = find_dissector("tcp");
    proto_tcp = proto_get_id_by_filter_name("tcp");
    return tcp != NULL;
}

void extract_start(void)
{
    if (in_front_of_tcp)
        return;
    /* No protocol of ours, so that none shows among the packet's layers and none can be disabled,
     * and TCP with it. */
    in_front_of_tcp = create_dissector_handle_with_name_and_description(
        dissect_in_front, -1, "connmon.tcp", "TCP, watched by connmon");
    dissector_add_uint("ip.proto", IP_PROTO_TCP, in_front_of_tcp);
}

void extract_reset(void)
{
    seen.is_known = false;
}

/* The number of the stream that Wireshark has put the segment into. By now `pinfo` may tell the
 * addresses and ports of what the segment carries. */
static bool find_stream(const packet_info *pinfo, const struct connmon_segment *segment,
                        uint32_t *stream)
{
    const int type = segment->src.addr_len == 4 ? (int)AT_IPv4 : (int)AT_IPv6;
    const struct tcp_analysis *analysis = NULL;
    packet_info packet = *pinfo;
    conversation_t *conversation;

    set_address(&packet.src, type, segment->src.addr_len, segment->src.addr);
    set_address(&packet.dst, type, segment->dst.addr_len, segment->dst.addr);
    packet.srcport = segment->src.port;
    packet.destport = segment->dst.port;
    conversation = compat_find_tcp_conversation(&packet);
    if (conversation)
        analysis = conversation_get_proto_data(conversation, proto_tcp);
    if (!analysis)
        return false;
    *stream = analysis->stream;
    return true;
}

int64_t extract_time(const packet_info *pinfo)
{
    const int64_t ns_per_s = 1000000000, most = INT64_MAX / ns_per_s - 1;
    const int64_t s = (int64_t)pinfo->abs_ts.secs;

    return CLAMP(s, -most, most) * ns_per_s + pinfo->abs_ts.nsecs;
}

bool extract_segment(const packet_info *pinfo, struct connmon_segment *segment)
{
    if (!seen.is_known)
        return false;
    seen.is_known = false;
    *segment = seen.segment;
    segment->wire_len = pinfo->fd->pkt_len;
    segment->time_ns = extract_time(pinfo);
    segment->time_unknown = !(pinfo->presence_flags & PINFO_HAS_TS);
    return find_stream(pinfo, segment, &segment->discriminator);
}
