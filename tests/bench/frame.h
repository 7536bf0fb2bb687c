/* frame.h - segments as frames of a capture file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BENCH_FRAME_H
#define CONNMON_BENCH_FRAME_H

#include <stdio.h>

#include "connmon.h"

#define FRAME_SNAPLEN 128

/* Begins a pcap file with times in nanoseconds. */
void frame_begin_capture(FILE *out);

/* Writes a frame as it would be captured: Ethernet, IPv4 or IPv6, and TCP with timestamps, in all
 * wire_len bytes, of which up to FRAME_SNAPLEN are written. `payload` has payload_len bytes; NULL:
 * zeros. */
void frame_write(FILE *out, const struct connmon_segment *segment, const char *payload);

#endif
