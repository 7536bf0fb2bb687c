/* test_edit.c - a changed frame is one that was built so
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "captured.h"
#include "edit.h"

enum { ROOM = 2048, ETHERNET = 1, RAW = 101, NFLOG = 239 };

struct bytes {
    uint8_t at[ROOM];
    uint32_t size;
};

static struct bytes copy_of(const uint8_t *bytes, uint32_t size)
{
    struct bytes copy = {.size = size};

    memcpy(copy.at, bytes, size);
    return copy;
}
#define copied(array) copy_of(array, sizeof(array))

static void assert_same(const struct bytes *bytes, const struct bytes *expected)
{
    assert_int_equal(bytes->size, expected->size);
    assert_memory_equal(bytes->at, expected->at, expected->size);
}

static struct bytes frame_bytes(const struct connmon_frame *frame)
{
    assert_int_equal(frame->status, CONNMON_BUILD_OK);
    return copy_of(connmon_frame_bytes(frame), connmon_frame_size(frame));
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
    .ip_id = 6,
    .has_timestamps = true,
};

static struct bytes built(const struct connmon_segment *segment, const void *payload, uint32_t size)
{
    uint8_t room[ROOM];
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    connmon_build_segment(&frame, segment, payload, size);
    return frame_bytes(&frame);
}

static void captured_frames_stay(void **state)
{
    const struct bytes frames[] = {copied(syn_ack_in_vlan), copied(syn_ack_in_ipv6),
                                   copied(odd_payload)};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bytes frame = frames[i];

        assert_int_equal(connmon_edit_repair(ETHERNET, frame.at, frame.size), CONNMON_BUILD_OK);
        assert_same(&frame, &frames[i]);
    }
}

/* As a network card is to do that a host leaves both to. */
static void lengths_and_checksums_are_filled_in(void **state)
{
    const struct bytes whole = copied(odd_payload), whole6 = copied(syn_ack_in_ipv6);
    struct bytes frame = whole, frame6 = whole6;

    (void)state;
    memset(frame.at + 14 + 2, 0, 2);
    memset(frame.at + 14 + 10, 0x77, 2);
    memset(frame.at + 14 + 20 + 16, 0x77, 2);
    assert_int_equal(connmon_edit_repair(ETHERNET, frame.at, frame.size), CONNMON_BUILD_OK);
    assert_same(&frame, &whole);
    memset(frame6.at + 14 + 4, 0, 2);
    memset(frame6.at + 14 + 40 + 16, 0, 2);
    assert_int_equal(connmon_edit_repair(ETHERNET, frame6.at, frame6.size), CONNMON_BUILD_OK);
    assert_same(&frame6, &whole6);
}

static void a_segment_is_changed_in_all_it_tells(void **state)
{
    const struct connmon_segment other = {
        .src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 1},
        .dst = {.addr = {192, 0, 2, 2}, .addr_len = 4, .port = 2},
        .seq = 0xfffffff0,
        .ack = 0x12345678,
        .flags = 0xfff,
        .window = 65535,
        .tsval = 0x89abcdef,
        .tsecr = 0x01234567,
        .ip_id = 0xabcd,
        .dont_fragment = true,
        .has_timestamps = true,
    };
    struct bytes frame = built(&plain, "data", 4), expected = built(&other, "data", 4);

    (void)state;
    assert_int_equal(connmon_edit_segment(ETHERNET, frame.at, frame.size, &other),
                     CONNMON_BUILD_OK);
    assert_same(&frame, &expected);
}

static void an_ipv6_segment_is_changed(void **state)
{
    struct bytes frame = copied(syn_ack_in_ipv6), changed, original = frame;
    struct connmon_segment segment, decoded;

    (void)state;
    connmon_decode(ETHERNET, frame.at, frame.size, frame.size, &segment);
    segment.dst.addr[0] ^= 1;
    segment.tsecr++;
    assert_int_equal(connmon_edit_segment(ETHERNET, frame.at, frame.size, &segment),
                     CONNMON_BUILD_OK);
    connmon_decode(ETHERNET, frame.at, frame.size, frame.size, &decoded);
    assert_int_equal(decoded.dst.addr[0], segment.dst.addr[0]);
    assert_int_equal(decoded.tsecr, segment.tsecr);
    assert_int_not_equal(decoded.checksum, segment.checksum);
    changed = frame;
    connmon_edit_repair(ETHERNET, frame.at, frame.size);
    assert_same(&frame, &changed);
    segment.dst.addr[0] ^= 1; /* and back: the original checksum is another host's */
    segment.tsecr--;
    connmon_edit_segment(ETHERNET, frame.at, frame.size, &segment);
    assert_same(&frame, &original);
}

