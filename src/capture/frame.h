/* frame.h - what is left of a frame while its headers are taken off, one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FRAME_H
#define CONNMON_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "decode.h"

/* Kinds of header. Each has a reader, which takes the header off the frame and tells which kind
 * comes next. */
enum layer {
    LAYER_NONE, /* the way ends here; the frame has the outcome */

    LAYER_ETHERNET,
    LAYER_LINUX_COOKED,
    LAYER_LINUX_COOKED_2,
    LAYER_BSD_NULL,
    LAYER_BSD_LOOP,
    LAYER_NFLOG,
    LAYER_CISCO_HDLC,
    LAYER_PPP,
    LAYER_LLC,
    LAYER_VLAN,
    LAYER_PPPOE,
    LAYER_MPLS,

    LAYER_IP, /* of either version */
    LAYER_IPV6,
    LAYER_IPV6_OPTIONS,
    LAYER_IPV6_FRAGMENT,
    LAYER_AUTHENTICATION,
    LAYER_TCP,

    LAYER_GRE,
    LAYER_ETHER_IP,
    LAYER_UDP,
    LAYER_VXLAN,
    LAYER_VXLAN_GPE,
    LAYER_GENEVE,
    LAYER_GTP,
    LAYER_TEREDO,
    LAYER_L2TP,
    LAYER_ERSPAN,

    LAYER_COUNT,
};

struct frame {
    const uint8_t *at; /* the next header */
    uint32_t captured; /* bytes there */
    uint32_t wire;     /* bytes that were sent there, as the headers before tell; >= captured */
    struct connmon_segment *segment;
    enum decode_outcome outcome;
};

static inline enum layer frame_end(struct frame *frame, enum decode_outcome outcome)
{
    frame->outcome = outcome;
    return LAYER_NONE;
}

static inline bool frame_has(const struct frame *frame, uint32_t bytes)
{
    return frame->captured >= bytes;
}

/* What to return where so many bytes are needed and the frame does not have them. */
static inline enum layer frame_lacks(struct frame *frame, uint32_t bytes)
{
    return frame_end(frame, bytes > frame->wire ? DECODE_MALFORMED : DECODE_CUT);
}

/* Takes off a header of so many bytes, which the frame has. */
static inline void frame_skip(struct frame *frame, uint32_t bytes)
{
    frame->at += bytes;
    frame->captured -= bytes;
    frame->wire -= bytes;
}

/* Takes off a header, or of one that was cut what there is. */
static inline void frame_skip_all(struct frame *frame, uint32_t bytes)
{
    frame->at += bytes < frame->captured ? bytes : frame->captured;
    frame->captured -= bytes < frame->captured ? bytes : frame->captured;
    frame->wire -= bytes < frame->wire ? bytes : frame->wire;
}

/* Takes off a header and tells what comes next; or ends, where the header is not all there. */
static inline enum layer frame_next(struct frame *frame, uint32_t bytes, enum layer next)
{
    if (!frame_has(frame, bytes))
        return frame_lacks(frame, bytes);
    frame_skip(frame, bytes);
    return next;
}

/* A header tells that no more than `bytes` were sent from here on: what follows is padding. */
static inline void frame_limit(struct frame *frame, uint32_t bytes)
{
    if (frame->wire > bytes)
        frame->wire = bytes;
    if (frame->captured > bytes)
        frame->captured = bytes;
}

static inline uint16_t load16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t load32(const uint8_t *at)
{
    return (uint32_t)load16(at) << 16 | load16(at + 2);
}

/* link.c */
enum layer link_first_layer(struct frame *frame, int link_type);
enum layer link_by_ethertype(struct frame *frame, uint16_t ethertype);
enum layer read_ethernet(struct frame *frame);
enum layer read_linux_cooked(struct frame *frame);
enum layer read_linux_cooked_2(struct frame *frame);
enum layer read_bsd_null(struct frame *frame);
enum layer read_bsd_loop(struct frame *frame);
enum layer read_nflog(struct frame *frame);
enum layer read_cisco_hdlc(struct frame *frame);
enum layer read_ppp(struct frame *frame);
enum layer read_llc(struct frame *frame);
enum layer read_vlan(struct frame *frame);
enum layer read_pppoe(struct frame *frame);
enum layer read_mpls(struct frame *frame);

/* network.c */
enum layer read_ip(struct frame *frame);
enum layer read_ipv6(struct frame *frame);
enum layer read_ipv6_options(struct frame *frame);
enum layer read_ipv6_fragment(struct frame *frame);
enum layer read_authentication(struct frame *frame);

/* tcp_header.c */
enum layer read_tcp(struct frame *frame);

/* tunnel.c */
enum layer read_gre(struct frame *frame);
enum layer read_erspan(struct frame *frame);
enum layer read_ether_ip(struct frame *frame);
enum layer read_udp(struct frame *frame);
enum layer read_vxlan(struct frame *frame);
enum layer read_vxlan_gpe(struct frame *frame);
enum layer read_geneve(struct frame *frame);
enum layer read_gtp(struct frame *frame);
enum layer read_teredo(struct frame *frame);
enum layer read_l2tp(struct frame *frame);

#endif
