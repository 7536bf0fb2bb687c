/* tunnel.c - packets and frames carried in packets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frame.h"
#include "numbers.h"

/* RFC 2784, RFC 2890, RFC 2637 section 4.1. */
enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080, /* PPTP's */
    GRE_VERSION = 0x0007,
    GRE_ERSPAN = 0x88be,
    GRE_ERSPAN_3 = 0x22eb,
};

enum {
    ERSPAN_2 = 1, /* the versions' numbers on the wire */
    ERSPAN_3 = 2,
    ERSPAN_2_HEADER = 8,
    ERSPAN_3_HEADER = 12,
    ERSPAN_3_SUBHEADER = 8,
    ETHER_IP_HEADER = 2, /* RFC 3378 */
    GENEVE_HEADER = 8,   /* RFC 8926 */
    GTP_OPTIONAL = 4,
    GTP_EXTENSION = 0x04,
    GTP_ANY_OPTIONAL = 0x07,
    GTP_MESSAGE_PACKET = 255,
    TEREDO_SIZES = 4,           /* of what authenticates, and where they end */
    TEREDO_AUTHENTICATION = 13, /* more by these; RFC 4380 section 5.1.1 */
    TEREDO_ORIGIN = 8,
};

/* RFC 2661 section 3.1. */
enum {
    L2TP_HEADER = 6,
    L2TP_CONTROL = 0x8000,
    L2TP_LENGTH = 0x4000,
    L2TP_SEQUENCE = 0x0800,
    L2TP_OFFSET = 0x0200,
    L2TP_VERSION = 0x000f,
};

/* Ports by which the content of a datagram is known. */
enum {
    PORT_L2TP = 1701,
    PORT_GTP = 2152,
    PORT_TEREDO = 3544,
    PORT_GRE = 4754,
    PORT_VXLAN = 4789,
    PORT_VXLAN_GPE = 4790,
    PORT_GENEVE = 6081,
    PORT_MPLS = 6635,
};

static enum connmon_layer after_gre(struct frame *frame, uint16_t flags, uint16_t type)
{
    switch (type) {
    case ETHERTYPE_ETHERNET:
        return CONNMON_LAYER_ETHERNET;
    case GRE_ERSPAN: /* its first version has no header */
        return flags & GRE_SEQUENCE ? CONNMON_LAYER_ERSPAN : CONNMON_LAYER_ETHERNET;
    case GRE_ERSPAN_3:
        return CONNMON_LAYER_ERSPAN;
    default:
        return link_by_ethertype(frame, type);
    }
}

enum connmon_layer read_gre(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header = GRE_HEADER;
    uint16_t flags, type;

    if (!frame_has(frame, GRE_HEADER))
        return frame_lacks(frame, GRE_HEADER);
    flags = load16(at);
    type = load16(at + 2);
    if (flags & GRE_ROUTING) /* source routes, which nobody uses */
        return frame_end(frame, CONNMON_DECODE_OTHER);
    header += flags & GRE_CHECKSUM ? 4 : 0;
    header += flags & GRE_KEY ? 4 : 0;
    header += flags & GRE_SEQUENCE ? 4 : 0;
    header += type == ETHERTYPE_PPP && (flags & GRE_VERSION) && (flags & GRE_ACK) ? 4 : 0;
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    frame_skip(frame, header);
    return after_gre(frame, flags, type);
}

/* Mirrored frames; draft-foschiano-erspan-03. */
enum connmon_layer read_erspan(struct frame *frame)
{
    uint32_t header;

    if (!frame_has(frame, ERSPAN_2_HEADER))
        return frame_lacks(frame, ERSPAN_2_HEADER);
    switch (frame->at[0] >> 4) {
    case ERSPAN_2:
        return frame_next(frame, ERSPAN_2_HEADER, CONNMON_LAYER_ETHERNET);
    case ERSPAN_3:
        break;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
    if (!frame_has(frame, ERSPAN_3_HEADER))
        return frame_lacks(frame, ERSPAN_3_HEADER);
    header = frame->at[11] & 1 ? ERSPAN_3_HEADER + ERSPAN_3_SUBHEADER : ERSPAN_3_HEADER;
    return frame_next(frame, header, CONNMON_LAYER_ETHERNET);
}

enum connmon_layer read_ether_ip(struct frame *frame)
{
    return frame_next(frame, ETHER_IP_HEADER, CONNMON_LAYER_ETHERNET);
}

static enum connmon_layer by_port(uint16_t port)
{
    switch (port) {
    case PORT_L2TP:
        return CONNMON_LAYER_L2TP;
    case PORT_GTP:
        return CONNMON_LAYER_GTP;
    case PORT_TEREDO:
        return CONNMON_LAYER_TEREDO;
    case PORT_GRE:
        return CONNMON_LAYER_GRE;
    case PORT_VXLAN:
        return CONNMON_LAYER_VXLAN;
    case PORT_VXLAN_GPE:
        return CONNMON_LAYER_VXLAN_GPE;
    case PORT_GENEVE:
        return CONNMON_LAYER_GENEVE;
    case PORT_MPLS:
        return CONNMON_LAYER_MPLS;
    default:
        return CONNMON_LAYER_NONE;
    }
}

enum connmon_layer read_udp(struct frame *frame)
{
    const uint8_t *at = frame->at;
    enum connmon_layer next;

