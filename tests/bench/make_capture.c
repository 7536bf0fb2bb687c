/* make_capture.c - writes the benchmark's traffic as a capture file
 *
 *     make_capture bulk|churn|crowd OPEN PACKETS > FILE.pcap
 *
 * Frames are cut behind their TCP header, as with a small snaplen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

enum {
    ETHERNET_BYTES = 14,
    IP_BYTES = 20,
    TCP_BYTES = 32, /* with timestamps */
    HEADERS_BYTES = ETHERNET_BYTES + IP_BYTES + TCP_BYTES,
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

static uint8_t *put_ip(uint8_t *to, const struct connmon_segment *segment)
{
    to = put(to, 0x4500, 2); /* version 4, 5 words */
    to = put(to, IP_BYTES + TCP_BYTES + segment->payload_len, 2);
    to = put(to, 0, 4);
    to = put(to, 64, 1); /* hops */
    to = put(to, 6, 1);  /* TCP */
    to = put(to, 0, 2);
    memcpy(to, segment->src.addr, 4);
    memcpy(to + 4, segment->dst.addr, 4);
    return to + 8;
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
    uint8_t frame[HEADERS_BYTES] = {0}, *at = put(frame + 12, 0x0800, 2);
    uint32_t record[4] = {(uint32_t)(segment->time_ns / NS_PER_S),
                          (uint32_t)(segment->time_ns % NS_PER_S), HEADERS_BYTES,
                          HEADERS_BYTES + segment->payload_len};

    put_tcp(put_ip(at, segment), segment);
    fwrite(record, sizeof(record), 1, stdout);
    fwrite(frame, sizeof(frame), 1, stdout);
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {
        [TRAFFIC_BULK] = "bulk", [TRAFFIC_CHURN] = "churn", [TRAFFIC_CROWD] = "crowd"};
    static const uint32_t header[] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, HEADERS_BYTES, 1};
    struct connmon_segment segment;
    struct traffic *traffic = NULL;

    for (int i = 0; argc == 4 && i < 3; i++)
        if (strcmp(argv[1], kinds[i]) == 0)
            traffic = traffic_new((enum traffic_kind)i, (uint32_t)strtoul(argv[2], NULL, 10));
    if (!traffic) {
        fprintf(stderr, "usage: make_capture bulk|churn|crowd OPEN PACKETS > FILE.pcap\n");
        return 2;
    }
    fwrite(header, sizeof(header), 1, stdout);
    for (unsigned long left = strtoul(argv[3], NULL, 10); left > 0; left--) {
        traffic_next(traffic, &segment);
        write_frame(&segment);
    }
    traffic_free(traffic);
    return fflush(stdout) == 0 ? 0 : 1;
}
