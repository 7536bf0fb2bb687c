/* input.h - what is left of a fuzz target's input, and checks of what must hold whatever it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FUZZ_INPUT_H
#define CONNMON_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The target: libFuzzer calls it, and so does replay.c. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

/* The next byte; an exhausted input yields zeros. */
static inline uint8_t take(struct input *in)
{
    if (in->size == 0)
        return 0;
    in->size--;
    return *in->data++;
}

static inline uint64_t take64(struct input *in)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | take(in);
    return value;
}

/* The next `*size` bytes, or as many as are left, as an allocation of just that size, so that a
 * byte read behind it is noticed. To be freed by the caller. */
uint8_t *take_bytes(struct input *in, size_t *size);

static inline void check(bool holds)
{
    if (!holds)
        abort();
}

#endif