static void the_hop_limit_is_changed(void **state)
{
    struct bytes frame = copied(odd_payload), frame6 = copied(syn_ack_in_ipv6), expected = frame,
                 expected6 = frame6;

    (void)state;
    expected.at[14 + 8] -= 2; /* by 2 * 256, which the checksum gains */
    expected.at[14 + 10] += 2;
    assert_int_equal(connmon_edit_hop_limit(ETHERNET, frame.at, frame.size, 44), CONNMON_BUILD_OK);
    assert_same(&frame, &expected);
    expected6.at[14 + 7] = 1;
    assert_int_equal(connmon_edit_hop_limit(ETHERNET, frame6.at, frame6.size, 1), CONNMON_BUILD_OK);
    assert_same(&frame6, &expected6);
}

static void payload_grows_and_shrinks(void **state)
{
    static const char *const payloads[] = {"", "a", "four", "a longer payload, of an odd size"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            const uint32_t size = (uint32_t)strlen(payloads[j]);
            struct bytes frame = built(&plain, payloads[i], (uint32_t)strlen(payloads[i]));
            const struct bytes expected = built(&plain, payloads[j], size);

            frame.size += 5; /* padding */
            assert_int_equal(
                connmon_edit_payload(ETHERNET, frame.at, &frame.size, ROOM, payloads[j], size),
                CONNMON_BUILD_OK);
            assert_same(&frame, &expected);
        }
    }
}

/* ---- Tunnels: each header around the segment has a length or a checksum ---- */

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void wrap_in_udp(struct connmon_frame *frame, uint16_t port)
{
    const struct connmon_ip ip = connmon_ip_of(&plain);

    connmon_build_udp(frame, 1, port);
    connmon_build_ip(frame, &ip);
}

static void wrap_in_vxlan(struct connmon_frame *frame)
{
    static const uint8_t mac[6] = {2};

    connmon_build_ethernet(frame, mac, mac, CONNMON_BY_CONTENT);
    connmon_build_vxlan(frame, 1);
    wrap_in_udp(frame, 4789);
}

static void wrap_in_gtp(struct connmon_frame *frame)
{
    uint8_t header[12] = {0x32, 255};

    put16(header + 2, connmon_frame_size(frame) + 4);
    connmon_build_header(frame, CONNMON_LAYER_GTP, header, sizeof(header));
    wrap_in_udp(frame, 2152);
}

static void wrap_in_l2tp(struct connmon_frame *frame)
{
    uint8_t header[10] = {0x40, 0x02, 0, 0, 0, 1, 0, 1, 0x00, 0x21};

    put16(header + 2, connmon_frame_size(frame) + 10);
    connmon_build_header(frame, CONNMON_LAYER_L2TP, header, sizeof(header));
    wrap_in_udp(frame, 1701);
}

static void wrap_in_pppoe(struct connmon_frame *frame)
{
    static const uint8_t mac[6] = {2};
    uint8_t header[8] = {0x11, 0, 0, 1, 0, 0, 0x00, 0x21};

    put16(header + 4, connmon_frame_size(frame) + 2);
    connmon_build_header(frame, CONNMON_LAYER_PPPOE, header, sizeof(header));
    connmon_build_ethernet(frame, mac, mac, CONNMON_BY_CONTENT);
    connmon_build_gre(frame, CONNMON_BY_CONTENT);
    connmon_build_ip(
        frame,
        &(struct connmon_ip){.src = plain.src, .dst = plain.dst, .protocol = CONNMON_BY_CONTENT});
}

static void wrap_in_llc(struct connmon_frame *frame)
{
    static const uint8_t mac[6] = {2}, header[8] = {0xaa, 0xaa, 3, 0, 0, 0, 8, 0};

    connmon_build_header(frame, CONNMON_LAYER_LLC, header, sizeof(header));
    connmon_build_vlan(frame, 7, CONNMON_BY_CONTENT);
    connmon_build_ethernet(frame, mac, mac, CONNMON_BY_CONTENT);
    connmon_build_vxlan(frame, 1);
    wrap_in_udp(frame, 4789);
}

