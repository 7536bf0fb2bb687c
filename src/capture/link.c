/* link.c - link layers, and what may stand between them and the network layer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "frame.h"
#include "numbers.h"

/* Link types by their numbers in capture files; see https://www.tcpdump.org/linktypes.html. */
enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_IN_MEMORY = 12, /* DLT_RAW; OpenBSD's is 14 */
    LINK_RAW_OPENBSD = 14,
    LINK_PPP_SERIAL = 50,
    LINK_PPP_ETHER = 51,
    LINK_ATM_RFC1483 = 100,
    LINK_RAW = 101,
    LINK_CISCO_HDLC = 104,
    LINK_LOOP = 108,
    LINK_LINUX_COOKED = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_NFLOG = 239,
    LINK_LINUX_COOKED_2 = 276,
};

enum {
    LINUX_COOKED_HEADER = 16,
    LINUX_COOKED_2_HEADER = 20,
    LINUX_HARDWARE_NETLINK = 824,
    BSD_FAMILY = 4, /* bytes */
    NFLOG_HEADER = 4,
    NFLOG_ATTRIBUTE_HEADER = 4,
    NFLOG_PAYLOAD = 9,
    CISCO_HDLC_HEADER = 4,
    CISCO_HDLC_UNICAST = 0x0f, /* addresses */
    CISCO_HDLC_BROADCAST = 0x8f,
    FABRICPATH_TAG = 2,
    LLC_SNAP_HEADER = 8,
    MPLS_LABEL = 4,
    MPLS_BOTTOM = 0x01,
    PSEUDOWIRE_CONTROL_WORD = 4,
};

/* Some serial links are captured as PPP, whatever they carry. */
static enum connmon_layer serial_layer(const struct frame *frame)
{
    if (frame_has(frame, 1) &&
        (frame->at[0] == CISCO_HDLC_UNICAST || frame->at[0] == CISCO_HDLC_BROADCAST))
        return CONNMON_LAYER_CISCO_HDLC;
    return CONNMON_LAYER_PPP;
}

enum connmon_layer link_first_layer(struct frame *frame, int link_type)
{
    switch (link_type) {
    case LINK_NULL:
        return CONNMON_LAYER_BSD_NULL;
    case LINK_ETHERNET:
        return CONNMON_LAYER_ETHERNET;
    case LINK_PPP:
    case LINK_PPP_SERIAL:
        return serial_layer(frame);
    case LINK_PPP_ETHER:
        return CONNMON_LAYER_PPPOE;
    case LINK_ATM_RFC1483:
        return CONNMON_LAYER_LLC;
    case LINK_RAW_IN_MEMORY:
    case LINK_RAW_OPENBSD:
    case LINK_RAW:
    case LINK_IPV4:
        return CONNMON_LAYER_IP;
    case LINK_IPV6:
        return CONNMON_LAYER_IPV6;
    case LINK_CISCO_HDLC:
        return CONNMON_LAYER_CISCO_HDLC;
    case LINK_LOOP:
        return CONNMON_LAYER_BSD_LOOP;
    case LINK_LINUX_COOKED:
        return CONNMON_LAYER_LINUX_COOKED;
    case LINK_NFLOG:
        return CONNMON_LAYER_NFLOG;
    case LINK_LINUX_COOKED_2:
        return CONNMON_LAYER_LINUX_COOKED_2;
    default:
        return frame_end(frame, CONNMON_DECODE_UNKNOWN_LINK);
    }
}

enum connmon_layer link_by_ethertype(struct frame *frame, uint16_t ethertype)
{
    switch (ethertype) {
    case ETHERTYPE_IPV4:
        return CONNMON_LAYER_IP;
    case ETHERTYPE_IPV6:
        return CONNMON_LAYER_IPV6;
    case ETHERTYPE_VLAN:
    case ETHERTYPE_SERVICE_VLAN:
    case ETHERTYPE_OLD_SERVICE_VLAN:
        return CONNMON_LAYER_VLAN;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_MULTICAST:
        return CONNMON_LAYER_MPLS;
    case ETHERTYPE_PPPOE:
        return CONNMON_LAYER_PPPOE;
    case ETHERTYPE_PPP:
        return CONNMON_LAYER_PPP;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
}

/* As link_by_ethertype(), where IEEE 802.3 may have a length instead. */
static enum connmon_layer by_type_or_length(struct frame *frame, uint16_t value)
{
    if (value > ETHERTYPE_MOST_LENGTH)
        return link_by_ethertype(frame, value);
    frame_limit(frame, value);
    return CONNMON_LAYER_LLC;
}

/* Cisco's, around a whole frame. Whether that ends with its FCS depends on where it was captured;
 * what it carries tells its own length. */
static enum connmon_layer carried_in_fabricpath(struct frame *frame)
{
    return frame_next(frame, FABRICPATH_TAG, CONNMON_LAYER_ETHERNET);
}

enum connmon_layer read_ethernet(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, ETHERNET_HEADER))
        return frame_lacks(frame, ETHERNET_HEADER);
    frame_skip(frame, ETHERNET_HEADER);
    if (load16(at + 12) == ETHERTYPE_FABRICPATH)
        return carried_in_fabricpath(frame);
    return by_type_or_length(frame, load16(at + 12));
}

enum connmon_layer read_vlan(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, VLAN_TAG))
        return frame_lacks(frame, VLAN_TAG);
    frame_skip(frame, VLAN_TAG);
    return by_type_or_length(frame, load16(at + 2));
}

