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

enum { TCP_HEADER = 20, UP_TO_FLAGS = 14 };

static uint8_t high(uint32_t value)
{
    return (uint8_t)(value >> 8);
}

void packet_prepend(struct packet *packet, const uint8_t *bytes, size_t size)
{
    assert_true(packet->start >= size);
    packet->start -= (uint32_t)size;
    packet->size += (uint32_t)size;
    memcpy(packet->room + packet->start, bytes, size);
}

struct packet packet_tcp(const uint8_t *options, size_t size)
{
    static const uint8_t payload[PACKET_PAYLOAD] = {0}, padding[4] = {0};
    struct packet packet = {.start = PACKET_ROOM};
    size_t padded = (size + 3) / 4 * 4;

    packet_prepend(&packet, payload, sizeof(payload));
    packet_prepend(&packet, padding, padded - size);
    packet_prepend(&packet, options, size);
    prepend(&packet, 0x9c, 0x40, 0x00, 0x50, 1, 2, 3, 4, 5, 6, 7, 8,
            (uint8_t)((TCP_HEADER + padded) / 4 << 4), 0x18, 0x12, 0x34, 0, 0, 0, 0);
    return packet;
}

struct packet packet_bare(void)
{
    static const uint8_t none[1] = {0};

    return packet_tcp(none, 0);
}

void packet_ipv4(struct packet *packet, uint8_t protocol)
{
    uint32_t total = packet->size + 20;

    prepend(packet, 0x45, 0, high(total), (uint8_t)total, 0, 0, 0x40, 0, 64, protocol, 0, 0, /* */
            192, 0, 2, 1, 198, 51, 100, 2);
}

void packet_ipv6(struct packet *packet, uint8_t next)
{
    uint32_t length = packet->size;

    prepend(packet, 0x60, 0, 0, 0, high(length), (uint8_t)length, next, 64, /* */
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,     /* */
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
}

void packet_udp(struct packet *packet, uint16_t port)
{
    uint32_t length = packet->size + 8;

    prepend(packet, 0xc0, 0x01, high(port), (uint8_t)port, high(length), (uint8_t)length, 0, 0);
}

void packet_ethernet(struct packet *packet, uint16_t type)
{
    prepend(packet, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, high(type), (uint8_t)type);
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
