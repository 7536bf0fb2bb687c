/* packet.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "packet.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"

enum { TCP_HEADER = 20, UP_TO_FLAGS = 14 };

static const struct connmon_segment bare = {
    .src = {.port = 40000},
    .dst = {.port = 80},
    .seq = 0x01020304,
    .ack = 0x05060708,
    .flags = 0x018,
    .window = 0x1234,
};

static struct connmon_frame begin(struct packet *packet)
{
    return connmon_frame_around(packet->room, packet->start, packet->start + packet->size,
                                CONNMON_LAYER_NONE);
}

static void end(struct packet *packet, const struct connmon_frame *frame)
{
    assert_int_equal(frame->status, CONNMON_BUILD_OK);
    packet->start = frame->start;
    packet->size = connmon_frame_size(frame);
}

void packet_prepend(struct packet *packet, const uint8_t *bytes, size_t size)
{
    struct connmon_frame frame = begin(packet);

    connmon_build_payload(&frame, bytes, (uint32_t)size);
    end(packet, &frame);
}

struct packet packet_tcp(const uint8_t *options, size_t size)
{
    struct packet packet = {.start = PACKET_ROOM};
    struct connmon_frame frame = begin(&packet);

    connmon_build_payload(&frame, NULL, PACKET_PAYLOAD);
    connmon_build_tcp(&frame, &bare, options, (uint32_t)size);
    end(&packet, &frame);
    return packet;
}

struct packet packet_bare(void)
{
    return packet_tcp(NULL, 0);
}

static void put_ip(struct packet *packet, const struct connmon_ip *ip)
{
    struct connmon_frame frame = begin(packet);

    connmon_build_ip(&frame, ip);
    end(packet, &frame);
}

void packet_ipv4(struct packet *packet, uint8_t protocol)
{
    const struct connmon_ip ip = {
        .src = {.addr = {192, 0, 2, 1}, .addr_len = 4},
        .dst = {.addr = {198, 51, 100, 2}, .addr_len = 4},
        .protocol = protocol,
        .hop_limit = 64,
        .dont_fragment = true,
    };

    put_ip(packet, &ip);
}

void packet_ipv6(struct packet *packet, uint8_t next)
{
    const struct connmon_ip ip = {
        .src = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .addr_len = 16},
        .dst = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 2}, .addr_len = 16},
        .protocol = next,
        .hop_limit = 64,
    };

    put_ip(packet, &ip);
}

void packet_udp(struct packet *packet, uint16_t port)
{
    struct connmon_frame frame = begin(packet);

    connmon_build_udp(&frame, 0xc001, port);
    end(packet, &frame);
}

void packet_ethernet(struct packet *packet, uint16_t type)
{
    static const uint8_t dst[6] = {0, 1, 2, 3, 4, 5}, src[6] = {6, 7, 8, 9, 10, 11};
    struct connmon_frame frame = begin(packet);

    connmon_build_ethernet(&frame, dst, src, type);
    end(packet, &frame);
}

struct packet packet_in_ipv4(void)
{
    struct packet packet = packet_bare();

    packet_ipv4(&packet, 6);
    return packet;
}

struct packet packet_in_ipv6(void)
{
    struct packet packet = packet_bare();

    packet_ipv6(&packet, 6);
    return packet;
}

enum connmon_decode_outcome decode_cut(const struct packet *packet, int link_type,
                                       uint32_t captured, struct connmon_segment *segment)
{
    uint8_t *frame = malloc(captured ? captured : 1);
    enum connmon_decode_outcome outcome;

    assert_non_null(frame);
    memcpy(frame, packet->room + packet->start, captured);
    memset(segment, 0xa5, sizeof(*segment)); /* what is not set shows */
    outcome = connmon_decode(link_type, frame, captured, packet->size, segment);
    free(frame);
    return outcome;
}

static void assert_bare(const struct connmon_segment *segment, int ip_version)
{
    static const uint8_t ipv4[2][16] = {{192, 0, 2, 1}, {198, 51, 100, 2}},
                         ipv6[2][16] = {{0x20, 0x01, 0x0d, 0xb8, [15] = 1},
                                        {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};

    assert_memory_equal(segment->src.addr, ip_version == 4 ? ipv4[0] : ipv6[0], 16);
    assert_memory_equal(segment->dst.addr, ip_version == 4 ? ipv4[1] : ipv6[1], 16);
    assert_int_equal(segment->src.addr_len, ip_version == 4 ? 4 : 16);
    assert_int_equal(segment->dst.addr_len, ip_version == 4 ? 4 : 16);
    assert_int_equal(segment->src.port, 40000);
    assert_int_equal(segment->dst.port, 80);
    assert_int_equal(segment->seq, 0x01020304);
    assert_int_equal(segment->ack, 0x05060708);
    assert_int_equal(segment->flags, 0x018);
    assert_int_equal(segment->payload_len, PACKET_PAYLOAD);
    assert_false(segment->has_timestamps);
    assert_false(segment->has_sack);
}

void assert_decodes(const struct packet *packet, int link_type, int ip_version)
{
    const uint32_t flags_end = packet->size - PACKET_PAYLOAD - TCP_HEADER + UP_TO_FLAGS;
    struct connmon_segment segment;

    for (uint32_t captured = 0; captured <= packet->size; captured++) {
        enum connmon_decode_outcome outcome = decode_cut(packet, link_type, captured, &segment);

        assert_int_equal(outcome, captured < flags_end ? CONNMON_DECODE_CUT : CONNMON_DECODE_TCP);
        if (outcome != CONNMON_DECODE_TCP)
            continue;
        assert_bare(&segment, ip_version);
        assert_int_equal(segment.window, captured < flags_end + 2 ? 0 : 0x1234);
        assert_int_equal(segment.wire_len, packet->size);
    }
}

void assert_outcome(const struct packet *packet, int link_type, enum connmon_decode_outcome outcome)
{
    struct connmon_segment segment;

    assert_int_equal(decode_cut(packet, link_type, packet->size, &segment), outcome);
}
