/* network.c - IPv4, IPv6 and what may stand between them and what they carry
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "frame.h"
#include "numbers.h"

enum {
    IPV4_FRAGMENT = 0x3fff, /* more fragments, or an offset */
    IPV4_DONT_FRAGMENT = 0x40,
    IPV6_FRAGMENT_HEADER = 8,
    OPTION_PAD1 = 0, /* RFC 8200 section 4.2 */
    OPTION_JUMBO = 0xc2,
    IPV6_FRAGMENT = 0xfff9, /* an offset, or more fragments */
};

static enum connmon_layer by_protocol(struct frame *frame, uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_TCP:
        return CONNMON_LAYER_TCP;
    case PROTOCOL_UDP:
        return CONNMON_LAYER_UDP;
    case PROTOCOL_IPV4:
        return CONNMON_LAYER_IP;
    case PROTOCOL_IPV6:
        return CONNMON_LAYER_IPV6;
    case PROTOCOL_GRE:
        return CONNMON_LAYER_GRE;
    case PROTOCOL_ETHER_IP:
        return CONNMON_LAYER_ETHER_IP;
    case PROTOCOL_MPLS:
        return CONNMON_LAYER_MPLS;
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION:
        return CONNMON_LAYER_IPV6_OPTIONS;
    case PROTOCOL_FRAGMENT:
        return CONNMON_LAYER_IPV6_FRAGMENT;
    case PROTOCOL_AUTHENTICATION:
        return CONNMON_LAYER_AUTHENTICATION;
    default:
        return frame_end(frame, CONNMON_DECODE_OTHER);
    }
}

/* All 16 bytes at once, as they will be read: what was written piece by piece would have to be
 * waited for. */
static void set_end(struct connmon_endpoint *end, const uint8_t *address, uint8_t len)
{
    uint8_t padded[sizeof(end->addr)] = {0};

    memcpy(padded, address, len);
    memcpy(end->addr, padded, sizeof(padded));
    end->addr_len = len;
}

static inline void set_ends(struct connmon_segment *segment, const uint8_t *src, const uint8_t *dst,
                            uint8_t len)
{
    set_end(&segment->src, src, len);
    set_end(&segment->dst, dst, len);
}

static enum connmon_layer read_ipv4(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header, total;

    if (!frame_has(frame, IPV4_HEADER))
        return frame_lacks(frame, IPV4_HEADER);
    header = (at[0] & 15) * 4U;
    total = load16(at + 2);
    if (header < IPV4_HEADER || (total < header && total != 0))
        return frame_end(frame, CONNMON_DECODE_MALFORMED);
    if (total != 0) /* 0: left to the network card, which was to cut the segment up */
        frame_limit(frame, total);
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    if (load16(at + 6) & IPV4_FRAGMENT)
        return frame_end(frame, CONNMON_DECODE_FRAGMENT);
    set_ends(frame->segment, at + 12, at + 16, 4);
    frame->segment->ip_id = load16(at + 4);
    frame->segment->dont_fragment = (at[6] & IPV4_DONT_FRAGMENT) != 0;
    frame_skip(frame, header);
    return by_protocol(frame, at[9]);
}

/* What the jumbo payload option of a hop-by-hop header tells; 0 if it is not there. */
static uint32_t jumbo_length(const uint8_t *header, uint32_t captured)
{
    uint32_t size, i = 2;

    if (captured < 8)
        return 0;
    size = (header[1] + 1U) * 8 < captured ? (header[1] + 1U) * 8 : captured;
    while (i + 6 <= size && header[i] != OPTION_JUMBO)
        i += header[i] == OPTION_PAD1 ? 1 : 2U + header[i + 1];
    return i + 6 <= size && header[i + 1] == 4 ? load32(header + i + 2) : 0;
}

/* Where the packet ends. A payload length of 0 stands for more than the field can hold: a
 * jumbogram, whose option tells the length (RFC 2675 section 2), or what was left to the network
 * card, which was to cut the segment up. */
static void limit_ipv6(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t length = load16(at + 4);

    if (length == 0 && at[6] == PROTOCOL_HOP_BY_HOP)
        length = jumbo_length(at + IPV6_HEADER, frame->captured - IPV6_HEADER);
    if (length != 0 && length <= UINT32_MAX - IPV6_HEADER)
        frame_limit(frame, IPV6_HEADER + length);
}

enum connmon_layer read_ipv6(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, IPV6_HEADER))
        return frame_lacks(frame, IPV6_HEADER);
    if (at[0] >> 4 != 6)
        return frame_end(frame, CONNMON_DECODE_MALFORMED);
    limit_ipv6(frame);
    set_ends(frame->segment, at + 8, at + 24, 16);
    frame->segment->ip_id = 0;
    frame->segment->dont_fragment = false;
    frame_skip(frame, IPV6_HEADER);
    return by_protocol(frame, at[6]);
}

enum connmon_layer read_ip(struct frame *frame)
{
    if (!frame_has(frame, 1))
        return frame_lacks(frame, 1);
    switch (frame->at[0] >> 4) {
    case 4:
        return read_ipv4(frame);
    case 6:
        return read_ipv6(frame);
    default:
        return frame_end(frame, CONNMON_DECODE_MALFORMED);
    }
}

/* Hop-by-hop options, destination options and routing header are of one shape (RFC 8200 section
 * 4). */
enum connmon_layer read_ipv6_options(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header;

    if (!frame_has(frame, 2))
        return frame_lacks(frame, 2);
    header = (at[1] + 1U) * 8;
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    frame_skip(frame, header);
    return by_protocol(frame, at[0]);
}

enum connmon_layer read_ipv6_fragment(struct frame *frame)
{
    const uint8_t *at = frame->at;

    if (!frame_has(frame, IPV6_FRAGMENT_HEADER))
        return frame_lacks(frame, IPV6_FRAGMENT_HEADER);
    if (load16(at + 2) & IPV6_FRAGMENT)
        return frame_end(frame, CONNMON_DECODE_FRAGMENT);
    frame_skip(frame, IPV6_FRAGMENT_HEADER);
    return by_protocol(frame, at[0]);
}

/* RFC 4302 section 2.2. */
enum connmon_layer read_authentication(struct frame *frame)
{
    const uint8_t *at = frame->at;
    uint32_t header;

    if (!frame_has(frame, 2))
        return frame_lacks(frame, 2);
    header = (at[1] + 2U) * 4;
    if (!frame_has(frame, header))
        return frame_lacks(frame, header);
    frame_skip(frame, header);
    return by_protocol(frame, at[0]);
}
