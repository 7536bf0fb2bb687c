/* edit.c
 *
 * A change is made in two steps: all headers are looked at, whether they can follow it; then it is
 * made, and they follow, from the inside out, as outer checksums cover inner headers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "edit.h"

#include <string.h>

#include "checksum.h"
#include "frame.h"
#include "numbers.h"

enum {
    MOST_HEADERS = 64,
    TCP_FLAGS = 0x0fff, /* of 16 bits; the others are the length */
    TCP_LENGTH = 0xf000,
    DONT_FRAGMENT = 0x40,
    GRE_HAS_CHECKSUM = 0x80,
    GRE_VERSION = 0x07, /* 1: PPTP's (RFC 2637) */
    L2TP_HAS_LENGTH = 0x40,
};

/* A frame's headers, of which the last two are TCP and its payload. */
struct edit {
    uint8_t *frame;
    struct connmon_header headers[MOST_HEADERS];
    uint32_t count;
    int64_t growth; /* of the payload, by the change */
};

static uint8_t *at(const struct edit *edit, uint32_t i)
{
    return edit->frame + edit->headers[i].offset;
}

static uint8_t *tcp(const struct edit *edit)
{
    return at(edit, edit->count - 2);
}

/* Bytes of a header and all that it carries, after the change. */
static uint32_t length(const struct edit *edit, uint32_t i)
{
    return (uint32_t)(edit->headers[i].wire + edit->growth);
}

static bool is_ip(const struct edit *edit, uint32_t i)
{
    return edit->headers[i].layer == CONNMON_LAYER_IP ||
           edit->headers[i].layer == CONNMON_LAYER_IPV6;
}

/* The IP header around header `i`, of which there is one. */
static uint32_t ip_around(const struct edit *edit, uint32_t i)
{
    while (!is_ip(edit, i))
        i--;
    return i;
}

static bool is_ipv4(const uint8_t *ip)
{
    return ip[0] >> 4 == 4;
}

/* ---- What a header can follow ---- */

static enum connmon_build_status check_length(uint32_t length, uint32_t most)
{
    return length <= most ? CONNMON_BUILD_OK : CONNMON_BUILD_TOO_LONG;
}

/* `told` is what the header says of its length, 0 if nothing. */
static enum connmon_build_status check_told(const struct edit *edit, uint32_t i, uint32_t told)
{
    return told <= edit->headers[i].wire ? CONNMON_BUILD_OK : CONNMON_BUILD_CUT;
}

static enum connmon_build_status check_ip(const struct edit *edit, uint32_t i)
{
    const uint8_t *ip = at(edit, i);
    enum connmon_build_status status;

    if (is_ipv4(ip)) {
        status = check_told(edit, i, load16(ip + 2));
        return status ? status : check_length(length(edit, i), UINT16_MAX);
    }
    if (load16(ip + 4) == 0 && ip[6] == PROTOCOL_HOP_BY_HOP)
        return CONNMON_BUILD_UNSUPPORTED; /* a jumbogram */
    status = check_told(edit, i, IPV6_HEADER + (uint32_t)load16(ip + 4));
    return status ? status : check_length(length(edit, i) - IPV6_HEADER, UINT16_MAX);
}

/* The protocol number by which the header before calls header `i`. */
static uint8_t protocol_of(const struct edit *edit, uint32_t i)
{
    const uint8_t *before = at(edit, i - 1);

    if (!is_ip(edit, i - 1))
        return before[0];
    return is_ipv4(before) ? before[9] : before[6];
}

/* With segments left, the destination is not yet the one that the checksum is for. */
static enum connmon_build_status check_ipv6_options(const struct edit *edit, uint32_t i)
{
    return protocol_of(edit, i) == PROTOCOL_ROUTING && at(edit, i)[3] != 0
               ? CONNMON_BUILD_UNSUPPORTED
               : CONNMON_BUILD_OK;
}

