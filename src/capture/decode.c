/* decode.c
 *
 * Each header is read by a function of its own, which tells the next: a loop, no recursion, however
 * deep the tunnels. It ends, since each header takes bytes off the frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "decode.h"

#include "frame.h"

static enum connmon_layer (*const readers[CONNMON_LAYER_PAYLOAD])(struct frame *) = {
    [CONNMON_LAYER_ETHERNET] = read_ethernet,
    [CONNMON_LAYER_LINUX_COOKED] = read_linux_cooked,
    [CONNMON_LAYER_LINUX_COOKED_2] = read_linux_cooked_2,
    [CONNMON_LAYER_BSD_NULL] = read_bsd_null,
    [CONNMON_LAYER_BSD_LOOP] = read_bsd_loop,
    [CONNMON_LAYER_NFLOG] = read_nflog,
    [CONNMON_LAYER_CISCO_HDLC] = read_cisco_hdlc,
    [CONNMON_LAYER_PPP] = read_ppp,
    [CONNMON_LAYER_LLC] = read_llc,
    [CONNMON_LAYER_VLAN] = read_vlan,
    [CONNMON_LAYER_PPPOE] = read_pppoe,
    [CONNMON_LAYER_MPLS] = read_mpls,
    [CONNMON_LAYER_IP] = read_ip,
    [CONNMON_LAYER_IPV6] = read_ipv6,
    [CONNMON_LAYER_IPV6_OPTIONS] = read_ipv6_options,
    [CONNMON_LAYER_IPV6_FRAGMENT] = read_ipv6_fragment,
    [CONNMON_LAYER_AUTHENTICATION] = read_authentication,
    [CONNMON_LAYER_TCP] = read_tcp,
    [CONNMON_LAYER_GRE] = read_gre,
    [CONNMON_LAYER_ERSPAN] = read_erspan,
    [CONNMON_LAYER_ETHER_IP] = read_ether_ip,
    [CONNMON_LAYER_UDP] = read_udp,
    [CONNMON_LAYER_VXLAN] = read_vxlan,
    [CONNMON_LAYER_VXLAN_GPE] = read_vxlan_gpe,
    [CONNMON_LAYER_GENEVE] = read_geneve,
    [CONNMON_LAYER_GTP] = read_gtp,
    [CONNMON_LAYER_TEREDO] = read_teredo,
    [CONNMON_LAYER_L2TP] = read_l2tp,
};

static struct frame frame_of(const uint8_t *bytes, uint32_t captured, uint32_t original,
                             struct connmon_segment *segment)
{
    return (struct frame){
        .at = bytes,
        .captured = captured < original ? captured : original,
        .wire = original,
        .segment = segment,
    };
}

enum connmon_decode_outcome connmon_decode_payload(int link_type, const uint8_t *bytes,
                                                   uint32_t captured, uint32_t original,
                                                   struct connmon_segment *segment,
                                                   struct connmon_payload *payload)
{
    struct frame frame = frame_of(bytes, captured, original, segment);
    enum connmon_layer layer = link_first_layer(&frame, link_type);

    segment->wire_len = original;
    while (layer != CONNMON_LAYER_NONE)
        layer = readers[layer](&frame);
    *payload = (struct connmon_payload){.bytes = frame.at, .captured = frame.captured};
    return frame.outcome;
}

enum connmon_decode_outcome connmon_decode(int link_type, const uint8_t *bytes, uint32_t captured,
                                           uint32_t original, struct connmon_segment *segment)
{
    struct connmon_payload payload;

    return connmon_decode_payload(link_type, bytes, captured, original, segment, &payload);
}

/* Where a header begins, and what it and all behind it take if it tells nothing of that. */
static struct connmon_header header_at(const struct frame *frame, const uint8_t *bytes,
                                       enum connmon_layer layer)
{
    return (struct connmon_header){
        .layer = layer,
        .offset = (uint32_t)(frame->at - bytes),
        .captured = frame->captured,
        .wire = frame->wire,
    };
}

/* The header has been read: it may have told that less belongs to it. */
static void limit_header(struct connmon_header *header, const struct frame *frame,
                         const uint8_t *bytes)
{
    const uint32_t size = (uint32_t)(frame->at - bytes) - header->offset;

    if (header->layer == CONNMON_LAYER_TCP) /* does not; and may have been cut */
        return;
    header->captured = size + frame->captured;
    header->wire = size + frame->wire;
}

enum connmon_decode_outcome connmon_decode_headers(int link_type, const uint8_t *bytes,
                                                   uint32_t captured, uint32_t original,
                                                   struct connmon_header *headers, uint32_t room,
                                                   uint32_t *count)
{
    struct connmon_segment segment;
    struct frame frame = frame_of(bytes, captured, original, &segment);
    enum connmon_layer layer = link_first_layer(&frame, link_type);
    struct connmon_header header;

    *count = 0;
    while (layer != CONNMON_LAYER_NONE) {
        header = header_at(&frame, bytes, layer);
        layer = readers[layer](&frame);
        limit_header(&header, &frame, bytes);
        if ((*count)++ < room)
            headers[*count - 1] = header;
    }
    if (frame.outcome == CONNMON_DECODE_TCP && (*count)++ < room)
        headers[*count - 1] = header_at(&frame, bytes, CONNMON_LAYER_PAYLOAD);
    return frame.outcome;
}
