/* build.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "build.h"

#include <string.h>

#include "checksum.h"
#include "frame.h"
#include "numbers.h"

enum {
    MOST_TCP_OPTIONS = 40,
    TIMESTAMPS_AND_NOPS = 12,
    TCP_FLAGS = 0x0fff,
    MOST_FLOW_LABEL = 0xfffff,
    MOST_VNI = 0xffffff,
    VXLAN_HAS_VNI = 0x08,
};

struct connmon_frame connmon_frame_in(void *room, uint32_t size)
{
    return connmon_frame_around(room, size, size, CONNMON_LAYER_NONE);
}

struct connmon_frame connmon_frame_around(void *room, uint32_t start, uint32_t end,
                                          enum connmon_layer layer)
{
    return (struct connmon_frame){.room = room, .start = start, .end = end, .layer = layer};
}

struct connmon_ip connmon_ip_of(const struct connmon_segment *segment)
{
    return (struct connmon_ip){
        .src = segment->src,
        .dst = segment->dst,
        .protocol = CONNMON_BY_CONTENT,
        .hop_limit = 64,
        .ip_id = segment->ip_id,
        .dont_fragment = segment->dont_fragment,
    };
}

static enum connmon_build_status fail(struct connmon_frame *frame, enum connmon_build_status status)
{
    if (frame->status == CONNMON_BUILD_OK)
        frame->status = status;
    return frame->status;
}

/* Room for a header before the frame; NULL if there is none, or was an error before. */
static uint8_t *prepend(struct connmon_frame *frame, enum connmon_layer layer, uint32_t size)
{
    if (frame->status != CONNMON_BUILD_OK)
        return NULL;
    if (frame->start < size) {
        frame->status = CONNMON_BUILD_NO_ROOM;
        return NULL;
    }
    frame->start -= size;
    frame->layer = layer;
    return connmon_frame_bytes(frame);
}

enum connmon_build_status connmon_build_header(struct connmon_frame *frame,
                                               enum connmon_layer layer, const void *bytes,
                                               uint32_t size)
{
    uint8_t *at = prepend(frame, layer, size);

    if (at && bytes)
        memcpy(at, bytes, size);
    else if (at)
        memset(at, 0, size);
    return frame->status;
}

enum connmon_build_status connmon_build_payload(struct connmon_frame *frame, const void *bytes,
                                                uint32_t size)
{
    return connmon_build_header(frame, CONNMON_LAYER_PAYLOAD, bytes, size);
}

/* ---- Transport ---- */

/* TCP or UDP has been put before the frame. */
static void await_checksum(struct connmon_frame *frame)
{
    frame->transport = frame->start;
    frame->transport_layer = frame->layer;
}

static void put_timestamps(uint8_t *at, const struct connmon_segment *segment)
{
    at[0] = at[1] = TCP_OPTION_NO_OPERATION;
    at[2] = TCP_OPTION_TIMESTAMPS;
    at[3] = TCP_TIMESTAMPS_BYTES;
    store32(at + 4, segment->tsval);
    store32(at + 8, segment->tsecr);
}

enum connmon_build_status connmon_build_tcp(struct connmon_frame *frame,
                                            const struct connmon_segment *segment,
                                            const void *options, uint32_t size)
{
    const uint32_t timestamps = segment->has_timestamps ? TIMESTAMPS_AND_NOPS : 0;
    uint32_t header;
    uint8_t *at;

    if (size > MOST_TCP_OPTIONS - timestamps)
        return fail(frame, CONNMON_BUILD_INVALID);
    header = TCP_HEADER + timestamps + (size + 3) / 4 * 4;
    at = prepend(frame, CONNMON_LAYER_TCP, header);
    if (!at)
        return frame->status;
    memset(at, 0, header);
    store16(at, segment->src.port);
    store16(at + 2, segment->dst.port);
    store32(at + 4, segment->seq);
    store32(at + 8, segment->flags & CONNMON_ACK ? segment->ack : 0);
    store16(at + 12, header / 4 << 12 | (segment->flags & TCP_FLAGS));
    store16(at + 14, segment->window);
    if (timestamps > 0)
        put_timestamps(at + TCP_HEADER, segment);
    if (size > 0)
        memcpy(at + TCP_HEADER + timestamps, options, size);
    await_checksum(frame);
    return frame->status;
}

