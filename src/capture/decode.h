/* decode.h - from the bytes of a captured frame to the segment that the core takes
 *
 * Nothing is allocated, copied or remembered between frames: each is read once, from the outside
 * in, as far as its innermost TCP header.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DECODE_H
#define CONNMON_DECODE_H

#include <stdint.h>

#include "connmon.h"

enum decode_outcome {
    DECODE_TCP,
    DECODE_OTHER,        /* carries no TCP, or TCP in what is not known here */
    DECODE_FRAGMENT,     /* part of a fragmented datagram: what it carries is not looked for */
    DECODE_CUT,          /* captured too short to tell, or to reach a TCP header's flags */
    DECODE_MALFORMED,    /* a header that contradicts itself or ends behind the frame */
    DECODE_UNKNOWN_LINK, /* frames of this link type are not known here */
};

/* Finds the innermost TCP header that was sent in the frame, not quoted by an ICMP error, and
 * fills from it all of `segment` but `time_ns`, `packet`, `discriminator` and `time_unknown`,
 * which stay as they are. Unless the outcome is DECODE_TCP, the rest of `segment` means nothing.
 *
 * `link_type` is the number by which a capture file calls it, or libpcap in memory (LINKTYPE_ or
 * DLT_; the two agree but for raw IP, where either will do). `captured` bytes are at `frame`, of
 * `original` bytes that were on the wire. The payload ends where the network header says, and
 * never behind the frame. What the capture cut off behind a header's flags is told as 0: window,
 * checksum, options. */
enum decode_outcome decode_frame(int link_type, const uint8_t *frame, uint32_t captured,
                                 uint32_t original, struct connmon_segment *segment);

/* The same, and where the payload is, of which `payload->captured` bytes are in the frame. */
struct decode_payload {
    const uint8_t *bytes;
    uint32_t captured;
};

enum decode_outcome decode_payload(int link_type, const uint8_t *frame, uint32_t captured,
                                   uint32_t original, struct connmon_segment *segment,
                                   struct decode_payload *payload);

/* The same as decode_frame() of a TCP header alone, of which `captured` bytes are at `header` and
 * which has, with its payload, `wire` bytes. Leaves what IP tells and wire_len alone, too. Returns
 * false if the header was cut before the end of its flags or cannot be one. */
bool decode_tcp(const uint8_t *header, uint32_t captured, uint32_t wire,
                struct connmon_segment *segment);

#endif