static struct bytes wrapped(void (*wrap)(struct connmon_frame *), const char *payload)
{
    const struct connmon_ip ip = connmon_ip_of(&plain);
    uint8_t room[ROOM];
    struct connmon_frame frame = connmon_frame_in(room, ROOM);

    connmon_build_payload(&frame, payload, (uint32_t)strlen(payload));
    connmon_build_tcp(&frame, &plain, NULL, 0);
    connmon_build_ip(&frame, &ip);
    wrap(&frame);
    return frame_bytes(&frame);
}

static void tunnels_follow(void **state)
{
    static void (*const wraps[])(struct connmon_frame *) = {
        wrap_in_vxlan, wrap_in_gtp, wrap_in_l2tp, wrap_in_pppoe, wrap_in_llc};

    (void)state;
    for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
        struct bytes frame = wrapped(wraps[i], "short");
        const struct bytes expected = wrapped(wraps[i], "something longer");

        assert_int_equal(
            connmon_edit_payload(RAW, frame.at, &frame.size, ROOM, "something longer", 16),
            CONNMON_BUILD_OK);
        assert_same(&frame, &expected);
        connmon_edit_payload(RAW, frame.at, &frame.size, ROOM, "x", 1);
        connmon_edit_payload(RAW, frame.at, &frame.size, ROOM, "something longer", 16);
        assert_same(&frame, &expected);
    }
}

/* A GRE header with a checksum (RFC 2784 section 2.1), which covers what it carries. */
static void gre_checksum_follows(void **state)
{
    static const uint8_t gre[8] = {0x80, 0, 0x08, 0};
    const struct connmon_ip ip = connmon_ip_of(&plain);
    uint8_t room[ROOM];
    struct connmon_frame frame = connmon_frame_in(room, ROOM);
    struct bytes bytes;
    uint32_t sum = 0;

    (void)state;
    connmon_build_tcp(&frame, &plain, NULL, 0);
    connmon_build_ip(&frame, &ip);
    connmon_build_header(&frame, CONNMON_LAYER_GRE, gre, sizeof(gre));
    connmon_build_ip(&frame, &ip);
    bytes = frame_bytes(&frame);
    assert_int_equal(connmon_edit_repair(RAW, bytes.at, bytes.size), CONNMON_BUILD_OK);
    for (uint32_t i = 20; i < bytes.size; i += 2)
        sum += (uint32_t)bytes.at[i] << 8 | bytes.at[i + 1];
    assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
}

static void no_udp_checksum_stays_none(void **state)
{
    struct bytes frame = wrapped(wrap_in_vxlan, "payload"), expected;

    (void)state;
    memset(frame.at + 26, 0, 2);
    expected = frame;
    assert_int_equal(connmon_edit_repair(RAW, frame.at, frame.size), CONNMON_BUILD_OK);
    assert_same(&frame, &expected);
}

/* ---- What is refused ---- */

static void assert_refused(int link_type, const struct bytes *frame,
                           enum connmon_build_status expected)
{
    struct bytes copy = *frame;

    assert_int_equal(
        connmon_edit_payload(link_type, copy.at, &copy.size, ROOM, "longer than it was", 18),
        expected);
    assert_same(&copy, frame);
}

static void what_is_not_whole_is_refused(void **state)
{
    struct bytes frame = copied(odd_payload);
    const uint32_t size = frame.size;

    (void)state;
    for (frame.size = 0; frame.size < size; frame.size++)
        assert_refused(ETHERNET, &frame,
                       frame.size < 14 + 20 + 14 ? CONNMON_BUILD_NO_TCP : CONNMON_BUILD_CUT);
    frame = copied(datagram);
    assert_refused(ETHERNET, &frame, CONNMON_BUILD_NO_TCP);
    assert_refused(147, &frame, CONNMON_BUILD_NO_TCP);
}