enum connmon_build_status connmon_build_udp(struct connmon_frame *frame, uint16_t src_port,
                                            uint16_t dst_port)
{
    const uint32_t length = UDP_HEADER + connmon_frame_size(frame);
    uint8_t *at;

    if (length > UINT16_MAX)
        return fail(frame, CONNMON_BUILD_TOO_LONG);
    at = prepend(frame, CONNMON_LAYER_UDP, UDP_HEADER);
    if (!at)
        return frame->status;
    store16(at, src_port);
    store16(at + 2, dst_port);
    store16(at + 4, length);
    store16(at + 6, 0);
    await_checksum(frame);
    return frame->status;
}

/* Of the TCP or UDP that the IP header at `ip` carries. A sum of 0 would say that UDP has none (RFC
 * 768). */
static void put_transport_checksum(struct connmon_frame *frame, const uint8_t *ip)
{
    const bool is_udp = frame->transport_layer == CONNMON_LAYER_UDP;
    uint8_t *at = frame->room + frame->transport;
    uint16_t checksum;

    if (frame->transport_layer == CONNMON_LAYER_NONE)
        return;
    checksum = checksum_of_transport(ip, is_udp ? PROTOCOL_UDP : PROTOCOL_TCP, at,
                                     frame->end - frame->transport);
    if (is_udp && checksum == 0)
        checksum = UINT16_MAX;
    store16(at + (is_udp ? 6 : 16), checksum);
    frame->transport_layer = CONNMON_LAYER_NONE;
}

/* ---- Network ---- */

static bool carries_ipv4(const struct connmon_frame *frame)
{
    return frame->layer == CONNMON_LAYER_IP && connmon_frame_bytes(frame)[0] >> 4 == 4;
}

static int protocol_of_content(const struct connmon_frame *frame)
{
    switch (frame->layer) {
    case CONNMON_LAYER_TCP:
        return PROTOCOL_TCP;
    case CONNMON_LAYER_UDP:
        return PROTOCOL_UDP;
    case CONNMON_LAYER_IP:
        return carries_ipv4(frame) ? PROTOCOL_IPV4 : PROTOCOL_IPV6;
    case CONNMON_LAYER_IPV6:
        return PROTOCOL_IPV6;
    case CONNMON_LAYER_IPV6_FRAGMENT:
        return PROTOCOL_FRAGMENT;
    case CONNMON_LAYER_AUTHENTICATION:
        return PROTOCOL_AUTHENTICATION;
    case CONNMON_LAYER_GRE:
        return PROTOCOL_GRE;
    case CONNMON_LAYER_ETHER_IP:
        return PROTOCOL_ETHER_IP;
    case CONNMON_LAYER_MPLS:
        return PROTOCOL_MPLS;
    default:
        return -1;
    }
}

static void put_ipv4(uint8_t *at, const struct connmon_ip *ip, uint8_t protocol, uint32_t total)
{
    at[0] = 0x45; /* version, words of the header */
    at[1] = ip->traffic_class;
    store16(at + 2, total);
    store16(at + 4, ip->ip_id);
    store16(at + 6, ip->dont_fragment ? 0x4000 : 0);
    at[8] = ip->hop_limit;
    at[9] = protocol;
    store16(at + 10, 0);
    memcpy(at + 12, ip->src.addr, 4);
    memcpy(at + 16, ip->dst.addr, 4);
    store16(at + 10, checksum_of(at, IPV4_HEADER));
}

static void put_ipv6(uint8_t *at, const struct connmon_ip *ip, uint8_t protocol, uint32_t total)
{
    store32(at, UINT32_C(6) << 28 | (uint32_t)ip->traffic_class << 20 | ip->flow_label);
    store16(at + 4, total - IPV6_HEADER);
    at[6] = protocol;
    at[7] = ip->hop_limit;
    memcpy(at + 8, ip->src.addr, 16);
    memcpy(at + 24, ip->dst.addr, 16);
}

enum connmon_build_status connmon_build_ip(struct connmon_frame *frame, const struct connmon_ip *ip)
{
    const bool is_ipv4 = ip->src.addr_len == 4;
    const uint32_t header = is_ipv4 ? IPV4_HEADER : IPV6_HEADER,
                   total = header + connmon_frame_size(frame);
    const int protocol =
        ip->protocol == CONNMON_BY_CONTENT ? protocol_of_content(frame) : ip->protocol;
    uint8_t *at;