/* With SNAP, which alone carries IP nowadays (RFC 1042). */
enum connmon_layer read_llc(struct frame *frame)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
    const uint8_t *at = frame->at;

    if (!frame_has(frame, LLC_SNAP_HEADER))
        return frame_lacks(frame, LLC_SNAP_HEADER);
    if (memcmp(at, snap, sizeof(snap)) != 0)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    frame_skip(frame, LLC_SNAP_HEADER);
    return link_by_ethertype(frame, load16(at + 6));
}

static enum connmon_layer read_cooked(struct frame *frame, uint32_t header, int hardware_at,
                                      int type_at)
{
    const uint8_t *at = frame->at;
    uint16_t type;

    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    if (load16(at + hardware_at) == LINUX_HARDWARE_NETLINK)
        return frame_end(frame, CONNMON_DECODE_OTHER);
    type = load16(at + type_at);
    frame_skip(frame, header);
    return type == ETHERTYPE_COOKED_LLC ? CONNMON_LAYER_LLC : link_by_ethertype(frame, type);
}

enum connmon_layer read_linux_cooked(struct frame *frame)
{
    return read_cooked(frame, LINUX_COOKED_HEADER, 2, 14);
}

enum connmon_layer read_linux_cooked_2(struct frame *frame)
{
    return read_cooked(frame, LINUX_COOKED_2_HEADER, 8, 0);
}

/* The systems do not agree on the number for IPv6. */
static enum connmon_layer by_bsd_family(struct frame *frame, uint32_t family)
{
    switch (family) {
    case 2:
        return CONNMON_LAYER_IP;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        return CONNMON_LAYER_IPV6;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
}

/* In the byte order of the host that captured, whichever that was. */
enum connmon_layer read_bsd_null(struct frame *frame)
{
    uint32_t family;

    if (!frame_has(frame, BSD_FAMILY))
        return frame_lacks(frame, BSD_FAMILY);
    family = load32(frame->at);
    if (family > UINT16_MAX)
        family = (family >> 24) | (family >> 8 & 0xff00);
    frame_skip(frame, BSD_FAMILY);
    return by_bsd_family(frame, family);
}

enum connmon_layer read_bsd_loop(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, BSD_FAMILY))
        return frame_lacks(frame, BSD_FAMILY);
    frame_skip(frame, BSD_FAMILY);
    return by_bsd_family(frame, load32(at));
}

/* libpcap turns it to this host's byte order. */
static uint16_t load_native16(const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

/* A list of attributes, one of which is the packet. */
enum connmon_layer read_nflog(struct frame *frame)
{
    uint32_t size = NFLOG_HEADER;
    uint16_t type;

    do {
        if (!frame_has(frame, size))
            return frame_lacks(frame, size);
        frame_skip(frame, size);
        if (!frame_has(frame, NFLOG_ATTRIBUTE_HEADER))
            return frame_lacks(frame, NFLOG_ATTRIBUTE_HEADER);
        size = load_native16(frame->at);
        type = load_native16(frame->at + 2) & 0x7fff;
        if (size < NFLOG_ATTRIBUTE_HEADER)
            return frame_end(frame, CONNMON_DECODE_MALFORMED);
        if (type == NFLOG_PAYLOAD)
            frame_limit(frame, size);
        size = (size + 3) & ~3U;
    } while (type != NFLOG_PAYLOAD);
    frame_skip(frame, NFLOG_ATTRIBUTE_HEADER);
    return CONNMON_LAYER_IP;
}

enum connmon_layer read_cisco_hdlc(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, CISCO_HDLC_HEADER))
        return frame_lacks(frame, CISCO_HDLC_HEADER);
    frame_skip(frame, CISCO_HDLC_HEADER);
    return link_by_ethertype(frame, load16(at + 2));
}

/* Address and control, and the first byte of the protocol, may be left out (RFC 1661 section 6.5
 * and 6.6). */
enum connmon_layer read_ppp(struct frame *frame)
{
    uint32_t header = 0, protocol;

    if (frame_has(frame, 2) && load16(frame->at) == 0xff03)
        header = 2;
    if (!frame_has(frame, header + 2))
        return frame_lacks(frame, header + 2);
    protocol = frame->at[header++];
    if (!(protocol & 1))
        protocol = protocol << 8 | frame->at[header++];
    frame_skip(frame, header);
    switch (protocol) {
    case 0x0021:
        return CONNMON_LAYER_IP;
    case 0x0057:
        return CONNMON_LAYER_IPV6;
    case 0x0281:
    case 0x0283:
        return CONNMON_LAYER_MPLS;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
}

/* RFC 2516 section 4. */
enum connmon_layer read_pppoe(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, PPPOE_HEADER))
        return frame_lacks(frame, PPPOE_HEADER);
    frame_skip(frame, PPPOE_HEADER);
    frame_limit(frame, load16(at + 4));
    return CONNMON_LAYER_PPP;
}

/* One label. Behind the last, nothing says what comes: IP is known by its version, and a zero
 * begins the control word of a pseudowire, which is taken to be one of Ethernet (RFC 4928 section
 * 3, RFC 4385 section 3). */
enum connmon_layer read_mpls(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, MPLS_LABEL + 1))
        return frame_lacks(frame, MPLS_LABEL + 1);
    frame_skip(frame, MPLS_LABEL);
    if (!(at[2] & MPLS_BOTTOM))
        return CONNMON_LAYER_MPLS;
    switch (at[MPLS_LABEL] >> 4) {
    case 0:
        return frame_next(frame, PSEUDOWIRE_CONTROL_WORD, CONNMON_LAYER_ETHERNET);
    case 4:
    case 6:
        return CONNMON_LAYER_IP;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
}
