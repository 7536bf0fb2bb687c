/* siphash.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "siphash.h"

/* Up to eight bytes, the lowest first. */
static uint64_t word_of(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;

    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

uint64_t siphash_bytes(const struct siphash_key *key, const void *message, size_t size)
{
    struct siphash_state state = siphash_begin(key);
    const uint8_t *bytes = message;
    size_t left = size;

    for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t), bytes += sizeof(uint64_t))
        siphash_take(&state, word_of(bytes, sizeof(uint64_t)));
    return siphash_end(&state, (uint64_t)size << 56 | word_of(bytes, left));
}
