/* make_hostile.c - writes captures that are made to cost much
 *
 *     make_hostile KIND PACKETS > FILE.pcap
 *
 * Each kind aims at one structure: a table, a sweep, a limit. Without arguments, prints the kinds.
 * The same arguments always make the same capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"

enum {
    HEADERS = 66,
    REQUEST_BYTES = 34,
    IPV6_MORE = 20,
    SYN = CONNMON_SYN,
    ACK = CONNMON_ACK,
    RST = CONNMON_RST,
    WIDE = 1900000000, /* bytes: nearly as wide as sequence spaces can be told apart */
};

struct maker {
    uint64_t packets, i; /* in all; so far */
    struct connmon_segment segment;
    const char *payload;
    char text[48];
};

/* ---- Parts ---- */

static uint32_t mix(uint64_t value)
{
    value = (value + 1) * UINT64_C(0x9e3779b97f4a7c15);
    value ^= value >> 29;
    return (uint32_t)(value * UINT64_C(0xbf58476d1ce4e5b9) >> 32);
}

static struct connmon_endpoint ipv4(uint32_t addr, uint32_t port)
{
    struct connmon_endpoint end = {.addr_len = 4, .port = (uint16_t)port};

    for (int i = 0; i < 4; i++)
        end.addr[i] = (uint8_t)(addr >> (24 - 8 * i));
    return end;
}

static void set(struct maker *maker, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
    maker->segment.flags = flags;
    maker->segment.seq = seq;
    maker->segment.ack = ack;
    maker->segment.payload_len = len;
}

/* The answer's direction. */
static void turn(struct maker *maker)
{
    const struct connmon_endpoint src = maker->segment.src;

    maker->segment.src = maker->segment.dst;
    maker->segment.dst = src;
}

static void set_client(struct maker *maker, uint64_t client)
{
    maker->segment.src =
        ipv4(0x0b000000 + (uint32_t)client, 1024 + (uint32_t)client * 7919 % 60000);
}

static uint32_t number(const struct maker *maker)
{
    return (uint32_t)maker->i;
}

/* ---- Kinds ---- */

static void syn(struct maker *maker)
{
    set_client(maker, maker->i);
    set(maker, SYN, mix(maker->i), 0, 0);
}

/* Addresses that differ in bytes which a weak hash lets cancel each other out. */
static void colliding(struct maker *maker)
{
    struct connmon_endpoint *src = &maker->segment.src;
    const uint64_t p = maker->i % 1024, q = maker->i / 1024 % 1024;
    const uint64_t high = 0x120 | p << 54, low = (q << 54 | q << 22) ^ maker->i >> 20;

    src->addr_len = maker->segment.dst.addr_len = 16;
    memcpy(src->addr, &high, sizeof(high));
    memcpy(src->addr + sizeof(high), &low, sizeof(low));
    set(maker, SYN, number(maker), 0, 0);
}

static void scattered(struct maker *maker)
{
    struct connmon_endpoint *src = &maker->segment.src;

    colliding(maker);
    for (uint32_t i = 4; i < sizeof(src->addr); i += 4)
        memcpy(src->addr + i, &(uint32_t){mix(maker->i * 4 + i)}, 4);
}

static void one_packet(struct maker *maker)
{
    set_client(maker, maker->i);
    set(maker, ACK, 1000, 1000, 100);
}

static void reset(struct maker *maker)
{
    set_client(maker, maker->i);
    set(maker, RST, mix(maker->i), 0, 0);
}

static void reset_one(struct maker *maker)
{
    set(maker, RST | ACK, 7 * number(maker), number(maker), 0);
}

static void holes(struct maker *maker)
{
    set(maker, ACK, 2000 * number(maker), 1, 100);
}

static void holes_inside(struct maker *maker, uint32_t at)
{
    set(maker, ACK, maker->i == 0 ? 0 : maker->i == 1 ? WIDE : at, 1, 1);
}

static void holes_from_above(struct maker *maker)
{
    holes_inside(maker, (uint32_t)(WIDE - WIDE / (maker->packets + 1) * maker->i));
}

static void holes_from_below(struct maker *maker)
{
    holes_inside(maker, (uint32_t)(WIDE / (maker->packets + 1) * maker->i));
}

static void holes_anywhere(struct maker *maker)
{
    holes_inside(maker, 1 + mix(maker->i) % (WIDE - 2));
}

static void ack_division(struct maker *maker)
{
    const uint32_t acked = number(maker), sent = acked / 1460 * 1460;

    if (acked % 1460 == 0) {
        set(maker, ACK, 1 + sent, 1, 1460);
    } else {
        turn(maker);
        set(maker, ACK, 1, 1 + acked, 0);
    }
}

/* TSvals that rise and fall by half of all in turn. */
static void tsvals_wind(struct maker *maker)
{
    maker->segment.tsval = maker->i % 2 ? number(maker) : 0x80000000 + 77 * number(maker);
    set(maker, ACK, 1 + 10 * number(maker), 1, 10);
}

