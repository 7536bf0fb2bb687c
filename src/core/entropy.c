/* entropy.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef _WIN32
#define _CRT_RAND_S /* for rand_s() */
#endif

#include "entropy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if !defined(_WIN32) && defined(__has_include)
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#define HAS_SYS_RANDOM
#endif
#endif

#include "siphash.h"

/* False: the system has none. It must not wait for them, as it would early at boot. */
static bool draw_from_system(void *bytes, size_t size)
{
#if defined(_WIN32)
    for (size_t at = 0; at < size; at += sizeof(unsigned)) {
        const size_t left = size - at;
        unsigned drawn;

        if (rand_s(&drawn) != 0)
            return false;
        memcpy((char *)bytes + at, &drawn, left < sizeof(drawn) ? left : sizeof(drawn));
    }
    return true;
#elif defined(__APPLE__)
    return getentropy(bytes, size) == 0;
#elif defined(HAS_SYS_RANDOM)
    return getrandom(bytes, size, GRND_NONBLOCK) == (ssize_t)size;
#else
    (void)bytes;
    (void)size;
    return false;
#endif
}

static void draw_from_process(uint8_t *bytes, size_t size)
{
    static const int in_program = 0;
    struct timespec now = {0};
    struct siphash_key key;

    timespec_get(&now, TIME_UTC);
    key.words[0] = (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec ^ (uintptr_t)bytes;
    key.words[1] = (uint64_t)clock() << 32 ^ (uintptr_t)&in_program ^ (uintptr_t)&now << 16;
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        const uint64_t word = siphash_value(&key, (uint32_t)at);
        const size_t left = size - at;

        memcpy(bytes + at, &word, left < sizeof(word) ? left : sizeof(word));
    }
}

void entropy_draw(void *bytes, size_t size)
{
    if (!draw_from_system(bytes, size))
        draw_from_process(bytes, size);
}
