/* hash.h - spreading keys over tables of 2^n slots
 *
 * What a capture tells is hashed under a key (siphash.h), or nobody could keep it from meeting in
 * one slot. Runs of values that the capture does not choose, such as numbers of connections, can do
 * with less: one multiplication spreads most of them evenly, but there are factors for each step
 * between values that put them all in a few places; so the product is folded and multiplied again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HASH_H
#define CONNMON_HASH_H

#include <stdint.h>
#include <string.h>

#include "connmon.h"
#include "siphash.h"

#define HASH_GOLDEN_RATIO UINT64_C(0x9E3779B97F4A7C15) /* 2^64 / phi, odd */

/* Both halves of a product of 64 bits, folded into one. */
static inline uint64_t hash_multiply(uint64_t a, uint64_t b)
{
    const __uint128_t product = (__uint128_t)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of a key of four words, as one that may stand for the key itself. Every factor has a part of the
 * secret, so that no two keys meet under more than a few of all secrets. */
static inline uint64_t hash_words(const uint64_t words[4], const struct siphash_key *key)
{
    const uint64_t one = key->words[0], other = key->words[1];

    return hash_multiply(hash_multiply(words[0] ^ one, words[1] ^ other) ^ one,
                         hash_multiply(words[2] ^ ~other, words[3] ^ ~one) ^ other);
}

/* The home slot of `value` in a table of 2^bits slots, 1 <= bits <= 32; `salt` is odd. */
static inline uint32_t hash_slot(uint32_t value, uint64_t salt, uint8_t bits)
{
    uint64_t product = value * salt;

    return (uint32_t)(((product ^ (product >> 32)) * HASH_GOLDEN_RATIO) >> (64 - bits));
}

/* The home slot of a hash in such a table. */
static inline uint32_t hash_home(uint64_t hash, uint8_t bits)
{
    return (uint32_t)(hash >> (64 - bits));
}

/* Of an address. */
static inline uint64_t hash_address(const uint8_t addr[16], const struct siphash_key *key)
{
    uint64_t words[2];

    memcpy(words, addr, sizeof(words));
    return siphash_words(key, words, 2);
}

/* As hash_ends(), of IPv4 addresses: all of it fits into two words. */
static inline uint64_t hash_ends_ipv4(const struct connmon_endpoint *one,
                                      const struct connmon_endpoint *other, uint32_t discriminator,
                                      const struct siphash_key *key)
{
    uint32_t addr[2];
    uint64_t a, b, low, high;

    memcpy(&addr[0], one->addr, sizeof(addr[0]));
    memcpy(&addr[1], other->addr, sizeof(addr[1]));
    a = (uint64_t)addr[0] << 16 | one->port;
    b = (uint64_t)addr[1] << 16 | other->port;
    low = a < b ? a : b;
    high = a < b ? b : a;
    return siphash_words(key, (uint64_t[]){low << 16 | high >> 32, high << 32 | discriminator}, 2);
}

/* Of the two ends of a connection, and what tells connections between them apart; the same for both
 * orders of the ends. They are put in one order and hashed as one message: were each hashed alone
 * and both hashes added, ends could be chosen whose sums meet. Without a branch, as the order of
 * directions cannot be predicted. */
static inline uint64_t hash_ends(const struct connmon_endpoint *one,
                                 const struct connmon_endpoint *other, uint32_t discriminator,
                                 const struct siphash_key *key)
{
    uint64_t a[3], b[3], swap;

    if (one->addr_len == 4 && other->addr_len == 4)
        return hash_ends_ipv4(one, other, discriminator, key);
    memcpy(a, one->addr, sizeof(one->addr));
    memcpy(b, other->addr, sizeof(other->addr));
    a[2] = one->port;
    b[2] = other->port;
    swap = -(uint64_t)((a[0] > b[0]) |
                       ((a[0] == b[0]) & ((a[1] > b[1]) | ((a[1] == b[1]) & (a[2] > b[2])))));
    for (int i = 0; i < 3; i++) {
        const uint64_t differs = (a[i] ^ b[i]) & swap;

        a[i] ^= differs;
        b[i] ^= differs;
    }
    return siphash_words(
        key, (uint64_t[]){a[0], a[1], b[0], b[1], a[2] << 48 | b[2] << 32 | discriminator}, 5);
}

#endif
