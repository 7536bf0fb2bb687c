/* packet.h - frames for the tests of the decoder, built from the inside out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_PACKET_H
#define CONNMON_TEST_PACKET_H

#include "decode.h"

enum { PACKET_ROOM = 2048, PACKET_PAYLOAD = 100, LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101 };

/* Bytes from `start` on; headers are put before them. */
struct packet {
    uint8_t room[PACKET_ROOM];
    uint32_t start, size;
};

/* Puts bytes before what is there: prepend(&packet, 0x81, 0x00). */
#define prepend(packet, ...)                                                                       \
    packet_prepend(packet, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

void packet_prepend(struct packet *packet, const uint8_t *bytes, size_t size);

/* A segment with PACKET_PAYLOAD bytes of payload and these options, padded to words. */
#define tcp_packet(...)                                                                            \
    packet_tcp((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

struct packet packet_tcp(const uint8_t *options, size_t size);

/* A segment without options. */
struct packet packet_bare(void);

/* Put a header around what is there. */
void packet_ipv4(struct packet *packet, uint8_t protocol);
void packet_ipv6(struct packet *packet, uint8_t next);
void packet_udp(struct packet *packet, uint16_t port);
void packet_ethernet(struct packet *packet, uint16_t type);

/* The bare segment in IPv4 or IPv6. */
struct packet packet_in_ipv4(void);
struct packet packet_in_ipv6(void);

/* Decodes the frame from a copy of just `captured` bytes, so that whoever reads behind them is
 * found out. */
enum connmon_decode_outcome decode_cut(const struct packet *packet, int link_type,
                                       uint32_t captured, struct connmon_segment *segment);

/* Checks that the bare segment in IPv4 (or IPv6) is found in the frame, and nothing is where each
 * byte up to its flags is cut off. */
void assert_decodes(const struct packet *packet, int link_type, int ip_version);

void assert_outcome(const struct packet *packet, int link_type,
                    enum connmon_decode_outcome outcome);

#endif
