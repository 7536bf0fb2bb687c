/* test_build.c - frames come out as other hosts have built them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "captured.h"
#include "checksum.h"

enum { ROOM = 70000, ETHERNET = 1, MAC = 6 };

static uint8_t room[ROOM];

static struct connmon_segment segment_of(const uint8_t *bytes, uint32_t size)
{
    struct connmon_segment segment;

    assert_int_equal(connmon_decode(ETHERNET, bytes, size, size, &segment), CONNMON_DECODE_TCP);
    return segment;
}

static void assert_frame(const struct connmon_frame *frame, const uint8_t *bytes, uint32_t size)
{
    assert_int_equal(frame->status, CONNMON_BUILD_OK);
    assert_int_equal(connmon_frame_size(frame), size);
    assert_memory_equal(connmon_frame_bytes(frame), bytes, size);
}

/* RFC 1071 section 3. */
static void checksum_of_the_rfc(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7},
                         odd[] = {0x12, 0x34, 0x56};

    (void)state;
    assert_int_equal(checksum_of(bytes, sizeof(bytes)), 0xffff & ~0xddf2);
    assert_int_equal(checksum_of(odd, sizeof(odd)), 0xffff & ~(0x1234 + 0x5600));
    assert_int_equal(checksum_of(odd, 0), 0xffff);
}

static void captured_in_vlan(void **state)
{
    const uint8_t *bytes = syn_ack_in_vlan, *options = bytes + 58;
    struct connmon_segment segment = segment_of(bytes, sizeof(syn_ack_in_vlan));
    const struct connmon_ip ip = connmon_ip_of(&segment);
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    (void)state;
    segment.has_timestamps = false; /* they are among the options */
    connmon_build_tcp(&frame, &segment, options, 20);
    connmon_build_ip(&frame, &ip);
    connmon_build_vlan(&frame, 7, CONNMON_BY_CONTENT);
    connmon_build_ethernet(&frame, bytes, bytes + MAC, CONNMON_BY_CONTENT);
    assert_frame(&frame, bytes, sizeof(syn_ack_in_vlan));
}

static void captured_in_ipv6(void **state)
{
    const uint8_t *bytes = syn_ack_in_ipv6, *options = bytes + 74;
    struct connmon_segment segment = segment_of(bytes, sizeof(syn_ack_in_ipv6));
    struct connmon_ip ip = connmon_ip_of(&segment);
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    (void)state;
    segment.has_timestamps = false;
    ip.hop_limit = 56;
    connmon_build_tcp(&frame, &segment, options, 20);
    connmon_build_ip(&frame, &ip);
    connmon_build_ethernet(&frame, bytes, bytes + MAC, CONNMON_BY_CONTENT);
    assert_frame(&frame, bytes, sizeof(syn_ack_in_ipv6));
}

static void captured_with_payload(void **state)
{
    const uint8_t *bytes = odd_payload;
    const struct connmon_segment segment = segment_of(bytes, sizeof(odd_payload));
    struct connmon_ip ip = connmon_ip_of(&segment);
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    (void)state;
    ip.hop_limit = 46;
    ip.traffic_class = 2;
    connmon_build_payload(&frame, bytes + sizeof(odd_payload) - 31, 31);
    connmon_build_tcp(&frame, &segment, NULL, 0);
    connmon_build_ip(&frame, &ip);
    connmon_build_ethernet(&frame, bytes, bytes + MAC, CONNMON_BY_CONTENT);
    assert_frame(&frame, bytes, sizeof(odd_payload));
}

static void captured_datagram(void **state)
{
    const uint8_t *bytes = datagram;
    struct connmon_ip ip = {
        .src = {.addr = {192, 168, 115, 8}, .addr_len = 4},
        .dst = {.addr = {8, 8, 8, 8}, .addr_len = 4},
        .protocol = CONNMON_BY_CONTENT,
        .hop_limit = 128,
        .ip_id = 0x51d2,
    };
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    (void)state;
    connmon_build_payload(&frame, bytes + 42, sizeof(datagram) - 42);
    connmon_build_udp(&frame, 0xed34, 53);
    connmon_build_ip(&frame, &ip);
    connmon_build_ethernet(&frame, bytes, bytes + MAC, CONNMON_BY_CONTENT);
    assert_frame(&frame, bytes, sizeof(datagram));
}

/* The sum of 0 would say that there is none (RFC 768). */
static void udp_checksum_is_never_0(void **state)
{
    struct connmon_ip ip = {
        .src = {.addr_len = 4}, .dst = {.addr_len = 4}, .protocol = CONNMON_BY_CONTENT};
    struct connmon_frame frame = connmon_frame_in(room, ROOM);
    const uint16_t rest = 0xffff - 17 - 10 - 10;
    const uint8_t payload[2] = {(uint8_t)(rest >> 8), (uint8_t)rest};

    (void)state;
    connmon_build_payload(&frame, payload, sizeof(payload));
    connmon_build_udp(&frame, 0, 0);
    connmon_build_ip(&frame, &ip);
    assert_int_equal(frame.status, CONNMON_BUILD_OK);
    assert_int_equal(room[ROOM - 4], 0xff);
    assert_int_equal(room[ROOM - 3], 0xff);
}

