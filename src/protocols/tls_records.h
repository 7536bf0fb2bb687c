/* tls_records.h - the records of one direction of TLS, and the name that a ClientHello asks for
 *
 * Records are told by their headers alone (RFC 8446 section 5.1), which are never encrypted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TLS_RECORDS_H
#define CONNMON_TLS_RECORDS_H

#include "exchanges.h"

enum { TLS_HEADER_BYTES = 5 };

/* All bytes zero: at the beginning of a record. */
struct tls_records {
    uint8_t header[TLS_HEADER_BYTES];
    uint8_t header_size; /* bytes of it that are there */
    bool is_wrong;       /* what came was no record: nothing is read any more */
    bool is_past_hello;  /* handshakes are not looked into */
    uint16_t rest;       /* bytes of the record that are to come; if the header is complete */
    uint8_t *hello;      /* the first handshake message so far; NULL: none */
    uint32_t hello_size, hello_room;
};

/* Whether the bytes, the first of a stream, may begin a record. */
bool tls_begins(const uint8_t *bytes, size_t size);

/* Whether they are the beginning of a ClientHello, so much of it that nothing else looks alike. */
bool tls_begins_hello(const uint8_t *bytes, size_t size);

/* Takes the next bytes, and sets in `hints` what records have ended in them. A name is in memory
 * that goes to `*name`, of `*name_size` bytes, which the caller frees with memory_free(); it must
 * be NULL before. False if these are no records. */
bool tls_records_take(struct tls_records *records, const uint8_t *bytes, size_t size,
                      struct exchange_hints *hints, struct memory *memory, char **name,
                      size_t *name_size);

/* Goes over bytes that were not captured, if they lie within a record. They may end it only if
 * there are `hints` to tell so: the packet that they were sent in is there. */
bool tls_records_skip(struct tls_records *records, uint32_t size, struct exchange_hints *hints,
                      struct memory *memory);

void tls_records_clear(struct tls_records *records, struct memory *memory);

/* The server name in a complete ClientHello, which begins with its handshake header (RFC 6066
 * section 3); absent if there is none, or the message contradicts itself. */
struct words tls_server_name(const uint8_t *hello, size_t size);

#endif
