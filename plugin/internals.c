/* internals.c
 *
 * The only place that includes Wireshark's headers below epan/dissectors. They are not meant for
 * plugins, and its next major release will not install them. Then this breaks: struct tcp_analysis
 * and get_tcp_stream_count() of packet-tcp.h, ws_ip4 of packet-ip.h. Without them (CMake looks for
 * them; -D CONNMON_DISSECTOR_HEADERS=OFF tries it)
 *
 * - streams are numbered here, as TCP numbers them: in the order in which it takes hold of a
 *   conversation. That is the same number as long as all TCP is below IP, not for TCP that another
 *   protocol hands over by itself;
 * - the IPv4 header is looked for in front of TCP's, where reassembled fragments have none.
 *
 * The other ways to a stream cost more. To ask for the field makes Wireshark build a tree for each
 * packet, at a quarter more CPU time; and TCP's tap is silent in the first of two passes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internals.h"

#include <string.h>

#include <epan/conversation.h>

#define IPV4_DONT_FRAGMENT 0x4000U /* RFC 791 section 3.1, of flags and fragment offset */

static int proto_tcp;

#ifdef CONNMON_DISSECTOR_HEADERS
#include <epan/dissectors/packet-ip.h>
#include <epan/dissectors/packet-tcp.h>

static bool find_number(const conversation_t *conversation, uint32_t *number)
{
    const struct tcp_analysis *analysis = conversation_get_proto_data(conversation, proto_tcp);

    if (analysis)
        *number = analysis->stream;
    return analysis != NULL;
}

static uint32_t next_number(void)
{
    return get_tcp_stream_count();
}

static bool has_opened(struct internals_place *place)
{
    return get_tcp_stream_count() > place->next;
}

void internals_reset(void)
{
}

void internals_read_ipv4(struct connmon_segment *segment, tvbuff_t *tvb _U_, void *ip)
{
    const ws_ip4 *ipv4 = WS_IP4_PTR(ip);

    if (!ipv4)
        return;
    segment->ip_id = ipv4->ip_id;
    segment->dont_fragment = (ipv4->ip_off & IPV4_DONT_FRAGMENT) != 0;
}
#else
static int proto_connmon; /* whose data of a conversation is its number plus 1 */
static uint32_t count;

static bool find_number(const conversation_t *conversation, uint32_t *number)
{
    const void *data = conversation_get_proto_data(conversation, proto_connmon);

    if (!data || !conversation_get_proto_data(conversation, proto_tcp))
        return false;
    *number = GPOINTER_TO_UINT(data) - 1;
    return true;
}

static uint32_t next_number(void)
{
    return count;
}

/* TCP opens a stream in a conversation that it has found or in a new one. */
static bool has_opened(struct internals_place *place)
{
    conversation_t *taken = place->before;

    if (!taken || place->has_number)
        taken = compat_find_tcp_conversation(&place->packet);
    if (!taken || (taken == place->before &&
                   (place->has_number || !conversation_get_proto_data(taken, proto_tcp))))
        return false;
    count = place->next + 1;
    conversation_add_proto_data(taken, proto_connmon, GUINT_TO_POINTER(count));
    return true;
}

void internals_reset(void)
{
    count = 0;
}

enum { IPV4_LEAST = 20, IPV4_MOST = 60 }; /* bytes of the header */

/* It ends where TCP's begins, and has as many words as it says and the segment's addresses. */
void internals_read_ipv4(struct connmon_segment *segment, tvbuff_t *tvb, void *ip _U_)
{
    tvbuff_t *frame = tvb_get_ds_tvb(tvb);
    const int end = tvb_raw_offset(tvb);

    for (int size = IPV4_LEAST; size <= MIN(IPV4_MOST, end); size += 4) {
        const uint8_t *header = tvb_get_ptr(frame, end - size, size);

        if (header[0] != (0x40 | size / 4) || memcmp(header + 12, segment->src.addr, 4) != 0 ||
            memcmp(header + 16, segment->dst.addr, 4) != 0)
            continue;
        segment->ip_id = (uint16_t)(header[4] << 8 | header[5]);
        segment->dont_fragment = (header[6] << 8 & IPV4_DONT_FRAGMENT) != 0;
        return;
    }
}
#endif

bool internals_init(void)
{
    proto_tcp = proto_get_id_by_filter_name("tcp");
#ifndef CONNMON_DISSECTOR_HEADERS
    proto_connmon = proto_get_id_by_filter_name("connmon");
#endif
    return proto_tcp >= 0;
}

void internals_stream_before_tcp(struct internals_place *place, const packet_info *pinfo,
                                 tvbuff_t *tvb)
{
    place->packet = *pinfo;
    place->packet.srcport = tvb_get_ntohs(tvb, 0); /* as TCP is about to set them */
    place->packet.destport = tvb_get_ntohs(tvb, 2);
    place->before = compat_find_tcp_conversation(&place->packet);
    place->has_number = place->before && find_number(place->before, &place->number);
    place->next = next_number();
    place->is_syn = (tvb_get_ntohs(tvb, 12) & CONNMON_SYN) != 0; /* since 4.2 a SYN-ACK may, too */
}

bool internals_stream_after_tcp(struct internals_place *place, uint32_t *stream)
{
    const bool opened = (!place->has_number || place->is_syn) && has_opened(place);

    *stream = opened ? place->next : place->number;
    return opened || place->has_number;
}
