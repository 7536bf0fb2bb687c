/* decoder.h - the libraries that decompress, each behind the same three functions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DECODER_H
#define CONNMON_DECODER_H

#include "memory.h"

enum decoder_outcome {
    DECODER_GOES_ON, /* all input is used up and all output written */
    DECODER_FULL,    /* there may be more output: call again */
    DECODER_ENDED,   /* what follows, if anything, belongs to none */
    DECODER_FAILED,  /* no such data */
};

/* Input and output of a step; it moves both on. */
struct decoder_step {
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
};

struct decoder_kind {
    /* `first` is the first byte of the data, `second` the next one, or -1. NULL: no memory. */
    void *(*begin)(struct memory *memory, int first, int second);
    enum decoder_outcome (*step)(void *decoder, struct decoder_step *step);
    void (*end)(void *decoder, struct memory *memory);
};

/* NULL: built without that library. */
const struct decoder_kind *decoder_deflate(void);
const struct decoder_kind *decoder_brotli(void);
const struct decoder_kind *decoder_zstd(void);

#endif