static const struct connmon_segment plain = {
    .src = {.addr = {10, 0, 0, 1}, .addr_len = 4, .port = 40000},
    .dst = {.addr = {10, 0, 0, 2}, .addr_len = 4, .port = 80},
    .seq = 1,
    .ack = 2,
    .flags = CONNMON_ACK,
    .window = 3,
    .tsval = 4,
    .tsecr = 5,
    .has_timestamps = true,
};

/* Checksums and EtherTypes of all layers: MPLS, GRE and VXLAN around the same segment. */
static void tunnels_carry_segments(void **state)
{
    static const uint8_t mac[MAC] = {2}, label[4] = {0, 0, 0x11, 64};
    static const enum connmon_layer layers[] = {
        CONNMON_LAYER_ETHERNET, CONNMON_LAYER_MPLS, CONNMON_LAYER_IP,  CONNMON_LAYER_GRE,
        CONNMON_LAYER_ETHERNET, CONNMON_LAYER_IP,   CONNMON_LAYER_UDP, CONNMON_LAYER_VXLAN,
        CONNMON_LAYER_ETHERNET, CONNMON_LAYER_IP,   CONNMON_LAYER_IP,  CONNMON_LAYER_TCP,
        CONNMON_LAYER_PAYLOAD,
    };
    const uint32_t layer_count = sizeof(layers) / sizeof(layers[0]);
    struct connmon_segment decoded, ipv6 = plain;
    const struct connmon_ip ip = connmon_ip_of(&plain);
    struct connmon_ip ip6;
    struct connmon_frame frame = connmon_frame_in(room, ROOM);
    struct connmon_header headers[20];
    uint32_t count, size;

    (void)state;
    ipv6.src.addr_len = ipv6.dst.addr_len = 16;
    ip6 = connmon_ip_of(&ipv6);
    connmon_build_payload(&frame, "odd", 3);
    connmon_build_tcp(&frame, &plain, NULL, 0);
    connmon_build_ip(&frame, &ip);
    connmon_build_ip(&frame, &ip6);
    connmon_build_ethernet(&frame, mac, mac, CONNMON_BY_CONTENT);
    connmon_build_vxlan(&frame, 0xabcdef);
    connmon_build_udp(&frame, 1, 4789);
    connmon_build_ip(&frame, &ip6);
    connmon_build_ethernet(&frame, mac, mac, CONNMON_BY_CONTENT);
    connmon_build_gre(&frame, CONNMON_BY_CONTENT);
    connmon_build_ip(&frame, &ip);
    connmon_build_header(&frame, CONNMON_LAYER_MPLS, label, sizeof(label));
    connmon_build_ethernet(&frame, mac, mac, CONNMON_BY_CONTENT);
    assert_int_equal(frame.status, CONNMON_BUILD_OK);
    size = connmon_frame_size(&frame);
    assert_int_equal(connmon_decode_headers(ETHERNET, connmon_frame_bytes(&frame), size, size,
                                            headers, 20, &count),
                     CONNMON_DECODE_TCP);
    assert_int_equal(count, layer_count);
    for (uint32_t i = 0; i < layer_count; i++)
        assert_true(headers[i].layer == layers[i] ||
                    (layers[i] == CONNMON_LAYER_IP && headers[i].layer == CONNMON_LAYER_IPV6));
    decoded = segment_of(connmon_frame_bytes(&frame), size);
    assert_int_equal(decoded.payload_len, 3);
    assert_int_equal(decoded.tsecr, 5);
}

static void what_is_built_is_decoded(void **state)
{
    struct connmon_frame frame = connmon_frame_in(room, ROOM);
    struct connmon_segment decoded;

    (void)state;
    assert_int_equal(connmon_build_segment(&frame, &plain, "payload", 7), CONNMON_BUILD_OK);
    decoded = segment_of(connmon_frame_bytes(&frame), connmon_frame_size(&frame));
    assert_memory_equal(decoded.src.addr, plain.src.addr, sizeof(plain.src.addr));
    assert_memory_equal(decoded.dst.addr, plain.dst.addr, sizeof(plain.dst.addr));
    assert_int_equal(decoded.src.port, plain.src.port);
    assert_int_equal(decoded.dst.port, plain.dst.port);
    assert_int_equal(decoded.seq, plain.seq);
    assert_int_equal(decoded.ack, plain.ack);
    assert_int_equal(decoded.flags, plain.flags);
    assert_int_equal(decoded.window, plain.window);
    assert_int_equal(decoded.tsval, plain.tsval);
    assert_int_equal(decoded.tsecr, plain.tsecr);
    assert_int_equal(decoded.payload_len, 7);
    assert_memory_equal(connmon_frame_bytes(&frame) + connmon_frame_size(&frame) - 7, "payload", 7);
}

