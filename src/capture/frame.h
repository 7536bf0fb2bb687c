/* frame.h - what is left of a frame while its headers are taken off, one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FRAME_H
#define CONNMON_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "decode.h"

/* RFC 9293 section 3.2, RFC 7323 section 3.2, RFC 2018 section 3. */
enum {
    TCP_OPTION_END = 0,
    TCP_OPTION_NO_OPERATION = 1,
    TCP_OPTION_SACK = 5,
    TCP_OPTION_TIMESTAMPS = 8,
    TCP_TIMESTAMPS_BYTES = 10,
};

struct frame {
    const uint8_t *at; /* the next header */
    uint32_t captured; /* bytes there */
    uint32_t wire;     /* bytes that were sent there, as the headers before tell; >= captured */
    struct connmon_segment *segment;
    enum connmon_decode_outcome outcome;
};

static inline enum connmon_layer frame_end(struct frame *frame, enum connmon_decode_outcome outcome)
{
    frame->outcome = outcome;
    return CONNMON_LAYER_NONE;
}

static inline bool frame_has(const struct frame *frame, uint32_t bytes)
{
    return frame->captured >= bytes;
}

/* What to return where so many bytes are needed and the frame does not have them. */
static inline enum connmon_layer frame_lacks(struct frame *frame, uint32_t bytes)
{
    return frame_end(frame, bytes > frame->wire ? CONNMON_DECODE_MALFORMED : CONNMON_DECODE_CUT);
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
static inline enum connmon_layer frame_next(struct frame *frame, uint32_t bytes,
                                            enum connmon_layer next)
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

/* The size of the TCP option at `at`, of which and of those behind it `size` bytes were sent and
 * `captured`, at least one, are there. 0: there is none, or it is not what it should be: a receiver
 * stops here. */
static inline uint32_t tcp_option_size(const uint8_t *at, uint32_t size, uint32_t captured)
{
    if (size == 0 || at[0] == TCP_OPTION_END)
        return 0;
    if (at[0] == TCP_OPTION_NO_OPERATION)
        return 1;
    return size >= 2 && captured >= 2 && at[1] >= 2 && at[1] <= size ? at[1] : 0;
}

static inline void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void store32(uint8_t *at, uint32_t value)
{
    store16(at, value >> 16);
    store16(at + 2, value);
}

/* link.c */
enum connmon_layer link_first_layer(struct frame *frame, int link_type);
enum connmon_layer link_by_ethertype(struct frame *frame, uint16_t ethertype);
enum connmon_layer read_ethernet(struct frame *frame);
enum connmon_layer read_linux_cooked(struct frame *frame);
enum connmon_layer read_linux_cooked_2(struct frame *frame);
enum connmon_layer read_bsd_null(struct frame *frame);
enum connmon_layer read_bsd_loop(struct frame *frame);
enum connmon_layer read_nflog(struct frame *frame);
enum connmon_layer read_cisco_hdlc(struct frame *frame);
enum connmon_layer read_ppp(struct frame *frame);
enum connmon_layer read_llc(struct frame *frame);
enum connmon_layer read_vlan(struct frame *frame);
enum connmon_layer read_pppoe(struct frame *frame);
enum connmon_layer read_mpls(struct frame *frame);

/* network.c */
enum connmon_layer read_ip(struct frame *frame);
enum connmon_layer read_ipv6(struct frame *frame);
enum connmon_layer read_ipv6_options(struct frame *frame);
enum connmon_layer read_ipv6_fragment(struct frame *frame);
enum connmon_layer read_authentication(struct frame *frame);

/* tcp_header.c */
enum connmon_layer read_tcp(struct frame *frame);

/* tunnel.c */
enum connmon_layer read_gre(struct frame *frame);
enum connmon_layer read_erspan(struct frame *frame);
enum connmon_layer read_ether_ip(struct frame *frame);
enum connmon_layer read_udp(struct frame *frame);
enum connmon_layer read_vxlan(struct frame *frame);
enum connmon_layer read_vxlan_gpe(struct frame *frame);
enum connmon_layer read_geneve(struct frame *frame);
enum connmon_layer read_gtp(struct frame *frame);
enum connmon_layer read_teredo(struct frame *frame);
enum connmon_layer read_l2tp(struct frame *frame);

#endif
