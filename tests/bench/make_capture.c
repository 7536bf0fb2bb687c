/* make_capture.c - writes the benchmark's traffic as a capture file
 *
 *     make_capture bulk|churn|many|crowd OPEN PACKETS > FILE.pcap
 *
 * OPEN connections at once (traffic.h), over IPv4 and IPv6, with losses and reordering (path.h).
 * The same arguments always make the same capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

enum {
    SNAPLEN = 128,
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

static void write_frame(const struct connmon_segment *segment)
{
    uint8_t frame[SNAPLEN] = {0}, *at = frame + ETHERNET_BYTES - 2;
    uint32_t captured = segment->wire_len < SNAPLEN ? segment->wire_len : SNAPLEN;
    uint32_t record[4] = {(uint32_t)(segment->time_ns / NS_PER_S),
                          (uint32_t)(segment->time_ns % NS_PER_S), captured, segment->wire_len};

    put_tcp(segment->src.addr_len == 4 ? put_ipv4(at, segment) : put_ipv6(at, segment), segment);
    fwrite(record, sizeof(record), 1, stdout);
    fwrite(frame, captured, 1, stdout);
}

static bool write_capture(struct traffic *traffic, uint32_t open, unsigned long packets)
{
    static const uint32_t header[] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, SNAPLEN, 1};
    struct path *path = path_new(traffic, open);
    struct connmon_segment segment;

    if (!path)
        return false;
    fwrite(header, sizeof(header), 1, stdout);
    for (; packets > 0; packets--) {
        path_next(path, &segment);
        write_frame(&segment);
    }
    path_free(path);
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {[TRAFFIC_BULK] = "bulk",
                                        [TRAFFIC_CHURN] = "churn",
                                        [TRAFFIC_MANY] = "many",
                                        [TRAFFIC_CROWD] = "crowd"};
    uint32_t open = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    struct traffic *traffic = NULL;
    bool has_written;

    for (size_t i = 0; open > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(argv[1], kinds[i]) == 0)
            traffic = traffic_new((enum traffic_kind)i, open);
    if (!traffic) {
        fprintf(stderr, "usage: make_capture bulk|churn|many|crowd OPEN PACKETS > FILE.pcap\n");
        return 2;
    }
    has_written = write_capture(traffic, open, strtoul(argv[3], NULL, 10));
    traffic_free(traffic);
    return has_written ? 0 : 1;
}
