/* checksum.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checksum.h"

#include "frame.h"

/* Of less than 2^32 bytes, no sum of words takes more than 47 bits. */
static uint64_t add(uint64_t sum, const uint8_t *bytes, uint32_t size)
{
    uint32_t i;

    for (i = 0; size - i >= 2; i += 2)
        sum += load16(bytes + i);
    return i < size ? sum + ((uint64_t)bytes[i] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint16_t checksum_of(const uint8_t *bytes, uint32_t size)
{
    return fold(add(0, bytes, size));
}

uint16_t checksum_of_transport(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes,
                               uint32_t size)
{
    const uint64_t sum = (uint64_t)protocol + (size >> 16) + (size & 0xffff);
    const uint64_t with_ends = ip[0] >> 4 == 4 ? add(sum, ip + 12, 8) : add(sum, ip + 8, 32);

    return fold(add(with_ends, bytes, size));
}
