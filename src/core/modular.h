/* modular.h - arithmetic modulo 2^32, for seqnos, acknos, TSvals and packet numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_MODULAR_H
#define CONNMON_MODULAR_H

#include <stdbool.h>
#include <stdint.h>

/* How far `a` lies beyond `b`, from -2^31 to 2^31 - 1 (RFC 9293 section 3.4). */
static inline int32_t mod32_distance(uint32_t a, uint32_t b)
{
    uint32_t d = a - b;

    return d > (uint32_t)INT32_MAX ? (int32_t)(d - UINT32_MAX - 1) : (int32_t)d;
}

static inline bool mod32_after(uint32_t a, uint32_t b)
{
    return mod32_distance(a, b) > 0;
}

static inline bool mod32_before(uint32_t a, uint32_t b)
{
    return mod32_distance(a, b) < 0;
}

#endif