/* Whether the EtherType at `type` is a length instead. */
static bool is_length(const uint8_t *type)
{
    return load16(type) <= ETHERTYPE_MOST_LENGTH;
}

static enum connmon_build_status check_typed(const struct edit *edit, uint32_t i, uint32_t header)
{
    const uint8_t *type = at(edit, i) + header - 2;
    enum connmon_build_status status;

    if (!is_length(type))
        return CONNMON_BUILD_OK;
    status = check_told(edit, i, header + load16(type));
    return status ? status : check_length(length(edit, i) - header, ETHERTYPE_MOST_LENGTH);
}

static enum connmon_build_status check_counted(const struct edit *edit, uint32_t i, uint32_t told,
                                               uint32_t uncounted)
{
    const enum connmon_build_status status = check_told(edit, i, told + uncounted);

    return status ? status : check_length(length(edit, i) - uncounted, UINT16_MAX);
}

static enum connmon_build_status check_same(const struct edit *edit)
{
    return edit->growth == 0 ? CONNMON_BUILD_OK : CONNMON_BUILD_UNSUPPORTED;
}

static enum connmon_build_status check_header(const struct edit *edit, uint32_t i)
{
    const uint8_t *header = at(edit, i);

    switch (edit->headers[i].layer) {
    case CONNMON_LAYER_ETHERNET:
        return check_typed(edit, i, ETHERNET_HEADER);
    case CONNMON_LAYER_VLAN:
        return check_typed(edit, i, VLAN_TAG);
    case CONNMON_LAYER_PPPOE:
        return check_counted(edit, i, load16(header + 4), PPPOE_HEADER);
    case CONNMON_LAYER_IP:
    case CONNMON_LAYER_IPV6:
        return check_ip(edit, i);
    case CONNMON_LAYER_IPV6_OPTIONS:
        return check_ipv6_options(edit, i);
    case CONNMON_LAYER_UDP:
        return check_counted(edit, i, load16(header + 4), 0);
    case CONNMON_LAYER_GTP:
        return check_counted(edit, i, load16(header + 2), GTP_HEADER);
    case CONNMON_LAYER_L2TP:
        return header[0] & L2TP_HAS_LENGTH ? check_counted(edit, i, 0, 0) : CONNMON_BUILD_OK;
    case CONNMON_LAYER_GRE: /* PPTP's has the length among its options */
        return header[1] & GRE_VERSION ? check_same(edit) : CONNMON_BUILD_OK;
    case CONNMON_LAYER_NFLOG:
        return check_same(edit);
    case CONNMON_LAYER_AUTHENTICATION:
        return CONNMON_BUILD_UNSUPPORTED;
    default:
        return CONNMON_BUILD_OK;
    }
}

/* Finds the headers of a frame, whole as they are. */
static enum connmon_build_status find_headers(struct edit *edit, int link_type, uint8_t *frame,
                                              uint32_t size)
{
    const struct connmon_header *payload;

    *edit = (struct edit){.frame = frame};
    if (connmon_decode_headers(link_type, frame, size, size, edit->headers, MOST_HEADERS,
                               &edit->count) != CONNMON_DECODE_TCP)
        return CONNMON_BUILD_NO_TCP;
    if (edit->count > MOST_HEADERS)
        return CONNMON_BUILD_UNSUPPORTED;
    payload = &edit->headers[edit->count - 1];
    return payload->offset == payload[-1].offset + (tcp(edit)[12] >> 4) * 4U ? CONNMON_BUILD_OK
                                                                             : CONNMON_BUILD_CUT;
}

static enum connmon_build_status check_headers(const struct edit *edit)
{
    enum connmon_build_status status = CONNMON_BUILD_OK;

    for (uint32_t i = 0; i < edit->count && status == CONNMON_BUILD_OK; i++)
        status = check_header(edit, i);
    return status;
}