    if (!frame_has(frame, UDP_HEADER))
        return frame_lacks(frame, UDP_HEADER);
    next = by_port(load16(at + 2));
    if (next == CONNMON_LAYER_NONE)
        next = by_port(load16(at));
    if (next == CONNMON_LAYER_NONE)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    if (load16(at + 4) >= UDP_HEADER)
        frame_limit(frame, load16(at + 4));
    frame_skip(frame, UDP_HEADER);
    return next;
}

enum connmon_layer read_vxlan(struct frame *frame)
{
    return frame_next(frame, VXLAN_HEADER, CONNMON_LAYER_ETHERNET);
}

/* draft-ietf-nvo3-vxlan-gpe section 3.1. */
enum connmon_layer read_vxlan_gpe(struct frame *frame)
{
    static const enum connmon_layer by_number[] = {[1] = CONNMON_LAYER_IP,
                                                   [2] = CONNMON_LAYER_IPV6,
                                                   [3] = CONNMON_LAYER_ETHERNET,
                                                   [4] = CONNMON_LAYER_NONE,
                                                   [5] = CONNMON_LAYER_MPLS};
    const uint8_t *at = frame->at;

    if (!frame_has(frame, VXLAN_HEADER))
        return frame_lacks(frame, VXLAN_HEADER);
    if (at[3] >= sizeof(by_number) / sizeof(by_number[0]) || by_number[at[3]] == CONNMON_LAYER_NONE)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    return frame_next(frame, VXLAN_HEADER, by_number[at[3]]);
}

enum connmon_layer read_geneve(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header;

    if (!frame_has(frame, GENEVE_HEADER))
        return frame_lacks(frame, GENEVE_HEADER);
    header = GENEVE_HEADER + (at[0] & 0x3fU) * 4;
    if (at[0] >> 6 != 0)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    frame_skip(frame, header);
    return load16(at + 2) == ETHERTYPE_ETHERNET ? CONNMON_LAYER_ETHERNET
                                                : link_by_ethertype(frame, load16(at + 2));
}

/* The header's optional part ends with a list of extensions, each with its length in words and, at
 * its end, the type of the next. Adds their length to `*header`. */
static bool add_gtp_extensions(const struct frame *frame, uint32_t *header)
{
    while (frame_has(frame, *header + 1) && frame->at[*header - 1] != 0) {
        if (frame->at[*header] == 0)
            return false;
        *header += frame->at[*header] * 4U;
    }
    return true;
}

/* What a tunnel carries is not said. */
static enum connmon_layer guess_gtp_payload(struct frame *frame)
{
    uint8_t first;

    if (!frame_has(frame, 1))
        return frame_lacks(frame, 1);
    first = frame->at[0];
    if ((first >= 0x45 && first <= 0x4e) || first >> 4 == 6)
        return CONNMON_LAYER_IP;
    return frame_has(frame, 14) ? CONNMON_LAYER_ETHERNET : frame_lacks(frame, 14);
}

enum connmon_layer read_gtp(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header = GTP_HEADER;

    if (!frame_has(frame, GTP_HEADER))
        return frame_lacks(frame, GTP_HEADER);
    if (at[0] >> 5 != 1 || at[1] != GTP_MESSAGE_PACKET)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    frame_limit(frame, GTP_HEADER + (uint32_t)load16(at + 2));
    if (at[0] & GTP_ANY_OPTIONAL)
        header += GTP_OPTIONAL;
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    if ((at[0] & GTP_EXTENSION) && !add_gtp_extensions(frame, &header))
        return frame_end(frame, CONNMON_DECODE_MALFORMED);
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    frame_skip(frame, header);
    return guess_gtp_payload(frame);
}

/* IPv6, with up to two indications before it, each known by its first two bytes: authentication,
 * then origin. */
enum connmon_layer read_teredo(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header = 0;

    if (frame_has(frame, TEREDO_SIZES) && load16(at) == 1)
        header = (uint32_t)TEREDO_AUTHENTICATION + at[2] + at[3];
    if (!frame_has(frame, header + TEREDO_SIZES))
        return frame_lacks(frame, header + TEREDO_SIZES);
    if (load16(at + header) == 0)
        header += TEREDO_ORIGIN;
    return frame_next(frame, header, CONNMON_LAYER_IPV6);
}

/* PPP in version 2; where its length is told, UDP tells the same. */
enum connmon_layer read_l2tp(struct frame *frame)
{
    uint32_t header = L2TP_HEADER;
    uint16_t flags;

    if (!frame_has(frame, 2))
        return frame_lacks(frame, 2);
    flags = load16(frame->at);
    if ((flags & L2TP_CONTROL) || (flags & L2TP_VERSION) != 2)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    header += flags & L2TP_LENGTH ? 2 : 0;
    header += flags & L2TP_SEQUENCE ? 4 : 0;
    if (flags & L2TP_OFFSET) {
        if (!frame_has(frame, header + 2))
            return frame_lacks(frame, header + 2);
        header += 2 + load16(frame->at + header);
    }
    return frame_next(frame, header, CONNMON_LAYER_PPP);
}