static void tsvals_scatter(struct maker *maker)
{
    maker->segment.tsval = mix(maker->i);
    maker->segment.tsecr = mix(maker->i / 2);
    if (maker->i % 2)
        turn(maker);
    set(maker, ACK, mix(maker->i / 2), mix(maker->i / 3), 10);
}

/* Ports used anew, by the four packets of a refused connection. */
static void reuse(struct maker *maker)
{
    const uint32_t isn = number(maker) / 4 * 100000;

    if (maker->i % 4 == 1)
        turn(maker);
    switch (maker->i % 4) {
    case 0:
        set(maker, SYN, isn, 0, 0);
        break;
    case 1:
        set(maker, SYN | ACK, isn + 5, isn + 1, 0);
        break;
    default:
        set(maker, maker->i % 4 == 2 ? ACK : RST | ACK, isn + 1, isn + 6, 0);
        break;
    }
}

/* Requests, all before the first response. */
static void pipelined(struct maker *maker)
{
    const uint64_t half = maker->packets / 2, i = maker->i % half;
    const int length = maker->i < half
                           ? snprintf(maker->text, sizeof(maker->text),
                                      "GET /%07u HTTP/1.1\r\nHost: h\r\n\r\n", (unsigned)i)
                           : snprintf(maker->text, sizeof(maker->text),
                                      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const uint32_t len = (uint32_t)length;

    maker->payload = maker->text;
    if (maker->i < half) {
        set(maker, ACK, 1 + len * (uint32_t)i, 1, len);
    } else {
        turn(maker);
        set(maker, ACK, 1 + len * (uint32_t)i, 1 + REQUEST_BYTES * (uint32_t)half, len);
    }
}

static void turns(struct maker *maker)
{
    const uint32_t round = number(maker) / 2 * 10;

    if (maker->i % 2)
        turn(maker);
    set(maker, ACK, 1 + round, 1 + round + (maker->i % 2 ? 10 : 0), 10);
}

/* ---- Clocks ---- */

static void clock_back(struct maker *maker)
{
    maker->segment.time_ns -= (int64_t)maker->i * 2000000;
    maker->segment.tsval = number(maker);
    set(maker, ACK, 1 + 10 * number(maker), 1, 10);
}

static void clock_back_crowd(struct maker *maker)
{
    clock_back(maker);
    set_client(maker, maker->i % 100000);
}

static void clock_jumps(struct maker *maker)
{
    maker->segment.time_ns = maker->i % 2 ? 0 : INT64_C(4294967295) * 1000000000;
    set_client(maker, maker->i % 1000);
    set(maker, ACK, 1 + 10 * number(maker), 1, 10);
}

static void clock_hours(struct maker *maker)
{
    maker->segment.time_ns = (int64_t)maker->i * 3600 * 1000000000;
    set_client(maker, maker->i % 1000);
    set(maker, ACK, 1 + 10 * number(maker), 1, 10);
}

static const struct {
    const char *name;
    void (*make)(struct maker *maker); /* fills segment and payload for packet number `i` */
} kinds[] = {
    {"syn", syn},
    {"colliding", colliding},
    {"scattered", scattered},
    {"one-packet", one_packet},
    {"reset", reset},
    {"reset-one", reset_one},
    {"holes", holes},
    {"holes-from-above", holes_from_above},
    {"holes-from-below", holes_from_below},
    {"holes-anywhere", holes_anywhere},
    {"ack-division", ack_division},
    {"tsvals-wind", tsvals_wind},
    {"tsvals-scatter", tsvals_scatter},
    {"reuse", reuse},
    {"pipelined", pipelined},
    {"turns", turns},
    {"clock-back", clock_back},
    {"clock-back-crowd", clock_back_crowd},
    {"clock-jumps", clock_jumps},
    {"clock-hours", clock_hours},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int write_capture(void (*make)(struct maker *), uint64_t packets)
{
    struct maker maker = {.packets = packets};

    frame_begin_capture(stdout);
    for (; maker.i < packets; maker.i++) {
        maker.segment = (struct connmon_segment){
            .time_ns = INT64_C(1700000000000000000) + (int64_t)maker.i * 1000,
            .src = ipv4(0x0a000001, 1000),
            .dst = ipv4(0x0a000002, 80),
            .window = 65535,
        };
        make(&maker);
        maker.segment.wire_len = HEADERS + maker.segment.payload_len +
                                 (maker.segment.src.addr_len == 16 ? IPV6_MORE : 0U);
        frame_write(stdout, &maker.segment, maker.payload);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    for (int i = 0; argc == 1 && i < KINDS; i++)
        puts(kinds[i].name);
    for (int i = 0; argc == 3 && i < KINDS; i++)
        if (strcmp(argv[1], kinds[i].name) == 0)
            return write_capture(kinds[i].make, strtoull(argv[2], NULL, 10));
    if (argc != 1)
        fprintf(stderr, "usage: make_hostile [KIND PACKETS] > FILE.pcap\n");
    return argc == 1 ? 0 : 2;
}
