/* test_decode_network.c - IP: where it ends, what is a fragment, what may stand behind it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>

#include <cmocka.h>

#include "packet.h"

/* Payload of the segment, when the frame was `more` bytes longer on the wire than the packet, and
 * the packet's length field has that value. */
static uint32_t payload_with(struct packet packet, int field, uint32_t length, uint32_t more)
{
    struct connmon_segment segment;
    uint8_t *at = packet.room + packet.start;

    at[field] = (uint8_t)(length >> 8);
    at[field + 1] = (uint8_t)length;
    assert_int_equal(connmon_decode(LINKTYPE_RAW, at, packet.size, packet.size + more, &segment),
                     CONNMON_DECODE_TCP);
    return segment.payload_len;
}

static void payload_ends_with_the_ipv4_packet(void **state)
{
    const struct packet packet = packet_in_ipv4();

    (void)state;
    assert_int_equal(payload_with(packet, 2, packet.size, 0), PACKET_PAYLOAD);
    assert_int_equal(payload_with(packet, 2, packet.size - 30, 0), PACKET_PAYLOAD - 30);
    assert_int_equal(payload_with(packet, 2, packet.size, 30), PACKET_PAYLOAD);
    assert_int_equal(payload_with(packet, 2, 40, 30), 0);
    assert_int_equal(payload_with(packet, 2, 35, 30), 0); /* not even the TCP header */
}

static void payload_ends_with_the_frame(void **state)
{
    const struct packet packet = packet_in_ipv4(), packet6 = packet_in_ipv6();

    (void)state;
    assert_int_equal(payload_with(packet, 2, 60000, 50), PACKET_PAYLOAD + 50);
    assert_int_equal(payload_with(packet6, 4, 60000, 50), PACKET_PAYLOAD + 50);
}

static void length_0_means_the_whole_frame(void **state)
{
    const struct packet packet = packet_in_ipv4();

    (void)state;
    assert_int_equal(payload_with(packet, 2, 0, 70000), PACKET_PAYLOAD + 70000);
}

/* A jumbogram, and a segment that the network card was to cut up. */
static void an_ipv6_length_of_0_means_more_than_fits(void **state)
{
    struct packet packet = packet_bare();
    struct connmon_segment segment;

    (void)state;
    assert_int_equal(payload_with(packet_in_ipv6(), 4, 0, 30), PACKET_PAYLOAD + 30);
    /* Padding, then the option: a TCP header and 70,000 bytes, in a frame with 30 bytes more. */
    prepend(&packet, 6, 1, 1, 0, 0, 1, 1, 0, 0xc2, 4, 0, 1, 0x11, 0x94, 0, 0);
    packet_ipv6(&packet, 0);
    packet.room[packet.start + 4] = packet.room[packet.start + 5] = 0;
    assert_int_equal(connmon_decode(LINKTYPE_RAW, packet.room + packet.start, packet.size,
                                    40 + 16 + 20 + 70000 + 30, &segment),
                     CONNMON_DECODE_TCP);
    assert_int_equal(segment.payload_len, 70000);
    for (uint32_t size = 0; size < packet.size - PACKET_PAYLOAD - 20; size++)
        assert_int_equal(decode_cut(&packet, LINKTYPE_RAW, size, &segment), CONNMON_DECODE_CUT);
}

static void frame_may_lie_about_its_length(void **state)
{
    const struct packet packet = packet_in_ipv4();
    struct connmon_segment segment;

    (void)state;
    assert_int_equal(
        connmon_decode(LINKTYPE_RAW, packet.room + packet.start, packet.size, 60, &segment),
        CONNMON_DECODE_TCP);
    assert_int_equal(segment.payload_len, 20);
    assert_int_equal(segment.wire_len, 60);
    assert_int_equal(
        connmon_decode(LINKTYPE_RAW, packet.room + packet.start, packet.size, 30, &segment),
        CONNMON_DECODE_MALFORMED);
}

