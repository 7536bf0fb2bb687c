/* fuzz_reassembly.c - any bytes as segments of a few streams
 *
 * Each byte of a stream is told by its seqno, so whatever comes out shows where it belongs: all of
 * it comes once, in order, and what does not come is told as a gap.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reassembly.h"

#include <string.h>

#include "input.h"
#include "modular.h"

enum { STREAMS = 3 };

struct stream {
    uint32_t next; /* seqno */
    bool has_begun, has_bytes, may_wait;
};

struct fixture {
    struct reassembly *reassembly;
    struct stream streams[STREAMS];
};

static uint8_t byte_at(uint32_t seqno)
{
    return (uint8_t)(seqno * 167 >> 3);
}

static struct stream *advance(struct fixture *f, uint32_t stream, size_t size)
{
    check(stream < STREAMS && size > 0);
    f->streams[stream].next += (uint32_t)size;
    f->streams[stream].has_bytes = true;
    return &f->streams[stream];
}

static void hear_bytes(void *to, uint32_t stream, const uint8_t *bytes, size_t size)
{
    const struct stream *at = advance(to, stream, size);

    for (size_t i = 0; i < size; i++)
        check(bytes[i] == byte_at((uint32_t)(at->next - size + i)));
}

static void hear_gap(void *to, uint32_t stream, uint32_t size, bool is_cut)
{
    (void)is_cut;
    advance(to, stream, size);
}

/* Mostly near what is due, now and then far away. */
static uint32_t take_seqno(struct input *in, const struct stream *stream)
{
    static const uint32_t far[] = {UINT32_C(1) << 31, INT32_MAX, UINT32_MAX, 1 << 16};
    const uint8_t byte = take(in);

    return stream->next + (byte < 4 ? far[byte] : byte * 3U - 90);
}

static void take_segment(struct fixture *f, struct input *in)
{
    const uint8_t head = take(in);
    const uint32_t number = head % STREAMS;
    struct stream *stream = &f->streams[number];
    struct reassembly_segment segment = {
        .seqno = take_seqno(in, stream),
        .size = take(in) * (head & 0x40 ? 2U : 1U),
        .is_syn = head & 0x80,
    };
    uint8_t *bytes = NULL; /* as of a packet whose payload was cut off */

    segment.captured = head & 0x20 ? take(in) : segment.size;
    if (segment.captured > segment.size)
        segment.captured = segment.size;
    if (segment.captured > 0) {
        bytes = malloc(segment.captured);
        check(bytes != NULL);
        for (uint32_t i = 0; i < segment.captured; i++)
            bytes[i] = byte_at(segment.seqno + i);
    }
    segment.bytes = bytes;
    if (!stream->has_begun || (segment.is_syn && !stream->has_bytes && !stream->may_wait))
        stream->next = segment.seqno;
    stream->has_begun = true;
    stream->may_wait |= segment.size > 0 && mod32_after(segment.seqno, stream->next);
    check(reassembly_take(f->reassembly, number, &segment));
    free(bytes);
}

/* What waited has come out by now, and nothing comes twice. */
static void finish(struct fixture *f)
{
    struct stream before[STREAMS];

    reassembly_finish(f->reassembly);
    memcpy(before, f->streams, sizeof(before));
    reassembly_finish(f->reassembly);
    for (int i = 0; i < STREAMS; i++) {
        check(before[i].next == f->streams[i].next);
        check(!before[i].may_wait || before[i].has_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    struct fixture f = {0};
    const struct reassembly_config config = {
        .budget = take(&in) * 40U, .bytes = hear_bytes, .gap = hear_gap, .to = &f};

    f.reassembly = reassembly_new(&config);
    check(f.reassembly != NULL);
    while (in.size > 0)
        take_segment(&f, &in);
    finish(&f);
    reassembly_free(f.reassembly);
    return 0;
}
