/* serial.h - where the number of a connection belongs in an open hash table of 2^n slots
 *
 * Numbers are given one by one, and connections of one time are used at one time. So a row of
 * numbers stays together: it shares cache lines and pages. Rows are spread; and a number whose slot
 * is in use goes on in the next row, a slot further, so that it need not search its own row to the
 * end, and comes by all slots if it must.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SERIAL_H
#define CONNMON_SERIAL_H

#include "hash.h"

enum { SERIAL_ROW_BITS = 6, SERIAL_ROW = 1 << SERIAL_ROW_BITS, SERIAL_FIRST_BITS = 8 };

/* The home slot, in a table of 2^SERIAL_FIRST_BITS slots or more; `salt` as of hash_slot(). */
static inline uint32_t serial_slot(uint32_t serial, uint64_t salt, uint8_t bits)
{
    uint32_t row = hash_slot(serial >> SERIAL_ROW_BITS, salt, (uint8_t)(bits - SERIAL_ROW_BITS));

    return row << SERIAL_ROW_BITS | (serial & (SERIAL_ROW - 1));
}

/* The slot to look at after this one; `mask` is the number of slots less 1. */
static inline uint32_t serial_next(uint32_t slot, uint32_t mask)
{
    return (slot + SERIAL_ROW + 1) & mask;
}

/* In how many such steps one comes from one slot to another. */
static inline uint32_t serial_steps(uint32_t from, uint32_t to, uint32_t mask)
{
    return (to - from) * UINT32_C(0xc0fc0fc1) & mask; /* times that: divided by SERIAL_ROW + 1 */
}

#endif
