/* decode.c
 *
 * Each header is read by a function of its own, which tells the next: a loop, no recursion, however
 * deep the tunnels. It ends, since each header takes bytes off the frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "decode.h"

#include "frame.h"

static enum layer (*const readers[LAYER_COUNT])(struct frame *) = {
    [LAYER_ETHERNET] = read_ethernet,
    [LAYER_LINUX_COOKED] = read_linux_cooked,
    [LAYER_LINUX_COOKED_2] = read_linux_cooked_2,
    [LAYER_BSD_NULL] = read_bsd_null,
    [LAYER_BSD_LOOP] = read_bsd_loop,
    [LAYER_NFLOG] = read_nflog,
    [LAYER_CISCO_HDLC] = read_cisco_hdlc,
    [LAYER_PPP] = read_ppp,
    [LAYER_LLC] = read_llc,
    [LAYER_VLAN] = read_vlan,
    [LAYER_PPPOE] = read_pppoe,
    [LAYER_MPLS] = read_mpls,
    [LAYER_IP] = read_ip,
    [LAYER_IPV6] = read_ipv6,
    [LAYER_IPV6_OPTIONS] = read_ipv6_options,
    [LAYER_IPV6_FRAGMENT] = read_ipv6_fragment,
    [LAYER_AUTHENTICATION] = read_authentication,
    [LAYER_TCP] = read_tcp,
    [LAYER_GRE] = read_gre,
    [LAYER_ERSPAN] = read_erspan,
    [LAYER_ETHER_IP] = read_ether_ip,
    [LAYER_UDP] = read_udp,
    [LAYER_VXLAN] = read_vxlan,
    [LAYER_VXLAN_GPE] = read_vxlan_gpe,
    [LAYER_GENEVE] = read_geneve,
    [LAYER_GTP] = read_gtp,
    [LAYER_TEREDO] = read_teredo,
    [LAYER_L2TP] = read_l2tp,
};

enum decode_outcome decode_payload(int link_type, const uint8_t *bytes, uint32_t captured,
                                   uint32_t original, struct connmon_segment *segment,
                                   struct decode_payload *payload)
{
    struct frame frame = {
        .at = bytes,
        .captured = captured < original ? captured : original,
        .wire = original,
        .segment = segment,
    };
    enum layer layer = link_first_layer(&frame, link_type);

    segment->wire_len = original;
    while (layer != LAYER_NONE)
        layer = readers[layer](&frame);
    *payload = (struct decode_payload){.bytes = frame.at, .captured = frame.captured};
    return frame.outcome;
}

enum decode_outcome decode_frame(int link_type, const uint8_t *bytes, uint32_t captured,
                                 uint32_t original, struct connmon_segment *segment)
{
    struct decode_payload payload;

    return decode_payload(link_type, bytes, captured, original, segment, &payload);
}