static void what_cannot_follow_is_refused(void **state)
{
    static const uint8_t authentication[12] = {6, 1}, routing[8] = {6, 0, 4, 1},
                         nflog[8] = {2, 0, 0, 0, 0, 0, 9, 0}, pptp[12] = {0x20, 0x01, 0x88, 0x0b};
    struct connmon_ip ip = connmon_ip_of(&plain), ip6 = ip;
    uint8_t room[ROOM];
    struct connmon_frame segment = connmon_frame_in(room, ROOM), frame;
    struct bytes bytes;

    (void)state;
    ip6.src.addr_len = ip6.dst.addr_len = 16;
    ip6.protocol = 43;
    connmon_build_tcp(&segment, &plain, NULL, 0);
    frame = segment;
    connmon_build_header(&frame, CONNMON_LAYER_AUTHENTICATION, authentication, 12);
    connmon_build_ip(&frame, &ip);
    bytes = frame_bytes(&frame);
    assert_refused(RAW, &bytes, CONNMON_BUILD_UNSUPPORTED);

    frame = segment;
    connmon_build_header(&frame, CONNMON_LAYER_IPV6_OPTIONS, routing, 8);
    connmon_build_ip(&frame, &ip6);
    bytes = frame_bytes(&frame);
    assert_refused(RAW, &bytes, CONNMON_BUILD_UNSUPPORTED);
    bytes.at[40 + 3] = 0; /* no segments left */
    assert_int_equal(connmon_edit_repair(RAW, bytes.at, bytes.size), CONNMON_BUILD_OK);

    frame = segment;
    connmon_build_ip(&frame, &ip);
    connmon_build_header(&frame, CONNMON_LAYER_PPP, "\x00\x21", 2);
    connmon_build_header(&frame, CONNMON_LAYER_GRE, pptp, 8);
    connmon_build_ip(&frame, &ip);
    bytes = frame_bytes(&frame);
    assert_refused(RAW, &bytes, CONNMON_BUILD_UNSUPPORTED);

    frame = segment;
    connmon_build_ip(&frame, &ip);
    connmon_build_header(&frame, CONNMON_LAYER_NFLOG, nflog, 8);
    bytes = frame_bytes(&frame);
    *(uint16_t *)(void *)(bytes.at + 4) = (uint16_t)(bytes.size - 4);
    assert_refused(NFLOG, &bytes, CONNMON_BUILD_UNSUPPORTED);
    assert_int_equal(connmon_edit_hop_limit(NFLOG, bytes.at, bytes.size, 3), CONNMON_BUILD_OK);
}

static void too_little_room_and_too_long(void **state)
{
    static uint8_t frame[70000];
    const struct bytes small = built(&plain, "12345", 5);
    uint32_t size = small.size;

    (void)state;
    memcpy(frame, small.at, size);
    assert_int_equal(connmon_edit_payload(ETHERNET, frame, &size, size, NULL, 6),
                     CONNMON_BUILD_NO_ROOM);
    assert_int_equal(
        connmon_edit_payload(ETHERNET, frame, &size, sizeof(frame), NULL, 65535 - 52 + 1),
        CONNMON_BUILD_TOO_LONG);
    assert_int_equal(size, small.size);
    assert_memory_equal(frame, small.at, size);
    assert_int_equal(connmon_edit_payload(ETHERNET, frame, &size, sizeof(frame), NULL, 65535 - 52),
                     CONNMON_BUILD_OK);
    assert_int_equal(size, 14 + 65535);
}

static void what_does_not_fit_the_frame_is_invalid(void **state)
{
    struct connmon_segment bare = plain, other = plain;
    struct bytes frame, expected;

    (void)state;
    bare.has_timestamps = false;
    frame = expected = built(&bare, "data", 4);
    assert_int_equal(connmon_edit_segment(ETHERNET, frame.at, frame.size, &plain),
                     CONNMON_BUILD_INVALID);
    other.has_timestamps = false;
    other.src.addr_len = other.dst.addr_len = 16;
    assert_int_equal(connmon_edit_segment(ETHERNET, frame.at, frame.size, &other),
                     CONNMON_BUILD_INVALID);
    assert_same(&frame, &expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured_frames_stay),
        cmocka_unit_test(lengths_and_checksums_are_filled_in),
        cmocka_unit_test(a_segment_is_changed_in_all_it_tells),
        cmocka_unit_test(an_ipv6_segment_is_changed),
        cmocka_unit_test(the_hop_limit_is_changed),
        cmocka_unit_test(payload_grows_and_shrinks),
        cmocka_unit_test(tunnels_follow),
        cmocka_unit_test(gre_checksum_follows),
        cmocka_unit_test(no_udp_checksum_stays_none),
        cmocka_unit_test(what_is_not_whole_is_refused),
        cmocka_unit_test(what_cannot_follow_is_refused),
        cmocka_unit_test(too_little_room_and_too_long),
        cmocka_unit_test(what_does_not_fit_the_frame_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
