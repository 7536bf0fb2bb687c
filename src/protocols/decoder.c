/* decoder.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "decoder.h"

#if defined(CONNMON_ZLIB) || defined(CONNMON_BROTLI)

/* Libraries do not say how large it was what they give back: it stands before the block. */
static void *lend(struct memory *memory, size_t size)
{
    max_align_t *block =
        size <= SIZE_MAX - sizeof(*block) ? memory_alloc(memory, size + sizeof(*block)) : NULL;

    if (!block)
        return NULL;
    *(size_t *)block = size;
    return block + 1;
}

static void take_back(void *memory, void *lent)
{
    max_align_t *block = lent;

    if (lent)
        memory_free(memory, block - 1, *(size_t *)(block - 1) + sizeof(*block));
}

#endif

#ifdef CONNMON_ZLIB

#include <zlib.h>

static void *lend_items(void *memory, uInt items, uInt size)
{
    return lend(memory, (size_t)items * size);
}

/* "deflate" is in a zlib wrapper (RFC 1950), which some servers leave out (RFC 9110 section
 * 8.4.1.2); and what is called one is now and then the other, or gzip (RFC 1952). All are told by
 * their first bytes. */
static int window_bits(int first, int second)
{
    if (first == 0x1f && (second == 0x8b || second < 0))
        return 16 + MAX_WBITS;
    if ((first & 0x0f) == Z_DEFLATED && (second < 0 || (first << 8 | second) % 31 == 0))
        return MAX_WBITS;
    return -MAX_WBITS;
}

static void *begin_deflate(struct memory *memory, int first, int second)
{
    z_stream *stream = memory_alloc(memory, sizeof(*stream));

    if (!stream)
        return NULL;
    stream->zalloc = lend_items;
    stream->zfree = take_back;
    stream->opaque = memory;
    if (inflateInit2(stream, window_bits(first, second)) == Z_OK)
        return stream;
    memory_free(memory, stream, sizeof(*stream));
    return NULL;
}

static enum decoder_outcome step_deflate(void *decoder, struct decoder_step *step)
{
    z_stream *stream = decoder;
    int result;

    stream->next_in = (Bytef *)step->in;
    stream->avail_in = (uInt)step->in_size;
    stream->next_out = step->out;
    stream->avail_out = (uInt)step->out_size;
    result = inflate(stream, Z_NO_FLUSH);
    step->in = stream->next_in;
    step->in_size = stream->avail_in;
    step->out = stream->next_out;
    step->out_size = stream->avail_out;
    if (result == Z_STREAM_END)
        return DECODER_ENDED;
    if (result != Z_OK && result != Z_BUF_ERROR)
        return DECODER_FAILED;
    return step->out_size == 0 ? DECODER_FULL : DECODER_GOES_ON;
}

static void end_deflate(void *decoder, struct memory *memory)
{
    inflateEnd(decoder);
    memory_free(memory, decoder, sizeof(z_stream));
}

const struct decoder_kind *decoder_deflate(void)
{
    static const struct decoder_kind kind = {begin_deflate, step_deflate, end_deflate};

    return &kind;
}

#else

const struct decoder_kind *decoder_deflate(void)
{
    return NULL;
}

#endif

#ifdef CONNMON_BROTLI

#include <brotli/decode.h>

static void *lend_bytes(void *memory, size_t size)
{
    return lend(memory, size);
}

static void *begin_brotli(struct memory *memory, int first, int second)
{
    (void)first;
    (void)second;
    return BrotliDecoderCreateInstance(lend_bytes, take_back, memory);
}

static enum decoder_outcome step_brotli(void *decoder, struct decoder_step *step)
{
    switch (BrotliDecoderDecompressStream(decoder, &step->in_size, &step->in, &step->out_size,
                                          &step->out, NULL)) {
    case BROTLI_DECODER_RESULT_SUCCESS:
        return DECODER_ENDED;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return DECODER_GOES_ON;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return DECODER_FULL;
    default:
        return DECODER_FAILED;
    }
}

static void end_brotli(void *decoder, struct memory *memory)
{
    (void)memory;
    BrotliDecoderDestroyInstance(decoder);
}

const struct decoder_kind *decoder_brotli(void)
{
    static const struct decoder_kind kind = {begin_brotli, step_brotli, end_brotli};

    return &kind;
}

#else

const struct decoder_kind *decoder_brotli(void)
{
    return NULL;
}

#endif

#ifdef CONNMON_ZSTD

#include <zstd.h>

enum { WINDOW_LOG = 23 }; /* 8 MB: larger ones are not for HTTP (RFC 9659 section 3) */

/* Its memory is its own, but counts. */
struct zstd {
    ZSTD_DStream *stream;
    struct memory *memory;
    size_t counted;
};

static void count_zstd(struct zstd *zstd, size_t size)
{
    zstd->memory->used += size - zstd->counted;
    zstd->counted = size;
}

static void end_zstd(void *decoder, struct memory *memory)
{
    struct zstd *zstd = decoder;

    ZSTD_freeDStream(zstd->stream);
    count_zstd(zstd, 0);
    memory_free(memory, zstd, sizeof(*zstd));
}

static void *begin_zstd(struct memory *memory, int first, int second)
{
    struct zstd *zstd = memory_is_tight(memory) ? NULL : memory_alloc(memory, sizeof(*zstd));

    (void)first;
    (void)second;
    if (!zstd)
        return NULL;
    zstd->memory = memory;
    zstd->stream = ZSTD_createDStream();
    if (zstd->stream &&
        !ZSTD_isError(ZSTD_DCtx_setParameter(zstd->stream, ZSTD_d_windowLogMax, WINDOW_LOG))) {
        count_zstd(zstd, ZSTD_sizeof_DStream(zstd->stream));
        return zstd;
    }
    end_zstd(zstd, memory);
    return NULL;
}

static enum decoder_outcome step_zstd(void *decoder, struct decoder_step *step)
{
    struct zstd *zstd = decoder;
    ZSTD_inBuffer in = {step->in, step->in_size, 0};
    ZSTD_outBuffer out = {step->out, step->out_size, 0};
    const size_t result = ZSTD_decompressStream(zstd->stream, &out, &in);

    count_zstd(zstd, ZSTD_sizeof_DStream(zstd->stream));
    step->in += in.pos;
    step->in_size -= in.pos;
    step->out += out.pos;
    step->out_size -= out.pos;
    if (ZSTD_isError(result))
        return DECODER_FAILED;
    if (result == 0)
        return DECODER_ENDED;
    return step->out_size == 0 ? DECODER_FULL : DECODER_GOES_ON;
}

const struct decoder_kind *decoder_zstd(void)
{
    static const struct decoder_kind kind = {begin_zstd, step_zstd, end_zstd};

    return &kind;
}

#else

const struct decoder_kind *decoder_zstd(void)
{
    return NULL;
}

#endif
