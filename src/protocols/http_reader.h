/* http_reader.h - what HTTP and TLS say in the packets of a capture
 *
 * Plain HTTP/1.0 and 1.1 is read message by message, TLS record by record, from the bytes that TCP
 * carries, in order and each once. A connection is known by its first bytes; one that speaks
 * neither costs no more than to find that out. Where bytes are missing from the capture, so that
 * nobody knows where messages end, none is told until a request begins a turn again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HTTP_READER_H
#define CONNMON_HTTP_READER_H

#include "exchanges.h"

struct http_reader;

/* Limits; 0 is none, but for `early_bytes`. What is beyond is counted, see http_reader_losses(). */
struct http_reader_config {
    uint32_t connections; /* at a time: the one unused for longest makes room */
    size_t bytes;         /* of memory: heads, decoders, and bodies that are kept */
    size_t early_bytes;   /* of segments that wait for others before them; beyond, these are given
                             up as missing */
    uint64_t body_bytes;  /* of one body, to be decoded or kept */
    bool has_bodies;      /* decoded bodies are wanted, not only their sizes */
};

/* Codings that this build decodes, such as "gzip, deflate, br"; "" without any library. */
const char *http_reader_codings(void);

/* Whether this build reads HTTP, and not TLS alone: it needs http-parser. */
bool http_reader_has_http(void);

/* An empty reader. `config` is copied. NULL: no memory. Free with http_reader_free(). */
struct http_reader *http_reader_new(const struct http_reader_config *config);
void http_reader_free(struct http_reader *reader); /* NULL is allowed */

/* Forgets everything. */
void http_reader_reset(struct http_reader *reader);

/* Takes the next TCP packet of the capture: what the core made of it in `seen->result`, its
 * segment, and the first `captured` bytes of its payload, which are not needed after the call
 * (`payload` may be NULL if there are none). Fills all of `hints` but is_selected, which is false.
 * What they point to is valid until the next call. */
void http_reader_read(struct http_reader *reader, const struct connmon_observation *seen,
                      const struct connmon_segment *segment, const uint8_t *payload,
                      size_t captured, struct exchange_hints *hints);

/* Connections that were forgotten while there was something to follow; texts, bodies, messages and
 * packets that a limit, or want of memory, has dropped. */
struct connection_losses http_reader_losses(const struct http_reader *reader);

#endif