static void ipv4_options(void **state)
{
    struct packet packet = packet_bare();

    (void)state;
    prepend(&packet, 0x94, 4, 0, 0); /* router alert */
    packet_ipv4(&packet, 6);
    packet.room[packet.start] = 0x46;
    assert_decodes(&packet, LINKTYPE_RAW, 4);
}

static void impossible_headers(void **state)
{
    struct packet packet = packet_in_ipv4();
    uint8_t *at = packet.room + packet.start;

    (void)state;
    at[0] = 0x44;
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
    at[0] = 0x55;
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
    at[0] = 0x45;
    at[2] = 0;
    at[3] = 19;
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
    at[3] = 20;
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED); /* TCP of no bytes */
    assert_outcome(&packet, 229, CONNMON_DECODE_MALFORMED);          /* not IPv6 */
}

static void ipv4_fragments(void **state)
{
    struct packet packet = packet_in_ipv4();
    uint8_t *at = packet.room + packet.start;

    (void)state;
    at[6] = 0x20; /* the first */
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_FRAGMENT);
    at[6] = 0x00;
    at[7] = 0x01; /* the last */
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_FRAGMENT);
    at[7] = 0x00;
    at[6] = 0x80; /* reserved, no fragment */
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_TCP);
}

static void ipv6_extension_headers(void **state)
{
    struct packet packet = packet_bare();

    (void)state;
    prepend(&packet, 6, 0, 0, 0, 1, 2, 3, 4);  /* a fragment that is the whole */
    prepend(&packet, 44, 0, 1, 4, 0, 0, 0, 0); /* destination options */
    prepend(&packet, 60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* routing */
    prepend(&packet, 43, 2, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0); /* authentication */
    prepend(&packet, 51, 0, 1, 4, 0, 0, 0, 0);                         /* hop by hop */
    packet_ipv6(&packet, 0);
    assert_decodes(&packet, LINKTYPE_RAW, 6);
}

static void ipv6_fragments(void **state)
{
    struct packet first = packet_bare(), last = packet_bare();

    (void)state;
    prepend(&first, 6, 0, 0, 1, 1, 2, 3, 4);
    packet_ipv6(&first, 44);
    assert_outcome(&first, LINKTYPE_RAW, CONNMON_DECODE_FRAGMENT);
    prepend(&last, 6, 0, 0, 8, 1, 2, 3, 4);
    packet_ipv6(&last, 44);
    assert_outcome(&last, LINKTYPE_RAW, CONNMON_DECODE_FRAGMENT);
}

static void quoted_headers_do_not_count(void **state)
{
    struct packet packet = packet_in_ipv4(), packet6 = packet_in_ipv6();

    (void)state;
    prepend(&packet, 11, 0, 0, 0, 0, 0, 0, 0); /* time exceeded */
    packet_ipv4(&packet, 1);
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
    prepend(&packet6, 3, 0, 0, 0, 0, 0, 0, 0);
    packet_ipv6(&packet6, 58);
    assert_outcome(&packet6, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
}

static void other_protocols(void **state)
{
    struct packet packet = packet_bare(), packet6 = packet_bare();

    (void)state;
    packet_ipv4(&packet, 132); /* SCTP */
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
    packet_ipv6(&packet6, 59); /* nothing follows */
    assert_outcome(&packet6, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payload_ends_with_the_ipv4_packet),
        cmocka_unit_test(payload_ends_with_the_frame),
        cmocka_unit_test(length_0_means_the_whole_frame),
        cmocka_unit_test(an_ipv6_length_of_0_means_more_than_fits),
        cmocka_unit_test(frame_may_lie_about_its_length),
        cmocka_unit_test(ipv4_options),
        cmocka_unit_test(impossible_headers),
        cmocka_unit_test(ipv4_fragments),
        cmocka_unit_test(ipv6_extension_headers),
        cmocka_unit_test(ipv6_fragments),
        cmocka_unit_test(quoted_headers_do_not_count),
        cmocka_unit_test(other_protocols),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
