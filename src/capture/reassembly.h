/* reassembly.h - the bytes that TCP carries, in order, each once
 *
 * A stream is what one end of a connection sends. What comes in order goes straight through; what
 * comes too early waits, within a budget for all streams together. When that is used up, the stream
 * that waits for longest gives up what it lacks; so do all at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_REASSEMBLY_H
#define CONNMON_REASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reassembly;

struct reassembly_config {
    size_t budget; /* bytes of what waits */
    /* The next bytes of a stream, valid until this returns. */
    void (*bytes)(void *to, uint32_t stream, const uint8_t *bytes, size_t size);
    /* The next so many bytes of a stream are not in the capture; if `is_cut`, the end of the
     * segment that sent them was cut off. */
    void (*gap)(void *to, uint32_t stream, uint32_t size, bool is_cut);
    void *to;
};

/* A segment's payload. */
struct reassembly_segment {
    uint32_t seqno; /* of its first byte: after that of a SYN */
    uint32_t size;  /* bytes that were sent */
    const uint8_t *bytes;
    uint32_t captured; /* bytes that are there, at most `size` */
    bool is_syn;
};

/* NULL: no memory. Free with reassembly_free(). */
struct reassembly *reassembly_new(const struct reassembly_config *config);
void reassembly_free(struct reassembly *reassembly);

/* Takes the next segment of a stream, which begins with its SYN, or else with the first segment.
 * Streams are numbered from 0, without large gaps. False if there was no memory: the segment is
 * missing. */
bool reassembly_take(struct reassembly *reassembly, uint32_t stream,
                     const struct reassembly_segment *segment);

/* The seqno of the byte that a stream waits for; false if it has not begun. */
bool reassembly_next(const struct reassembly *reassembly, uint32_t stream, uint32_t *seqno);

/* Whether a stream lacks bytes before some that it holds. */
bool reassembly_has_waiting(const struct reassembly *reassembly, uint32_t stream);

/* Gives up what a stream lacks before `seqno`, such as what its receiver has acknowledged: it will
 * not come any more. What waited for it goes through. */
void reassembly_give_up(struct reassembly *reassembly, uint32_t stream, uint32_t seqno);

/* Forgets a stream and what waits in it. The next segment of this number begins another. Not to be
 * called from `bytes` and `gap`. */
void reassembly_drop(struct reassembly *reassembly, uint32_t stream);

/* Gives up what all streams still lack, so that what waited goes through. */
void reassembly_finish(struct reassembly *reassembly);

#endif
