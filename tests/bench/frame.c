/* frame.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frame.h"

#include <string.h>

enum {
    ETHERNET_BYTES = 14,
    TCP_BYTES = 32, /* with timestamps */
    NS_PER_S = 1000000000,
};

static uint8_t *put(uint8_t *to, uint32_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        to[i] = (uint8_t)value;
        value >>= 8;
    }
    return to + bytes;
}

static uint8_t *put_ipv4(uint8_t *to, const struct connmon_segment *segment)
{
    to = put(to, 0x0800, 2);
    to = put(to, 0x4500, 2); /* version 4, 5 words */
    to = put(to, 20 + TCP_BYTES + segment->payload_len, 2);
    to = put(to, 0, 4);
    to = put(to, 64, 1); /* hops */
    to = put(to, 6, 1);  /* TCP */
    to = put(to, 0, 2);
    memcpy(to, segment->src.addr, 4);
    memcpy(to + 4, segment->dst.addr, 4);
    return to + 8;
}

static uint8_t *put_ipv6(uint8_t *to, const struct connmon_segment *segment)
{
    to = put(to, 0x86dd, 2);
    to = put(to, 0x60000000, 4);
    to = put(to, TCP_BYTES + segment->payload_len, 2);
    to = put(to, 6, 1);
    to = put(to, 64, 1);
    memcpy(to, segment->src.addr, 16);
    memcpy(to + 16, segment->dst.addr, 16);
    return to + 32;
}

static uint8_t *put_tcp(uint8_t *to, const struct connmon_segment *segment)
{
    to = put(to, segment->src.port, 2);
    to = put(to, segment->dst.port, 2);
    to = put(to, segment->seq, 4);
    to = put(to, segment->flags & CONNMON_ACK ? segment->ack : 0, 4);
    to = put(to, TCP_BYTES / 4 << 12 | segment->flags, 2);
    to = put(to, segment->window, 2);
    to = put(to, 0, 4);
    to = put(to, 0x0101080a, 4); /* two NOPs, then timestamps */
    to = put(to, segment->tsval, 4);
    return put(to, segment->tsecr, 4);
}

void frame_begin_capture(FILE *out)
{
    static const uint32_t header[] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, FRAME_SNAPLEN, 1};

    fwrite(header, sizeof(header), 1, out);
}

void frame_write(FILE *out, const struct connmon_segment *segment, const char *payload)
{
    uint8_t frame[FRAME_SNAPLEN] = {0}, *at = frame + ETHERNET_BYTES - 2;
    uint32_t captured = segment->wire_len < FRAME_SNAPLEN ? segment->wire_len : FRAME_SNAPLEN;
    uint32_t record[4] = {(uint32_t)(segment->time_ns / NS_PER_S),
                          (uint32_t)(segment->time_ns % NS_PER_S), captured, segment->wire_len};

    at = segment->src.addr_len == 4 ? put_ipv4(at, segment) : put_ipv6(at, segment);
    at = put_tcp(at, segment);
    if (payload)
        memcpy(at, payload, strlen(payload));
    fwrite(record, sizeof(record), 1, out);
    fwrite(frame, captured, 1, out);
}
