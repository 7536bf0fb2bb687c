/* bytes.h - numbers in the byte order of this machine, or in the other one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BYTES_H
#define CONNMON_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t bytes_get16(const uint8_t *at, bool is_swapped)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return is_swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t bytes_get32(const uint8_t *at, bool is_swapped)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return is_swapped ? __builtin_bswap32(value) : value;
}

static inline uint8_t *bytes_put16(uint8_t *at, bool is_swapped, uint16_t value)
{
    value = is_swapped ? __builtin_bswap16(value) : value;
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static inline uint8_t *bytes_put32(uint8_t *at, bool is_swapped, uint32_t value)
{
    value = is_swapped ? __builtin_bswap32(value) : value;
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

#endif
