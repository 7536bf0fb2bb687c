/* hash.h - spreading keys over tables of 2^n slots
 *
 * Runs of neighbouring or regular values, such as seqnos and TSvals, are what is hashed. One
 * multiplication spreads most of them evenly, but there are factors for each step between values
 * that put them all in a few places; so the product is folded and multiplied again. The first
 * factor differs from core to core, so that nobody can craft a capture whose values all meet in
 * one slot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HASH_H
#define CONNMON_HASH_H

#include <stdint.h>

#define HASH_GOLDEN_RATIO UINT64_C(0x9E3779B97F4A7C15) /* 2^64 / phi, odd */

/* Folds the next 64 bits of a longer key into `hash`. */
static inline uint64_t hash_fold(uint64_t hash, uint64_t next)
{
    hash = (hash ^ next) * HASH_GOLDEN_RATIO;
    return hash ^ (hash >> 32);
}

/* Both halves of a product of 64 bits, folded into one. */
static inline uint64_t hash_multiply(uint64_t a, uint64_t b)
{
    const __uint128_t product = (__uint128_t)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of a key of four words, as one that may stand for the key itself. */
static inline uint64_t hash_words(const uint64_t words[4], uint64_t salt)
{
    const uint64_t other = salt * HASH_GOLDEN_RATIO;

    return hash_multiply(hash_multiply(words[0] ^ salt, words[1] ^ other) ^ salt,
                         hash_multiply(words[2] ^ ~other, words[3] ^ ~salt) ^ other);
}

/* The home slot of `value` in a table of 2^bits slots, 1 <= bits <= 32; `salt` is odd. */
static inline uint32_t hash_slot(uint32_t value, uint64_t salt, uint8_t bits)
{
    uint64_t product = value * salt;

    return (uint32_t)(((product ^ (product >> 32)) * HASH_GOLDEN_RATIO) >> (64 - bits));
}

#endif
