/* body.h - the body of a message, decompressed as it comes
 *
 * gzip and deflate (RFC 9110 section 8.4.1), br (RFC 7932) and zstd (RFC 8878), each if its library
 * was there at build time. A few bytes may decode to gigabytes: what is decoded of one body is
 * bounded, and so is the memory of all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BODY_H
#define CONNMON_BODY_H

#include "exchange.h"

enum body_coding { BODY_PLAIN, BODY_DEFLATE, BODY_BROTLI, BODY_ZSTD, BODY_UNKNOWN };

/* What all bodies have in common. */
struct body_config {
    struct memory *memory; /* of what is decoded, and of most decoders */
    uint64_t most;         /* bytes to be decoded, or kept, of one body */
    bool is_kept;
};

/* A body so far. All bytes zero is an empty plain one. */
struct body {
    enum body_coding coding;
    void *decoder;           /* NULL: none yet */
    uint64_t coded, decoded; /* bytes */
    char *kept;
    size_t room;        /* of `kept` */
    bool is_kept;       /* `kept` has all that was decoded */
    bool is_incomplete; /* bytes of it are missing, or what came cannot be decoded */
    bool is_ended;      /* the decoder has seen its end */
    bool has_exceeded;  /* the limit, or the memory: something was dropped */
};

/* The coding of that name; BODY_UNKNOWN if it, or its library, is not known here. Absent: plain. */
enum body_coding body_coding_of(struct words name);

/* Begins a body in this coding. */
void body_begin(struct body *body, const struct body_config *config, enum body_coding coding);

/* Takes its next bytes. */
void body_add(struct body *body, const struct body_config *config, const void *bytes, size_t size);

/* Bytes of it were not captured: only their number is known. body_add() is to count others in
 * their place. */
void body_lose(struct body *body, const struct body_config *config);

/* Whether all of it was there and could be decoded. To be asked after its last bytes. */
bool body_is_decoded(const struct body *body);

/* Hands over what was kept, of `decoded` bytes in `*room`, to be freed with memory_free(). NULL:
 * not wanted, incomplete, or empty. */
char *body_take(struct body *body, size_t *room);

/* Gives back all that it holds. */
void body_clear(struct body *body, const struct body_config *config);

#endif
