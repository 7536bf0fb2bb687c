/* decode.h - from the bytes of a captured frame to the segment that the core takes
 *
 * Nothing is allocated, copied or remembered between frames: each is read once, from the outside
 * in, as far as its innermost TCP header. Known are Ethernet (with VLAN tags, LLC/SNAP,
 * FabricPath), Linux cooked captures, BSD loopback, NFLOG, PPP, PPPoE, Cisco HDLC, MPLS; IPv4 and
 * IPv6 with extension headers; and what carries one of these in an IP packet: IP, GRE, ERSPAN,
 * EtherIP, VXLAN, Geneve, GTP-U, Teredo, L2TP.
 *
 * No function here fails, prints or keeps state; frames may be anything at all. They may be called
 * from any thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DECODE_H
#define CONNMON_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

#ifdef __cplusplus
extern "C" {
#endif

enum connmon_decode_outcome {
    CONNMON_DECODE_TCP,
    CONNMON_DECODE_OTHER,        /* carries no TCP, or TCP in what is not known here */
    CONNMON_DECODE_FRAGMENT,     /* part of a fragmented datagram: its content is not looked for */
    CONNMON_DECODE_CUT,          /* captured too short to tell, or to reach a TCP header's flags */
    CONNMON_DECODE_MALFORMED,    /* a header that contradicts itself or ends behind the frame */
    CONNMON_DECODE_UNKNOWN_LINK, /* frames of this link type are not known here */
};

/* Finds the innermost TCP header that was sent in the frame, not quoted by an ICMP error, and
 * fills from it all of `segment` but `time_ns`, `packet`, `discriminator` and `time_unknown`,
 * which stay as they are. Unless the outcome is CONNMON_DECODE_TCP, the rest of `segment` means
 * nothing.
 *
 * `link_type` is the number by which a capture file calls it, or libpcap in memory (LINKTYPE_ or
 * DLT_; the two agree but for raw IP, where either will do). `captured` bytes are at `frame`, of
 * `original` bytes that were on the wire. The payload ends where the network header says, and
 * never behind the frame. What the capture cut off behind a header's flags is told as 0: window,
 * checksum, options. */
enum connmon_decode_outcome connmon_decode(int link_type, const uint8_t *frame, uint32_t captured,
                                           uint32_t original, struct connmon_segment *segment);

/* The same, and where the payload is, of which `payload->captured` bytes are in the frame. `bytes`
 * points into the frame. */
struct connmon_payload {
    const uint8_t *bytes;
    uint32_t captured;
};

enum connmon_decode_outcome connmon_decode_payload(int link_type, const uint8_t *frame,
                                                   uint32_t captured, uint32_t original,
                                                   struct connmon_segment *segment,
                                                   struct connmon_payload *payload);

/* The same as connmon_decode() of a TCP header alone, of which `captured` bytes are at `header` and
 * which has, with its payload, `wire` bytes. Leaves what IP tells and wire_len alone, too. Returns
 * false if the header was cut before the end of its flags or cannot be one. */
bool connmon_decode_tcp(const uint8_t *header, uint32_t captured, uint32_t wire,
                        struct connmon_segment *segment);

/* Kinds of header. */
enum connmon_layer {
    CONNMON_LAYER_NONE,

    CONNMON_LAYER_ETHERNET,
    CONNMON_LAYER_LINUX_COOKED,
    CONNMON_LAYER_LINUX_COOKED_2,
    CONNMON_LAYER_BSD_NULL,
    CONNMON_LAYER_BSD_LOOP,
    CONNMON_LAYER_NFLOG,
    CONNMON_LAYER_CISCO_HDLC,
    CONNMON_LAYER_PPP,
    CONNMON_LAYER_LLC,
    CONNMON_LAYER_VLAN,
    CONNMON_LAYER_PPPOE,
    CONNMON_LAYER_MPLS,

    CONNMON_LAYER_IP, /* of the version that its first four bits tell */
    CONNMON_LAYER_IPV6,
    CONNMON_LAYER_IPV6_OPTIONS, /* hop-by-hop or destination options, or a routing header */
    CONNMON_LAYER_IPV6_FRAGMENT,
    CONNMON_LAYER_AUTHENTICATION,
    CONNMON_LAYER_TCP,

    CONNMON_LAYER_GRE,
    CONNMON_LAYER_ETHER_IP,
    CONNMON_LAYER_UDP,
    CONNMON_LAYER_VXLAN,
    CONNMON_LAYER_VXLAN_GPE,
    CONNMON_LAYER_GENEVE,
    CONNMON_LAYER_GTP,
    CONNMON_LAYER_TEREDO,
    CONNMON_LAYER_L2TP,
    CONNMON_LAYER_ERSPAN,

    CONNMON_LAYER_PAYLOAD, /* of TCP */
};

/* A header of a frame, with all that it carries: what comes behind it begins with the next header,
 * and ends where this one says. */
struct connmon_header {
    enum connmon_layer layer;
    uint32_t offset;   /* in the frame */
    uint32_t captured; /* bytes from there on: of the header and of what it carries */
    uint32_t wire;     /* the same, as they were sent; >= captured */
};

/* Lists the headers of a frame, from the outside in; the other parameters are those of
 * connmon_decode(), and so is what is returned. If that is CONNMON_DECODE_TCP, the last two are TCP
 * and CONNMON_LAYER_PAYLOAD, which may be empty; else the last is the one at which decoding ended.
 *
 * The first `room` of them go to `headers`; `*count` tells how many there are, which may be more.
 */
enum connmon_decode_outcome connmon_decode_headers(int link_type, const uint8_t *frame,
                                                   uint32_t captured, uint32_t original,
                                                   struct connmon_header *headers, uint32_t room,
                                                   uint32_t *count);

#ifdef __cplusplus
}
#endif

#endif