    if ((!is_ipv4 && ip->src.addr_len != 16) || ip->dst.addr_len != ip->src.addr_len ||
        protocol < 0 || protocol > UINT8_MAX || ip->flow_label > MOST_FLOW_LABEL)
        return fail(frame, CONNMON_BUILD_INVALID);
    if (total > (is_ipv4 ? 0U : (uint32_t)IPV6_HEADER) + UINT16_MAX)
        return fail(frame, CONNMON_BUILD_TOO_LONG);
    at = prepend(frame, CONNMON_LAYER_IP, header);
    if (!at)
        return frame->status;
    if (is_ipv4)
        put_ipv4(at, ip, (uint8_t)protocol, total);
    else
        put_ipv6(at, ip, (uint8_t)protocol, total);
    put_transport_checksum(frame, at);
    return frame->status;
}

/* ---- Link ---- */

static int ethertype_of_content(const struct connmon_frame *frame)
{
    switch (frame->layer) {
    case CONNMON_LAYER_IP:
        return carries_ipv4(frame) ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
    case CONNMON_LAYER_IPV6:
        return ETHERTYPE_IPV6;
    case CONNMON_LAYER_VLAN:
        return ETHERTYPE_VLAN;
    case CONNMON_LAYER_MPLS:
        return ETHERTYPE_MPLS;
    case CONNMON_LAYER_PPPOE:
        return ETHERTYPE_PPPOE;
    case CONNMON_LAYER_ETHERNET:
        return ETHERTYPE_ETHERNET;
    case CONNMON_LAYER_LLC:
        return connmon_frame_size(frame) <= ETHERTYPE_MOST_LENGTH ? (int)connmon_frame_size(frame)
                                                                  : -1;
    default:
        return -1;
    }
}

/* Puts a header whose last two bytes are an EtherType, before which `bytes` stand. */
static enum connmon_build_status build_typed(struct connmon_frame *frame, enum connmon_layer layer,
                                             const uint8_t *bytes, uint32_t size, int ethertype)
{
    uint8_t *at;

    if (ethertype == CONNMON_BY_CONTENT)
        ethertype = ethertype_of_content(frame);
    if (ethertype < 0 || ethertype > UINT16_MAX)
        return fail(frame, CONNMON_BUILD_INVALID);
    at = prepend(frame, layer, size + 2);
    if (!at)
        return frame->status;
    memcpy(at, bytes, size);
    store16(at + size, (uint32_t)ethertype);
    return frame->status;
}

enum connmon_build_status connmon_build_gre(struct connmon_frame *frame, int ethertype)
{
    static const uint8_t no_options[2] = {0};

    return build_typed(frame, CONNMON_LAYER_GRE, no_options, sizeof(no_options), ethertype);
}

enum connmon_build_status connmon_build_vlan(struct connmon_frame *frame, uint16_t tag,
                                             int ethertype)
{
    uint8_t bytes[2];

    store16(bytes, tag);
    return build_typed(frame, CONNMON_LAYER_VLAN, bytes, sizeof(bytes), ethertype);
}

enum connmon_build_status connmon_build_ethernet(struct connmon_frame *frame, const uint8_t dst[6],
                                                 const uint8_t src[6], int ethertype)
{
    uint8_t bytes[12];

    memcpy(bytes, dst, 6);
    memcpy(bytes + 6, src, 6);
    return build_typed(frame, CONNMON_LAYER_ETHERNET, bytes, sizeof(bytes), ethertype);
}

enum connmon_build_status connmon_build_vxlan(struct connmon_frame *frame, uint32_t vni)
{
    uint8_t bytes[VXLAN_HEADER] = {VXLAN_HAS_VNI};

    if (vni > MOST_VNI || frame->layer != CONNMON_LAYER_ETHERNET)
        return fail(frame, CONNMON_BUILD_INVALID);
    store32(bytes + 4, vni << 8);
    return connmon_build_header(frame, CONNMON_LAYER_VXLAN, bytes, sizeof(bytes));
}

enum connmon_build_status connmon_build_segment(struct connmon_frame *frame,
                                                const struct connmon_segment *segment,
                                                const void *payload, uint32_t size)
{
    static const uint8_t nobody[6] = {0};
    const struct connmon_ip ip = connmon_ip_of(segment);

    connmon_build_payload(frame, payload, size);
    connmon_build_tcp(frame, segment, NULL, 0);
    connmon_build_ip(frame, &ip);
    return connmon_build_ethernet(frame, nobody, nobody, CONNMON_BY_CONTENT);
}