static enum connmon_build_status edit_begin(struct edit *edit, int link_type, uint8_t *frame,
                                            uint32_t size)
{
    const enum connmon_build_status status = find_headers(edit, link_type, frame, size);

    return status == CONNMON_BUILD_OK ? check_headers(edit) : status;
}

/* ---- Headers follow ---- */

static void settle_typed(const struct edit *edit, uint32_t i, uint32_t header)
{
    uint8_t *type = at(edit, i) + header - 2;

    if (is_length(type))
        store16(type, length(edit, i) - header);
}

static void settle_ip(const struct edit *edit, uint32_t i)
{
    uint8_t *ip = at(edit, i);

    if (!is_ipv4(ip)) {
        store16(ip + 4, length(edit, i) - IPV6_HEADER);
        return;
    }
    store16(ip + 2, length(edit, i));
    store16(ip + 10, 0);
    store16(ip + 10, checksum_of(ip, (ip[0] & 15) * 4U));
}

static void settle_tcp(const struct edit *edit, uint32_t i)
{
    uint8_t *header = at(edit, i);

    store16(header + 16, 0);
    store16(header + 16, checksum_of_transport(at(edit, ip_around(edit, i)), PROTOCOL_TCP, header,
                                               length(edit, i)));
}

static void settle_udp(const struct edit *edit, uint32_t i)
{
    uint8_t *header = at(edit, i);
    uint16_t checksum;

    store16(header + 4, length(edit, i));
    if (load16(header + 6) == 0)
        return;
    store16(header + 6, 0);
    checksum =
        checksum_of_transport(at(edit, ip_around(edit, i)), PROTOCOL_UDP, header, length(edit, i));
    store16(header + 6, checksum ? checksum : UINT16_MAX);
}

static void settle_gre(const struct edit *edit, uint32_t i)
{
    uint8_t *header = at(edit, i);

    if (!(header[0] & GRE_HAS_CHECKSUM))
        return;
    store16(header + 4, 0);
    store16(header + 4, checksum_of(header, length(edit, i)));
}

static void settle_header(const struct edit *edit, uint32_t i)
{
    uint8_t *header = at(edit, i);

    switch (edit->headers[i].layer) {
    case CONNMON_LAYER_ETHERNET:
        settle_typed(edit, i, ETHERNET_HEADER);
        break;
    case CONNMON_LAYER_VLAN:
        settle_typed(edit, i, VLAN_TAG);
        break;
    case CONNMON_LAYER_PPPOE:
        store16(header + 4, length(edit, i) - PPPOE_HEADER);
        break;
    case CONNMON_LAYER_IP:
    case CONNMON_LAYER_IPV6:
        settle_ip(edit, i);
        break;
    case CONNMON_LAYER_TCP:
        settle_tcp(edit, i);
        break;
    case CONNMON_LAYER_UDP:
        settle_udp(edit, i);
        break;
    case CONNMON_LAYER_GRE:
        settle_gre(edit, i);
        break;
    case CONNMON_LAYER_GTP:
        store16(header + 2, length(edit, i) - GTP_HEADER);
        break;
    case CONNMON_LAYER_L2TP:
        if (header[0] & L2TP_HAS_LENGTH)
            store16(header + 2, length(edit, i));
        break;
    default: /* tells neither length nor checksum */
        break;
    }
}

static enum connmon_build_status edit_end(const struct edit *edit)
{
    for (uint32_t i = edit->count; i > 0; i--)
        settle_header(edit, i - 1);
    return CONNMON_BUILD_OK;
}

/* ---- Changes ---- */

/* The option with the timestamps; NULL: there is none. Of several, the last counts, as for
 * connmon_decode(). */
static uint8_t *find_timestamps(uint8_t *header)
{
    const uint32_t end = (header[12] >> 4) * 4U;
    uint8_t *found = NULL;
    uint32_t option_size;

    for (uint32_t i = TCP_HEADER; i < end; i += option_size) {
        option_size = tcp_option_size(header + i, end - i, end - i);
        if (option_size == 0)
            break;
        if (header[i] == TCP_OPTION_TIMESTAMPS && option_size == TCP_TIMESTAMPS_BYTES)
            found = header + i;
    }
    return found;
}

