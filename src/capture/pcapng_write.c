/* pcapng_write.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pcapng_write.h"

#include <string.h>

#include "bytes.h"
#include "pcapng.h"

enum { OPTION_TSRESOL = 9, DIGITS_OF_NANOSECONDS = 9 };

static const uint32_t ORDER = 0x1a2b3c4d;

void connmon_pcapng_section(uint8_t block[CONNMON_PCAPNG_SECTION_BYTES])
{
    uint8_t *at = block;

    at = bytes_put32(at, false, PCAPNG_SECTION);
    at = bytes_put32(at, false, CONNMON_PCAPNG_SECTION_BYTES);
    at = bytes_put32(at, false, ORDER);
    at = bytes_put16(at, false, 1); /* version 1.0 */
    at = bytes_put16(at, false, 0);
    memset(at, 0xff, 8); /* the section's length: not told */
    bytes_put32(at + 8, false, CONNMON_PCAPNG_SECTION_BYTES);
}

void connmon_pcapng_interface(uint8_t block[CONNMON_PCAPNG_INTERFACE_BYTES], uint16_t link_type,
                              uint32_t snapshot_length, uint8_t digits)
{
    uint8_t *at = block;

    memset(block, 0, CONNMON_PCAPNG_INTERFACE_BYTES);
    at = bytes_put32(at, false, PCAPNG_INTERFACE);
    at = bytes_put32(at, false, CONNMON_PCAPNG_INTERFACE_BYTES);
    at = bytes_put16(at, false, link_type);
    at = bytes_put32(at + 2, false, snapshot_length);
    at = bytes_put16(at, false, OPTION_TSRESOL);
    at = bytes_put16(at, false, 1);
    *at = digits;
    bytes_put32(block + CONNMON_PCAPNG_INTERFACE_BYTES - 4, false, CONNMON_PCAPNG_INTERFACE_BYTES);
}

uint32_t connmon_pcapng_packet(const struct connmon_pcapng_packet *packet,
                               uint8_t head[CONNMON_PCAPNG_PACKET_HEAD_BYTES],
                               uint8_t tail[CONNMON_PCAPNG_PACKET_TAIL_BYTES])
{
    const uint32_t padding = -packet->captured & 3,
                   size = CONNMON_PCAPNG_PACKET_HEAD_BYTES + packet->captured + padding + 4;
    uint8_t *at = head;

    at = bytes_put32(at, false, PCAPNG_PACKET_BLOCK);
    at = bytes_put32(at, false, size);
    at = bytes_put32(at, false, packet->interface_id);
    at = bytes_put32(at, false, (uint32_t)(packet->ticks >> 32));
    at = bytes_put32(at, false, (uint32_t)packet->ticks);
    at = bytes_put32(at, false, packet->captured);
    bytes_put32(at, false, packet->original);
    memset(tail, 0, padding);
    bytes_put32(tail + padding, false, size);
    return padding + 4;
}

bool connmon_pcapng_begin(FILE *file, uint16_t link_type, uint32_t snapshot_length)
{
    uint8_t section[CONNMON_PCAPNG_SECTION_BYTES], interface[CONNMON_PCAPNG_INTERFACE_BYTES];

    connmon_pcapng_section(section);
    connmon_pcapng_interface(interface, link_type, snapshot_length, DIGITS_OF_NANOSECONDS);
    return fwrite(section, sizeof(section), 1, file) == 1 &&
           fwrite(interface, sizeof(interface), 1, file) == 1;
}

bool connmon_pcapng_write(FILE *file, int64_t time_ns, const uint8_t *bytes, uint32_t captured,
                          uint32_t original)
{
    const struct connmon_pcapng_packet packet = {
        .ticks = (uint64_t)time_ns, .captured = captured, .original = original};
    uint8_t head[CONNMON_PCAPNG_PACKET_HEAD_BYTES], tail[CONNMON_PCAPNG_PACKET_TAIL_BYTES];
    const uint32_t tail_size = connmon_pcapng_packet(&packet, head, tail);

    return fwrite(head, sizeof(head), 1, file) == 1 &&
           (captured == 0 || fwrite(bytes, captured, 1, file) == 1) &&
           fwrite(tail, tail_size, 1, file) == 1;
}
