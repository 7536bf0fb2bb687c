/* test_decode_tunnel.c - the innermost segment counts, through whatever it is carried
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "packet.h"

enum { IPV4 = 0x0800, GRE = 47, UDP = 17 };

/* That the packet is found in a network packet with this protocol number, of either version. */
static void assert_in_ip(const struct packet *inner, uint8_t protocol, int ip_version)
{
    struct packet packet = *inner, packet6 = *inner;

    packet_ipv4(&packet, protocol);
    assert_decodes(&packet, LINKTYPE_RAW, ip_version);
    packet_ipv6(&packet6, protocol);
    assert_decodes(&packet6, LINKTYPE_RAW, ip_version);
}

static void assert_in_udp(const struct packet *inner, uint16_t port, int ip_version)
{
    struct packet packet = *inner;

    packet_udp(&packet, port);
    assert_in_ip(&packet, UDP, ip_version);
}

static struct packet frame(void)
{
    struct packet packet = packet_in_ipv4();

    packet_ethernet(&packet, IPV4);
    return packet;
}

static void ip_in_ip(void **state)
{
    const struct packet packet = packet_in_ipv4(), packet6 = packet_in_ipv6();

    (void)state;
    assert_in_ip(&packet, 4, 4);
    assert_in_ip(&packet6, 41, 6);
}

static void deep_nesting(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    for (int i = 0; i < 40; i++)
        packet_ipv4(&packet, 4);
    assert_decodes(&packet, LINKTYPE_RAW, 4);
}

static void gre(void **state)
{
    struct packet plain = packet_in_ipv4(), all = packet_in_ipv6(), bridged = frame();

    (void)state;
    prepend(&plain, 0, 0, 0x08, 0x00);
    assert_in_ip(&plain, GRE, 4);
    assert_in_udp(&plain, 4754, 4);
    prepend(&all, 0xb0, 0, 0x86, 0xdd, 1, 2, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1);
    assert_in_ip(&all, GRE, 6);
    prepend(&bridged, 0x20, 0, 0x65, 0x58, 0, 0, 1, 0);
    assert_in_ip(&bridged, GRE, 4);
}

static void pptp(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 3, 0, 0x21);
    assert_in_ip(&packet, GRE, 4);
}