static void write_ip(uint8_t *ip, const struct connmon_segment *segment)
{
    if (!is_ipv4(ip)) {
        memcpy(ip + 8, segment->src.addr, 16);
        memcpy(ip + 24, segment->dst.addr, 16);
        return;
    }
    store16(ip + 4, segment->ip_id);
    ip[6] = (uint8_t)((ip[6] & ~DONT_FRAGMENT) | (segment->dont_fragment ? DONT_FRAGMENT : 0));
    memcpy(ip + 12, segment->src.addr, 4);
    memcpy(ip + 16, segment->dst.addr, 4);
}

static void write_tcp(uint8_t *header, const struct connmon_segment *segment)
{
    store16(header, segment->src.port);
    store16(header + 2, segment->dst.port);
    store32(header + 4, segment->seq);
    store32(header + 8, segment->ack);
    store16(header + 12, (load16(header + 12) & TCP_LENGTH) | (segment->flags & TCP_FLAGS));
    store16(header + 14, segment->window);
}

enum connmon_build_status connmon_edit_segment(int link_type, uint8_t *frame, uint32_t size,
                                               const struct connmon_segment *segment)
{
    struct edit edit;
    const enum connmon_build_status status = edit_begin(&edit, link_type, frame, size);
    uint8_t *ip, *timestamps = NULL;

    if (status != CONNMON_BUILD_OK)
        return status;
    ip = at(&edit, ip_around(&edit, edit.count - 2));
    if (segment->src.addr_len != (is_ipv4(ip) ? 4 : 16) ||
        segment->dst.addr_len != segment->src.addr_len)
        return CONNMON_BUILD_INVALID;
    if (segment->has_timestamps) {
        timestamps = find_timestamps(tcp(&edit));
        if (!timestamps)
            return CONNMON_BUILD_INVALID;
        store32(timestamps + 2, segment->tsval);
        store32(timestamps + 6, segment->tsecr);
    }
    write_ip(ip, segment);
    write_tcp(tcp(&edit), segment);
    return edit_end(&edit);
}

enum connmon_build_status connmon_edit_hop_limit(int link_type, uint8_t *frame, uint32_t size,
                                                 uint8_t hop_limit)
{
    struct edit edit;
    const enum connmon_build_status status = edit_begin(&edit, link_type, frame, size);
    uint8_t *ip;

    if (status != CONNMON_BUILD_OK)
        return status;
    ip = at(&edit, ip_around(&edit, edit.count - 2));
    ip[is_ipv4(ip) ? 8 : 7] = hop_limit;
    return edit_end(&edit);
}

enum connmon_build_status connmon_edit_payload(int link_type, uint8_t *frame, uint32_t *size,
                                               uint32_t room, const void *payload,
                                               uint32_t payload_size)
{
    struct edit edit;
    enum connmon_build_status status = find_headers(&edit, link_type, frame, *size);
    const struct connmon_header *old;

    if (status != CONNMON_BUILD_OK)
        return status;
    old = &edit.headers[edit.count - 1];
    edit.growth = (int64_t)payload_size - old->wire;
    status = check_headers(&edit);
    if (status != CONNMON_BUILD_OK)
        return status;
    if (old->offset + (uint64_t)payload_size > room)
        return CONNMON_BUILD_NO_ROOM;
    *size = old->offset + payload_size;
    if (payload)
        memmove(frame + old->offset, payload, payload_size);
    else
        memset(frame + old->offset, 0, payload_size);
    return edit_end(&edit);
}

enum connmon_build_status connmon_edit_repair(int link_type, uint8_t *frame, uint32_t size)
{
    struct edit edit;
    const enum connmon_build_status status = edit_begin(&edit, link_type, frame, size);

    return status == CONNMON_BUILD_OK ? edit_end(&edit) : status;
}