/* Where nothing is said of an ackno, none is told. */
static void no_ack_without_the_flag(void **state)
{
    struct connmon_segment segment = plain;
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    (void)state;
    segment.flags = CONNMON_SYN;
    connmon_build_segment(&frame, &segment, NULL, 0);
    segment = segment_of(connmon_frame_bytes(&frame), connmon_frame_size(&frame));
    assert_int_equal(segment.ack, 0);
}

/* The memory before the room stays as it is. */
static void too_little_room(void **state)
{
    const uint32_t needed = 14 + 20 + 32 + 7;

    (void)state;
    for (uint32_t size = 0; size < needed; size++) {
        struct connmon_frame frame = connmon_frame_in(room + 1, size);

        memset(room, 0xa5, needed + 2);
        assert_int_equal(connmon_build_segment(&frame, &plain, "payload", 7),
                         CONNMON_BUILD_NO_ROOM);
        assert_int_equal(room[0], 0xa5);
        assert_int_equal(room[size + 1], 0xa5);
    }
}

static void too_long(void **state)
{
    const struct connmon_ip ip = connmon_ip_of(&plain);
    struct connmon_segment ipv6 = plain;
    struct connmon_ip ip6;

    (void)state;
    ipv6.src.addr_len = ipv6.dst.addr_len = 16;
    ip6 = connmon_ip_of(&ipv6);
    for (uint32_t more = 0; more < 2; more++) {
        const enum connmon_build_status expected = more ? CONNMON_BUILD_TOO_LONG : CONNMON_BUILD_OK;
        struct connmon_frame in4 = connmon_frame_in(room, ROOM), in6 = in4, in_udp = in4;

        connmon_build_payload(&in4, NULL, 65535 - 20 - 32 + more);
        connmon_build_tcp(&in4, &plain, NULL, 0);
        assert_int_equal(connmon_build_ip(&in4, &ip), expected);
        connmon_build_payload(&in6, NULL, 65535 - 32 + more);
        connmon_build_tcp(&in6, &plain, NULL, 0);
        assert_int_equal(connmon_build_ip(&in6, &ip6), expected);
        connmon_build_payload(&in_udp, NULL, 65535 - 8 + more);
        assert_int_equal(connmon_build_udp(&in_udp, 1, 2), expected);
    }
}

static void invalid_arguments(void **state)
{
    static const uint8_t mac[MAC] = {0};
    struct connmon_ip mixed = connmon_ip_of(&plain), labelled = mixed, numbered = mixed;
    const struct connmon_frame empty = connmon_frame_in(room, ROOM);
    struct connmon_frame frame = empty;

    (void)state;
    mixed.dst.addr_len = 16;
    labelled.flow_label = 1 << 20;
    numbered.protocol = 256;
    assert_int_equal(connmon_build_tcp(&frame, &plain, room, 29), CONNMON_BUILD_INVALID);
    frame = empty;
    assert_int_equal(connmon_build_tcp(&frame, &plain, room, 28), CONNMON_BUILD_OK);
    assert_int_equal(connmon_build_ip(&frame, &mixed), CONNMON_BUILD_INVALID);
    frame = empty;
    assert_int_equal(connmon_build_ip(&frame, &numbered), CONNMON_BUILD_INVALID);
    frame = empty;
    numbered.protocol = CONNMON_BY_CONTENT; /* of which there is none */
    assert_int_equal(connmon_build_ip(&frame, &numbered), CONNMON_BUILD_INVALID);
    frame = empty;
    connmon_build_udp(&frame, 1, 2);
    assert_int_equal(connmon_build_ip(&frame, &labelled), CONNMON_BUILD_INVALID);
    frame = empty;
    connmon_build_udp(&frame, 1, 2);
    assert_int_equal(connmon_build_ethernet(&frame, mac, mac, CONNMON_BY_CONTENT),
                     CONNMON_BUILD_INVALID);
    frame = empty;
    assert_int_equal(connmon_build_vlan(&frame, 1, 65536), CONNMON_BUILD_INVALID);
    frame = empty;
    assert_int_equal(connmon_build_vxlan(&frame, 1), CONNMON_BUILD_INVALID);
    /* and so it stays */
    assert_int_equal(connmon_build_payload(&frame, NULL, 1), CONNMON_BUILD_INVALID);
    assert_int_equal(connmon_frame_size(&frame), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksum_of_the_rfc),
        cmocka_unit_test(captured_in_vlan),
        cmocka_unit_test(captured_in_ipv6),
        cmocka_unit_test(captured_with_payload),
        cmocka_unit_test(captured_datagram),
        cmocka_unit_test(udp_checksum_is_never_0),
        cmocka_unit_test(tunnels_carry_segments),
        cmocka_unit_test(what_is_built_is_decoded),
        cmocka_unit_test(no_ack_without_the_flag),
        cmocka_unit_test(too_little_room),
        cmocka_unit_test(too_long),
        cmocka_unit_test(invalid_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
