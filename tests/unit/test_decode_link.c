/* test_decode_link.c - the segment is found whatever link layer carries it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>

#include <cmocka.h>

#include "packet.h"

enum { IPV4 = 0x0800, IPV6 = 0x86dd };

static void test_ethernet(void **state)
{
    struct packet packet = packet_in_ipv4(), packet6 = packet_in_ipv6();

    (void)state;
    packet_ethernet(&packet, IPV4);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 4);
    packet_ethernet(&packet6, IPV6);
    assert_decodes(&packet6, LINKTYPE_ETHERNET, 6);
}

static void test_raw(void **state)
{
    static const int types[] = {12, 14, 101};
    struct packet packet = packet_in_ipv4(), packet6 = packet_in_ipv6();

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_decodes(&packet, types[i], 4);
        assert_decodes(&packet6, types[i], 6);
    }
    assert_decodes(&packet, 228, 4);
    assert_decodes(&packet6, 229, 6);
}

static void test_stacked_vlans(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0, 7, 0x08, 0x00);
    prepend(&packet, 0, 8, 0x81, 0x00);
    prepend(&packet, 0, 9, 0x91, 0x00);
    packet_ethernet(&packet, 0x88a8);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 4);
}

static void test_pppoe(void **state)
{
    struct packet packet = packet_in_ipv6();
    uint32_t length = packet.size + 2;

    (void)state;
    prepend(&packet, 0x11, 0, 0, 1, (uint8_t)(length >> 8), (uint8_t)length, 0x00, 0x57);
    assert_decodes(&packet, 51, 6);
    packet_ethernet(&packet, 0x8864);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 6);
}

static void test_ppp(void **state)
{
    struct packet packet = packet_in_ipv4(), compressed = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0xff, 0x03, 0x00, 0x21);
    assert_decodes(&packet, 9, 4);
    assert_decodes(&packet, 50, 4);
    prepend(&compressed, 0x21);
    assert_decodes(&compressed, 9, 4);
}

static void test_mpls(void **state)
{
    struct packet packet = packet_in_ipv4(), wire = packet_in_ipv6(), other = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0, 1, 0x01, 64);
    prepend(&packet, 0, 1, 0x00, 64);
    packet_ethernet(&packet, 0x8847);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 4);
    packet_ethernet(&wire, IPV6);
    prepend(&wire, 0, 1, 0x01, 64, 0, 0, 0, 1); /* with the control word of a pseudowire */
    packet_ethernet(&wire, 0x8848);
    assert_decodes(&wire, LINKTYPE_ETHERNET, 6);
    prepend(&other, 0, 1, 0x01, 64, 0x10);
    packet_ethernet(&other, 0x8847);
    assert_outcome(&other, LINKTYPE_ETHERNET, CONNMON_DECODE_OTHER);
}

static void test_llc(void **state)
{
    struct packet packet = packet_in_ipv4(), novell = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00);
    assert_decodes(&packet, 100, 4);
    packet_ethernet(&packet, (uint16_t)packet.size);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 4);
    prepend(&novell, 0xe0, 0xe0, 0x03);
    packet_ethernet(&novell, (uint16_t)novell.size);
    assert_outcome(&novell, LINKTYPE_ETHERNET, CONNMON_DECODE_OTHER);
}

static void test_linux_cooked(void **state)
{
    struct packet packet = packet_in_ipv4(), packet2 = packet_in_ipv6(), netlink = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x08, 0x00);
    assert_decodes(&packet, 113, 4);
    prepend(&packet2, 0x86, 0xdd, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0);
    assert_decodes(&packet2, 276, 6);
    prepend(&netlink, 0, 4, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00);
    assert_outcome(&netlink, 113, CONNMON_DECODE_OTHER);
}

static void test_bsd(void **state)
{
    static const uint8_t families[] = {10, 24, 28, 30};
    struct packet packet, big = packet_in_ipv4(), other = packet_in_ipv4();

    (void)state;
    for (size_t i = 0; i < sizeof(families); i++) {
        packet = packet_in_ipv6();
        prepend(&packet, families[i], 0, 0, 0);
        assert_decodes(&packet, 0, 6);
    }
    prepend(&big, 0, 0, 0, 2);
    assert_decodes(&big, 0, 4);
    assert_decodes(&big, 108, 4);
    prepend(&other, 0, 0, 0, 7);
    assert_outcome(&other, 0, CONNMON_DECODE_OTHER);
}

static void test_nflog(void **state)
{
    struct packet packet = packet_in_ipv4();
    const uint16_t first[] = {7, 1, 0, 0}, payload[] = {(uint16_t)(packet.size + 4), 9},
                   none[] = {3, 1};

    (void)state;
    packet_prepend(&packet, (const uint8_t *)payload, sizeof(payload));
    packet_prepend(&packet, (const uint8_t *)first, sizeof(first)); /* padded to words */
    prepend(&packet, 2, 0, 0, 0);
    assert_decodes(&packet, 239, 4);
    packet_prepend(&packet, (const uint8_t *)none, sizeof(none));
    prepend(&packet, 2, 0, 0, 0);
    assert_outcome(&packet, 239, CONNMON_DECODE_MALFORMED);
}

static void test_cisco_hdlc(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0x0f, 0, 0x08, 0x00);
    assert_decodes(&packet, 104, 4);
    assert_decodes(&packet, 9, 4);
    assert_decodes(&packet, 50, 4);
}

static void test_fabricpath(void **state)
{
    struct packet packet = packet_in_ipv6(), small = {.start = PACKET_ROOM};

    (void)state;
    packet_ethernet(&packet, 0x86dd);
    prepend(&packet, 0x40, 0x20);
    packet_ethernet(&packet, 0x8903);
    assert_decodes(&packet, LINKTYPE_ETHERNET, 6);
    prepend(&small, 0x40);
    packet_ethernet(&small, 0x8903);
    assert_outcome(&small, LINKTYPE_ETHERNET, CONNMON_DECODE_MALFORMED);
}

static void test_other(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    assert_outcome(&packet, 147, CONNMON_DECODE_UNKNOWN_LINK);
    assert_outcome(&packet, -1, CONNMON_DECODE_UNKNOWN_LINK);
    packet_ethernet(&packet, 0x0806);
    assert_outcome(&packet, LINKTYPE_ETHERNET, CONNMON_DECODE_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ethernet),      cmocka_unit_test(test_raw),
        cmocka_unit_test(test_stacked_vlans), cmocka_unit_test(test_pppoe),
        cmocka_unit_test(test_ppp),           cmocka_unit_test(test_mpls),
        cmocka_unit_test(test_fabricpath),    cmocka_unit_test(test_llc),
        cmocka_unit_test(test_linux_cooked),  cmocka_unit_test(test_bsd),
        cmocka_unit_test(test_nflog),         cmocka_unit_test(test_cisco_hdlc),
        cmocka_unit_test(test_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
