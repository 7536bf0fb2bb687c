/* pcapng_write.h - writes packets as a pcapng file
 *
 * A file (draft-ietf-opsawg-pcapng) is a section's block, a block for each interface, and blocks of
 * packets, in this machine's byte order. connmon_pcapng_begin() and connmon_pcapng_write() write a
 * file with one interface to a stream; the others fill blocks in memory, for writers of their own.
 * Nothing is allocated or remembered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PCAPNG_WRITE_H
#define CONNMON_PCAPNG_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes of blocks, in bytes. */
enum {
    CONNMON_PCAPNG_SECTION_BYTES = 28,
    CONNMON_PCAPNG_INTERFACE_BYTES = 32,
    CONNMON_PCAPNG_PACKET_HEAD_BYTES = 28,
    CONNMON_PCAPNG_PACKET_TAIL_BYTES = 7, /* at most */
};

/* A packet, but for its bytes. */
struct connmon_pcapng_packet {
    uint32_t interface_id;       /* of the section, from 0 */
    uint64_t ticks;              /* since 1970, in the interface's units */
    uint32_t captured, original; /* bytes that follow, and that were on the wire */
};

/* The block that begins a section, of a length that is not told. */
void connmon_pcapng_section(uint8_t block[CONNMON_PCAPNG_SECTION_BYTES]);

/* The block of an interface: its link type, as capture files number them (LINKTYPE_); the most
 * bytes that are kept of a packet, 0 for all; and its clock's unit, 10^-`digits` seconds, `digits`
 * being 0 to 127, such as 9 for nanoseconds. */
void connmon_pcapng_interface(uint8_t block[CONNMON_PCAPNG_INTERFACE_BYTES], uint16_t link_type,
                              uint32_t snapshot_length, uint8_t digits);

/* What stands before and behind the packet's bytes. Returns how many bytes of `tail` do: padding
 * and the block's end. `captured` is up to 2^32 - 40. */
uint32_t connmon_pcapng_packet(const struct connmon_pcapng_packet *packet,
                               uint8_t head[CONNMON_PCAPNG_PACKET_HEAD_BYTES],
                               uint8_t tail[CONNMON_PCAPNG_PACKET_TAIL_BYTES]);

/* Begins a file: a section with one interface, whose clock counts nanoseconds. False if the stream
 * does not take it, as told by errno. */
bool connmon_pcapng_begin(FILE *file, uint16_t link_type, uint32_t snapshot_length);

/* Appends a packet: `captured` bytes at `bytes`, of `original` on the wire, captured `time_ns`, not
 * negative, after 1970 began. False if the stream does not take it. */
bool connmon_pcapng_write(FILE *file, int64_t time_ns, const uint8_t *bytes, uint32_t captured,
                          uint32_t original);

#ifdef __cplusplus
}
#endif

#endif
