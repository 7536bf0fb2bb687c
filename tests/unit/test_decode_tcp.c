/* test_decode_tcp.c - the TCP header's options, whole, cut and spoiled
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>

#include <cmocka.h>

#include "packet.h"

enum { OPTIONS = 40 }; /* where they begin, in IPv4 */

#define TIMESTAMPS 8, 10, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24
#define SACK 5, 10, 0, 0, 0, 1, 0, 0, 0, 2

static struct connmon_segment decode_to(struct packet packet, uint32_t captured)
{
    struct connmon_segment segment;

    packet_ipv4(&packet, 6);
    assert_int_equal(decode_cut(&packet, LINKTYPE_RAW, captured ? captured : packet.size, &segment),
                     CONNMON_DECODE_TCP);
    assert_int_equal(segment.payload_len, PACKET_PAYLOAD);
    return segment;
}

static struct connmon_segment decode(struct packet packet)
{
    return decode_to(packet, 0);
}

static void assert_timestamps(struct connmon_segment segment, uint32_t tsval, uint32_t tsecr)
{
    assert_true(segment.has_timestamps);
    assert_int_equal(segment.tsval, tsval);
    assert_int_equal(segment.tsecr, tsecr);
}

static void timestamps_in_any_place(void **state)
{
    (void)state;
    assert_timestamps(decode(tcp_packet(TIMESTAMPS)), 0x11121314, 0x21222324);
    assert_timestamps(decode(tcp_packet(1, 1, TIMESTAMPS)), 0x11121314, 0x21222324);
    assert_timestamps(decode(tcp_packet(2, 4, 5, 180, 4, 2, TIMESTAMPS, 1, 3, 3, 7)), 0x11121314,
                      0x21222324);
    assert_timestamps(decode(tcp_packet(254, 6, 1, 2, 3, 4, 1, TIMESTAMPS)), 0x11121314,
                      0x21222324);
}

static void timestamps_and_sack(void **state)
{
    struct connmon_segment segment = decode(tcp_packet(1, 1, TIMESTAMPS, 1, 1, SACK));

    (void)state;
    assert_timestamps(segment, 0x11121314, 0x21222324);
    assert_true(segment.has_sack);
    segment = decode(tcp_packet(SACK));
    assert_true(segment.has_sack);
    assert_false(segment.has_timestamps);
    assert_false(decode(tcp_packet(5, 2, 1, 1)).has_sack); /* without a block */
}

static void wrong_lengths(void **state)
{
    (void)state;
    assert_false(decode(tcp_packet(8, 9, 1, 2, 3, 4, 5, 6, 7)).has_timestamps);
    assert_false(decode(tcp_packet(8, 0, 1, 2, 3, 4, 5, 6, 7, 8)).has_timestamps);
    assert_false(decode(tcp_packet(8, 10, 1, 2, 3, 4)).has_timestamps); /* beyond the header */
    assert_false(decode(tcp_packet(3, 0, TIMESTAMPS)).has_timestamps);
    assert_false(decode(tcp_packet(3, 1, TIMESTAMPS)).has_timestamps);
    assert_false(decode(tcp_packet(3, 60, TIMESTAMPS)).has_timestamps);
    assert_false(decode(tcp_packet(1, 1, 1, 8)).has_timestamps);
}

static void nothing_follows_the_end(void **state)
{
    (void)state;
    assert_false(decode(tcp_packet(0, 1, TIMESTAMPS)).has_timestamps);
    assert_timestamps(decode(tcp_packet(TIMESTAMPS, 0, 9)), 0x11121314, 0x21222324);
}

static void what_was_cut_off_is_absent(void **state)
{
    const struct packet packet = tcp_packet(1, 1, TIMESTAMPS, 1, 1, SACK);
    struct connmon_segment segment;

    (void)state;
    for (uint32_t captured = OPTIONS - 6; captured < OPTIONS + 24; captured++) {
        segment = decode_to(packet, captured);
        assert_int_equal(segment.has_timestamps, captured >= OPTIONS + 8);
        if (segment.has_timestamps)
            assert_timestamps(segment, 0x11121314, captured < OPTIONS + 12 ? 0 : 0x21222324);
        assert_int_equal(segment.has_sack, captured >= OPTIONS + 20);
    }
}

static void all_flags(void **state)
{
    struct packet packet = packet_in_ipv4();
    struct connmon_segment segment;

    (void)state;
    packet.room[packet.start + 32] = 0x5f;
    packet.room[packet.start + 33] = 0xff;
    assert_int_equal(decode_cut(&packet, LINKTYPE_RAW, packet.size, &segment), CONNMON_DECODE_TCP);
    assert_int_equal(segment.flags, 0xfff);
}

static void header_of_impossible_length(void **state)
{
    struct packet packet = packet_in_ipv4();
    struct connmon_segment segment;

    (void)state;
    packet.room[packet.start + 32] = 0x40;
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
    packet.room[packet.start + 32] = 0xf0; /* into the payload: all its zeros end the options */
    assert_int_equal(decode_cut(&packet, LINKTYPE_RAW, packet.size, &segment), CONNMON_DECODE_TCP);
    assert_int_equal(segment.payload_len, PACKET_PAYLOAD - 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamps_in_any_place),
        cmocka_unit_test(timestamps_and_sack),
        cmocka_unit_test(wrong_lengths),
        cmocka_unit_test(nothing_follows_the_end),
        cmocka_unit_test(what_was_cut_off_is_absent),
        cmocka_unit_test(all_flags),
        cmocka_unit_test(header_of_impossible_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