static void gre_of_no_use(void **state)
{
    struct packet routed = packet_in_ipv4(), other = packet_in_ipv4();

    (void)state;
    prepend(&routed, 0x40, 0, 0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 0);
    packet_ipv4(&routed, GRE);
    assert_outcome(&routed, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
    prepend(&other, 0, 0, 0x08, 0x06);
    packet_ipv4(&other, GRE);
    assert_outcome(&other, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
}

static void erspan(void **state)
{
    struct packet first = frame(), second = frame(), third = frame(), third_more = frame();

    (void)state;
    prepend(&first, 0, 0, 0x88, 0xbe);
    assert_in_ip(&first, GRE, 4);
    prepend(&second, 0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0);
    assert_in_ip(&second, GRE, 4);
    prepend(&third, 0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assert_in_ip(&third, GRE, 4);
    prepend(&third_more, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    prepend(&third_more, 0x10, 0, 0x22, 0xeb, 0, 0, 0, 1);
    assert_in_ip(&third_more, GRE, 4);
}

static void ethernet_in_ip(void **state)
{
    struct packet packet = frame();

    (void)state;
    prepend(&packet, 0x30, 0);
    assert_in_ip(&packet, 97, 4);
}

static void vxlan(void **state)
{
    struct packet packet = frame(), gpe = packet_in_ipv6(), nsh = packet_in_ipv4();

    (void)state;
    prepend(&packet, 8, 0, 0, 0, 0, 0, 42, 0);
    assert_in_udp(&packet, 4789, 4);
    prepend(&gpe, 0x0c, 0, 0, 2, 0, 0, 42, 0);
    assert_in_udp(&gpe, 4790, 6);
    prepend(&nsh, 0x0c, 0, 0, 4, 0, 0, 42, 0);
    packet_udp(&nsh, 4790);
    packet_ipv4(&nsh, UDP);
    assert_outcome(&nsh, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
}

static void clear16(struct packet *packet, uint32_t at)
{
    packet->room[packet->start + at] = packet->room[packet->start + at + 1] = 0;
}

/* A segment with all lengths around it 0, as 16 bits cannot tell what they would have to. */
static struct packet large_in_vxlan(bool is_ipv6, bool is_carried_in_ipv6)
{
    struct packet packet = is_ipv6 ? packet_in_ipv6() : packet_in_ipv4();

    clear16(&packet, is_ipv6 ? 4 : 2);
    packet_ethernet(&packet, is_ipv6 ? 0x86dd : IPV4);
    prepend(&packet, 8, 0, 0, 0, 0, 0, 42, 0);
    packet_udp(&packet, 4789);
    clear16(&packet, 4);
    if (is_carried_in_ipv6)
        packet_ipv6(&packet, UDP);
    else
        packet_ipv4(&packet, UDP);
    clear16(&packet, is_carried_in_ipv6 ? 4 : 2);
    return packet;
}

static void more_than_lengths_can_tell(void **state)
{
    const uint32_t more = 70000;
    struct connmon_segment segment;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        const struct packet packet = large_in_vxlan(i & 1, i & 2);

        assert_int_equal(connmon_decode(LINKTYPE_RAW, packet.room + packet.start, packet.size,
                                        packet.size + more, &segment),
                         CONNMON_DECODE_TCP);
        assert_int_equal(segment.payload_len, PACKET_PAYLOAD + more);
    }
}

static void geneve(void **state)
{
    struct packet packet = frame(), options = packet_in_ipv6();

    (void)state;
    prepend(&packet, 0, 0, 0x65, 0x58, 0, 0, 7, 0);
    assert_in_udp(&packet, 6081, 4);
    prepend(&options, 2, 0, 0x86, 0xdd, 0, 0, 7, 0, 1, 0, 0, 1, 1, 2, 3, 4);
    assert_in_udp(&options, 6081, 6);
}

static void gtp(void **state)
{
    struct packet packet = packet_in_ipv4(), all = packet_in_ipv6(), bridged = frame();

    (void)state;
    prepend(&packet, 0x30, 255, 0, (uint8_t)packet.size, 0, 0, 0, 7);
    assert_in_udp(&packet, 2152, 4);
    prepend(&all, 0, 1, 0, 0x85, 1, 0, 9, 0x40, 2, 1, 2, 3, 4, 5, 6, 0);
    prepend(&all, 0x36, 255, 0, (uint8_t)all.size, 0, 0, 0, 7);
    assert_in_udp(&all, 2152, 6);
    prepend(&bridged, 0x30, 255, 0, (uint8_t)bridged.size, 0, 0, 0, 7);
    assert_in_udp(&bridged, 2152, 4);
}

static void gtp_of_no_use(void **state)
{
    struct packet control = packet_in_ipv4(), endless = packet_in_ipv4();

    (void)state;
    prepend(&control, 0x30, 1, 0, (uint8_t)control.size, 0, 0, 0, 7); /* echo request */
    packet_udp(&control, 2152);
    packet_ipv4(&control, UDP);
    assert_outcome(&control, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
    prepend(&endless, 0x34, 255, 0, 200, 0, 0, 0, 7, 0, 0, 0, 0x85, 0, 0, 0, 0);
    packet_udp(&endless, 2152);
    packet_ipv4(&endless, UDP);
    assert_outcome(&endless, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
}

static void l2tp(void **state)
{
    struct packet plain = packet_in_ipv6(), all = packet_in_ipv4();

    (void)state;
    prepend(&plain, 0x00, 0x02, 0, 7, 0, 1, 0xff, 0x03, 0x00, 0x57);
    assert_in_udp(&plain, 1701, 6);
    prepend(&all, 0x4a, 0x02, 0, 54, 0, 7, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0x00, 0x21);
    assert_in_udp(&all, 1701, 4);
}

/* A control message, version 3, and an offset beyond the end. */
static void l2tp_of_no_use(void **state)
{
    static const uint8_t heads[][8] = {{0xc8, 0x02}, {0x00, 0x03}, {0x02, 0x02, 0, 7, 0, 1, 9, 9}};
    static const enum connmon_decode_outcome outcomes[] = {
        CONNMON_DECODE_OTHER, CONNMON_DECODE_OTHER, CONNMON_DECODE_MALFORMED};

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct packet packet = packet_in_ipv4();

        packet_prepend(&packet, heads[i], sizeof(heads[i]));
        packet_udp(&packet, 1701);
        packet_ipv4(&packet, UDP);
        assert_outcome(&packet, LINKTYPE_RAW, outcomes[i]);
    }
}

static void teredo(void **state)
{
    struct packet plain = packet_in_ipv6(), both = packet_in_ipv6();

    (void)state;
    assert_in_udp(&plain, 3544, 6);
    prepend(&both, 0, 0, 1, 2, 3, 4, 5, 6);                               /* origin */
    prepend(&both, 0, 1, 1, 2, 'x', 'y', 'z', 1, 2, 3, 4, 5, 6, 7, 8, 0); /* authentication */
    assert_in_udp(&both, 3544, 6);
}

/* Before it is known how much authenticates, nobody can tell what is missing behind it. */
static void teredo_cut_where_it_authenticates(void **state)
{
    const uint32_t authenticated = 20 + 8 + 13;
    struct packet packet = {.start = PACKET_ROOM};
    struct connmon_segment segment;

    (void)state;
    prepend(&packet, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x60, 0, 0, 0, 0, 0, 6, 64);
    packet_udp(&packet, 3544);
    packet_ipv4(&packet, UDP);
    for (uint32_t captured = 0; captured < authenticated; captured++)
        assert_int_equal(decode_cut(&packet, LINKTYPE_RAW, captured, &segment), CONNMON_DECODE_CUT);
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_MALFORMED);
}

static void mpls_over_udp(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    prepend(&packet, 0, 1, 1, 64);
    assert_in_udp(&packet, 6635, 4);
    assert_in_ip(&packet, 137, 4);
}

static void ports_count_in_either_direction(void **state)
{
    struct packet packet = frame();

    (void)state;
    prepend(&packet, 8, 0, 0, 0, 0, 0, 42, 0);
    packet_udp(&packet, 53);
    packet.room[packet.start] = 4789 >> 8;
    packet.room[packet.start + 1] = 4789 & 0xff;
    assert_in_ip(&packet, UDP, 4);
}

static void other_datagrams(void **state)
{
    struct packet packet = packet_in_ipv4();

    (void)state;
    packet_udp(&packet, 53);
    packet_ipv4(&packet, UDP);
    assert_outcome(&packet, LINKTYPE_RAW, CONNMON_DECODE_OTHER);
}

struct layout {
    struct connmon_header headers[12];
    uint32_t count;
    enum connmon_decode_outcome outcome;
};

static struct layout layout_of(const struct packet *packet, uint32_t captured, uint32_t original)
{
    struct layout layout;

    layout.outcome = connmon_decode_headers(LINKTYPE_ETHERNET, packet->room + packet->start,
                                            captured, original, layout.headers, 12, &layout.count);
    return layout;
}

/* In VXLAN, with a VLAN tag inside. */
static struct packet nested(void)
{
    struct packet packet = packet_in_ipv6();

    prepend(&packet, 0, 7, 0x86, 0xdd);
    packet_ethernet(&packet, 0x8100);
    prepend(&packet, 8, 0, 0, 0, 0, 0, 1, 0);
    packet_udp(&packet, 4789);
    packet_ipv4(&packet, UDP);
    packet_ethernet(&packet, IPV4);
    return packet;
}

enum { NESTED_BYTES = 128 + PACKET_PAYLOAD };

static void headers_are_listed(void **state)
{
    static const struct connmon_header expected[] = {
        {CONNMON_LAYER_ETHERNET, 0, 0, 0},  {CONNMON_LAYER_IP, 14, 0, 0},
        {CONNMON_LAYER_UDP, 34, 0, 0},      {CONNMON_LAYER_VXLAN, 42, 0, 0},
        {CONNMON_LAYER_ETHERNET, 50, 0, 0}, {CONNMON_LAYER_VLAN, 64, 0, 0},
        {CONNMON_LAYER_IPV6, 68, 0, 0},     {CONNMON_LAYER_TCP, 108, 0, 0},
        {CONNMON_LAYER_PAYLOAD, 128, 0, 0},
    };
    const uint32_t count = sizeof(expected) / sizeof(expected[0]), cut = 124;
    const struct packet packet = nested();
    const struct layout whole = layout_of(&packet, NESTED_BYTES, NESTED_BYTES),
                        part = layout_of(&packet, cut, NESTED_BYTES);

    (void)state;
    assert_int_equal(packet.size, NESTED_BYTES);
    assert_int_equal(whole.outcome, CONNMON_DECODE_TCP);
    assert_int_equal(whole.count, count);
    assert_int_equal(part.count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(whole.headers[i].layer, expected[i].layer);
        assert_int_equal(whole.headers[i].offset, expected[i].offset);
        assert_int_equal(whole.headers[i].wire, NESTED_BYTES - expected[i].offset);
        assert_int_equal(whole.headers[i].captured, whole.headers[i].wire);
        assert_int_equal(part.headers[i].wire, whole.headers[i].wire);
    }
    assert_int_equal(part.headers[7].captured, cut - 108);
    assert_int_equal(part.headers[8].captured, 0);
}

/* It belongs to the frame, and to nothing that it carries. */
static void padding_is_the_frames(void **state)
{
    struct packet packet = frame();
    struct layout layout;

    (void)state;
    memmove(packet.room + packet.start - 6, packet.room + packet.start, packet.size);
    packet.start -= 6;
    layout = layout_of(&packet, packet.size + 6, packet.size + 6);
    assert_int_equal(layout.count, 4);
    assert_int_equal(layout.headers[0].wire, packet.size + 6);
    for (int i = 1; i < 4; i++)
        assert_int_equal(layout.headers[i].offset + layout.headers[i].wire, packet.size);
}

static void the_last_header_is_where_decoding_ended(void **state)
{
    struct packet packet = packet_bare();
    struct layout layout;
    uint32_t count;

    (void)state;
    packet_udp(&packet, 9999);
    packet_ipv4(&packet, UDP);
    packet_ethernet(&packet, IPV4);
    layout = layout_of(&packet, packet.size, packet.size);
    assert_int_equal(layout.outcome, CONNMON_DECODE_OTHER);
    assert_int_equal(layout.count, 3);
    assert_int_equal(layout.headers[2].layer, CONNMON_LAYER_UDP);
    assert_int_equal(layout.headers[2].offset, 34);
    assert_int_equal(connmon_decode_headers(LINKTYPE_ETHERNET, packet.room + packet.start,
                                            packet.size, packet.size, NULL, 0, &count),
                     CONNMON_DECODE_OTHER);
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ip_in_ip),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(gre),
        cmocka_unit_test(pptp),
        cmocka_unit_test(gre_of_no_use),
        cmocka_unit_test(erspan),
        cmocka_unit_test(ethernet_in_ip),
        cmocka_unit_test(vxlan),
        cmocka_unit_test(more_than_lengths_can_tell),
        cmocka_unit_test(geneve),
        cmocka_unit_test(gtp),
        cmocka_unit_test(gtp_of_no_use),
        cmocka_unit_test(l2tp),
        cmocka_unit_test(l2tp_of_no_use),
        cmocka_unit_test(teredo),
        cmocka_unit_test(teredo_cut_where_it_authenticates),
        cmocka_unit_test(mpls_over_udp),
        cmocka_unit_test(ports_count_in_either_direction),
        cmocka_unit_test(other_datagrams),
        cmocka_unit_test(headers_are_listed),
        cmocka_unit_test(padding_is_the_frames),
        cmocka_unit_test(the_last_header_is_where_decoding_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
