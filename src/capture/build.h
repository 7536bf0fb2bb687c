/* build.h - makes frames, from the inside out
 *
 * A frame grows at its front, in the caller's memory: payload first, then TCP, IP, Ethernet, and
 * whatever else is to be around them. Each header takes its length, the number of what it carries,
 * and its checksum from what is there, so these are always right:
 *
 *     uint8_t room[256];
 *     struct connmon_frame frame = connmon_frame_in(room, sizeof(room));
 *     struct connmon_ip ip = connmon_ip_of(&segment);
 *
 *     connmon_build_payload(&frame, "hello", 5);
 *     connmon_build_tcp(&frame, &segment, NULL, 0);
 *     connmon_build_ip(&frame, &ip);
 *     connmon_build_vlan(&frame, 7, CONNMON_BY_CONTENT);
 *     if (connmon_build_ethernet(&frame, dst, src, CONNMON_BY_CONTENT) == CONNMON_BUILD_OK)
 *         use(connmon_frame_bytes(&frame), connmon_frame_size(&frame));
 *
 * Nothing is allocated. After an error a frame stays as it is: the later calls do nothing and
 * return the same, so that it is enough to look at what the last one returns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BUILD_H
#define CONNMON_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"
#include "decode.h"

#ifdef __cplusplus
extern "C" {
#endif

enum connmon_build_status {
    CONNMON_BUILD_OK = 0,
    CONNMON_BUILD_NO_ROOM,  /* more bytes than the caller's memory has */
    CONNMON_BUILD_TOO_LONG, /* a length is more than its field can hold */
    CONNMON_BUILD_INVALID,  /* an argument out of its range, or headers that do not go together */
    CONNMON_BUILD_NO_TCP,   /* when editing: connmon_decode() finds no TCP in the frame */
    CONNMON_BUILD_CUT,      /* when editing: the frame was not captured whole */
    CONNMON_BUILD_UNSUPPORTED, /* when editing: see edit.h */
};

/* A frame that is being made. Only its own functions change the members. */
struct connmon_frame {
    uint8_t *room;
    uint32_t start, end;                /* of the frame, in `room` */
    uint32_t transport;                 /* start of the TCP or UDP that lacks its checksum ... */
    enum connmon_layer transport_layer; /* ... if there is one, else CONNMON_LAYER_NONE */
    enum connmon_layer layer;           /* the outermost header */
    enum connmon_build_status status;   /* of all so far */
};

/* An empty frame in `size` bytes of memory, which stay the caller's and must outlive it. */
struct connmon_frame connmon_frame_in(void *room, uint32_t size);

/* A frame of what the memory has already, from `start` up to `end`: to put headers around a packet
 * or a frame, which `layer` tells CONNMON_BY_CONTENT. */
struct connmon_frame connmon_frame_around(void *room, uint32_t start, uint32_t end,
                                          enum connmon_layer layer);

/* The frame, whose bytes are in the caller's memory, up to its last byte. */
static inline uint8_t *connmon_frame_bytes(const struct connmon_frame *frame)
{
    return frame->room + frame->start;
}

static inline uint32_t connmon_frame_size(const struct connmon_frame *frame)
{
    return frame->end - frame->start;
}

/* For parameters that name what a header carries: what the header before tells. */
enum { CONNMON_BY_CONTENT = -1 };

/* What an IP header tells. Fill with connmon_ip_of(), then change what should differ. */
struct connmon_ip {
    struct connmon_endpoint src, dst; /* both of one version; ports do not matter */
    int protocol; /* 0 to 255; or CONNMON_BY_CONTENT, for TCP, UDP, IP, GRE, MPLS, EtherIP */
    uint8_t hop_limit, traffic_class;
    uint32_t flow_label; /* of IPv6, up to 2^20 - 1 */
    uint16_t ip_id;      /* of IPv4, as dont_fragment */
    bool dont_fragment;
};

/* From a segment: addresses, identification and DF; CONNMON_BY_CONTENT, hop limit 64, the rest 0.
 */
struct connmon_ip connmon_ip_of(const struct connmon_segment *segment);

/* Puts `size` bytes before what is there. NULL: zeros. */
enum connmon_build_status connmon_build_payload(struct connmon_frame *frame, const void *bytes,
                                                uint32_t size);

/* The same of a header that no function here makes, which tells CONNMON_BY_CONTENT what it is. */
enum connmon_build_status connmon_build_header(struct connmon_frame *frame,
                                               enum connmon_layer layer, const void *bytes,
                                               uint32_t size);

/* TCP, from the segment's ports, seq, ack (if CONNMON_ACK is set), flags and window, and its
 * timestamps if it has any, after two NOPs (RFC 7323 appendix A); then the `size` bytes of
 * `options`, padded with zeros. All options together have up to 40 bytes. The checksum follows with
 * the IP header, the urgent pointer is 0. */
enum connmon_build_status connmon_build_tcp(struct connmon_frame *frame,
                                            const struct connmon_segment *segment,
                                            const void *options, uint32_t size);

/* UDP. The checksum follows with the IP header. */
enum connmon_build_status connmon_build_udp(struct connmon_frame *frame, uint16_t src_port,
                                            uint16_t dst_port);

/* IPv4 without options, or IPv6. */
enum connmon_build_status connmon_build_ip(struct connmon_frame *frame,
                                           const struct connmon_ip *ip);

/* GRE (RFC 2784) without checksum or key. `ethertype` is from 0 to 65535 or CONNMON_BY_CONTENT, of
 * IP, MPLS, Ethernet. */
enum connmon_build_status connmon_build_gre(struct connmon_frame *frame, int ethertype);

/* VXLAN (RFC 7348) around Ethernet; `vni` is up to 2^24 - 1. UDP has to be put around it. */
enum connmon_build_status connmon_build_vxlan(struct connmon_frame *frame, uint32_t vni);

/* A VLAN's tag (IEEE 802.1Q): the identifier's 12 bits, with priority and DEI above. `ethertype`:
 * that of what follows, from 0 to 65535; or CONNMON_BY_CONTENT, of IP, MPLS, PPPoE, VLAN, LLC (with
 * the length). */
enum connmon_build_status connmon_build_vlan(struct connmon_frame *frame, uint16_t tag,
                                             int ethertype);

/* Ethernet, without padding and FCS. `ethertype` as for connmon_build_vlan(). */
enum connmon_build_status connmon_build_ethernet(struct connmon_frame *frame, const uint8_t dst[6],
                                                 const uint8_t src[6], int ethertype);

/* All of it: Ethernet between addresses of zeros, IP, TCP and payload (NULL: zeros). The frame has
 * to be empty. */
enum connmon_build_status connmon_build_segment(struct connmon_frame *frame,
                                                const struct connmon_segment *segment,
                                                const void *payload, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
