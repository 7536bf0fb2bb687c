/* siphash.h - SipHash-1-3, a keyed hash for keys that an attacker chooses
 *
 * J.-P. Aumasson, D. J. Bernstein: SipHash: a fast short-input PRF, 2012; with one round for each
 * word and three at the end, as hash tables use it. Without the key nobody can tell which inputs
 * meet, so no capture can be made to slow down a table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SIPHASH_H
#define CONNMON_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

struct siphash_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void siphash_round(struct siphash_state *state)
{
    state->v0 += state->v1;
    state->v2 += state->v3;
    state->v1 = siphash_rotate(state->v1, 13) ^ state->v0;
    state->v3 = siphash_rotate(state->v3, 16) ^ state->v2;
    state->v0 = siphash_rotate(state->v0, 32);
    state->v2 += state->v1;
    state->v0 += state->v3;
    state->v1 = siphash_rotate(state->v1, 17) ^ state->v2;
    state->v3 = siphash_rotate(state->v3, 21) ^ state->v0;
    state->v2 = siphash_rotate(state->v2, 32);
}

static inline struct siphash_state siphash_begin(const struct siphash_key *key)
{
    return (struct siphash_state){
        .v0 = key->words[0] ^ UINT64_C(0x736f6d6570736575),
        .v1 = key->words[1] ^ UINT64_C(0x646f72616e646f6d),
        .v2 = key->words[0] ^ UINT64_C(0x6c7967656e657261),
        .v3 = key->words[1] ^ UINT64_C(0x7465646279746573),
    };
}

static inline void siphash_take(struct siphash_state *state, uint64_t word)
{
    state->v3 ^= word;
    siphash_round(state);
    state->v0 ^= word;
}

/* `last`: the bytes that fill no word, and the length of all in the highest byte. */
static inline uint64_t siphash_end(struct siphash_state *state, uint64_t last)
{
    siphash_take(state, last);
    state->v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        siphash_round(state);
    return state->v0 ^ state->v1 ^ state->v2 ^ state->v3;
}

/* Of a message of `count` words, as if each were written with its lowest byte first. */
static inline uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words,
                                     size_t count)
{
    struct siphash_state state = siphash_begin(key);

    for (size_t i = 0; i < count; i++)
        siphash_take(&state, words[i]);
    return siphash_end(&state, (uint64_t)count * sizeof(*words) << 56);
}

/* Of a message of four bytes: one word less than siphash_words() takes. */
static inline uint64_t siphash_value(const struct siphash_key *key, uint32_t value)
{
    struct siphash_state state = siphash_begin(key);

    return siphash_end(&state, (uint64_t)sizeof(value) << 56 | value);
}

/* Of any message. */
uint64_t siphash_bytes(const struct siphash_key *key, const void *message, size_t size);

#endif
