/* tls_records.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_records.h"

#include <string.h>

enum {
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    DATA = 23,
    HEARTBEAT = 24,             /* RFC 6520 */
    MOST_RECORD = 16384 + 2048, /* RFC 5246 section 6.2.3 */
    CLIENT_HELLO = 1,
    HANDSHAKE_HEADER = 4,
    MOST_HELLO = 1 << 16, /* more than any client sends */
    SERVER_NAME = 0,      /* the extension, and the kind of name */
};

static unsigned two(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static unsigned three(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 16 | two(bytes + 1);
}

/* As far as the header is there. */
static bool is_header(const uint8_t *header, size_t size)
{
    return (size < 1 || (header[0] >= CHANGE_CIPHER_SPEC && header[0] <= HEARTBEAT)) &&
           (size < 2 || header[1] == 3) && (size < 3 || header[2] <= 4) &&
           (size < TLS_HEADER_BYTES || (two(header + 3) > 0 && two(header + 3) <= MOST_RECORD));
}

bool tls_begins(const uint8_t *bytes, size_t size)
{
    return is_header(bytes, size < TLS_HEADER_BYTES ? size : TLS_HEADER_BYTES);
}

bool tls_begins_hello(const uint8_t *bytes, size_t size)
{
    const uint8_t *message = bytes + TLS_HEADER_BYTES;

    return size >= TLS_HEADER_BYTES + HANDSHAKE_HEADER + 2 && bytes[0] == HANDSHAKE &&
           tls_begins(bytes, size) && message[0] == CLIENT_HELLO && message[4] == 3 &&
           message[5] <= 4 && three(message + 1) < MOST_HELLO &&
           (three(message + 1) + HANDSHAKE_HEADER == two(bytes + 3) ||
            three(message + 1) + HANDSHAKE_HEADER > MOST_RECORD - 2048);
}

/* ---- The ClientHello ---- */

/* What is left of a structure: a vector is taken off with its length in front. */
struct reading {
    const uint8_t *at;
    size_t size;
    bool is_wrong;
};

static struct reading take_off(struct reading *from, size_t size)
{
    struct reading taken = {from->at, size, from->is_wrong || size > from->size};

    if (taken.is_wrong) {
        from->is_wrong = true;
        return (struct reading){.is_wrong = true};
    }
    from->at += size;
    from->size -= size;
    return taken;
}

static unsigned take_number(struct reading *from, size_t bytes)
{
    const struct reading number = take_off(from, bytes);

    if (number.is_wrong)
        return 0;
    return bytes == 1 ? number.at[0] : bytes == 2 ? two(number.at) : three(number.at);
}

static struct reading take_vector(struct reading *from, size_t length_bytes)
{
    return take_off(from, take_number(from, length_bytes));
}

static struct words name_in(struct reading extension)
{
    struct reading list = take_vector(&extension, 2);

    while (list.size > 0 && !list.is_wrong) {
        const unsigned kind = take_number(&list, 1);
        const struct reading name = take_vector(&list, 2);

        if (!name.is_wrong && kind == SERVER_NAME)
            return (struct words){(const char *)name.at, name.size};
    }
    return (struct words){0};
}

struct words tls_server_name(const uint8_t *hello, size_t size)
{
    struct reading message = {.at = hello, .size = size};
    struct reading extensions;

    if (take_number(&message, 1) != CLIENT_HELLO)
        return (struct words){0};
    message = take_vector(&message, 3);
    take_off(&message, 2 + 32); /* version, random */
    take_vector(&message, 1);   /* session id */
    take_vector(&message, 2);   /* cipher suites */
    take_vector(&message, 1);   /* compression methods */
    if (message.size == 0)      /* no extensions */
        return (struct words){0};
    extensions = take_vector(&message, 2);
    while (extensions.size > 0 && !extensions.is_wrong) {
        const unsigned kind = take_number(&extensions, 2);
        const struct reading extension = take_vector(&extensions, 2);

        if (!extension.is_wrong && kind == SERVER_NAME)
            return name_in(extension);
    }
    return (struct words){0};
}

static void drop_hello(struct tls_records *records, struct memory *memory)
{
    memory_free(memory, records->hello, records->hello_room);
    records->hello = NULL;
    records->hello_size = records->hello_room = 0;
    records->is_past_hello = true;
}

/* Room for the whole message, once its length is known; first for that. */
static bool reserve_hello(struct tls_records *records, struct memory *memory)
{
    uint32_t room = HANDSHAKE_HEADER;
    uint8_t *hello;

    if (records->hello_size >= HANDSHAKE_HEADER)
        room += three(records->hello + 1);
    if (room <= records->hello_room)
        return true;
    hello = room <= MOST_HELLO ? memory_alloc(memory, room) : NULL;
    if (!hello)
        return false;
    if (records->hello)
        memcpy(hello, records->hello, records->hello_size);
    memory_free(memory, records->hello, records->hello_room);
    records->hello = hello;
    records->hello_room = room;
    return true;
}

/* Takes what a handshake record carries, which may be a part of a message. True once it is a
 * complete ClientHello. */
static bool take_hello(struct tls_records *records, const uint8_t *bytes, size_t size,
                       struct memory *memory)
{
    while (size > 0) {
        size_t step;

        if (!reserve_hello(records, memory) ||
            (records->hello_size > 0 && records->hello[0] != CLIENT_HELLO)) {
            drop_hello(records, memory);
            return false;
        }
        if (records->hello_size == records->hello_room)
            return true;
        step = records->hello_room - records->hello_size;
        step = step < size ? step : size;
        memcpy(records->hello + records->hello_size, bytes, step);
        records->hello_size += (uint32_t)step;
        bytes += step;
        size -= step;
    }
    return records->hello_size > HANDSHAKE_HEADER && records->hello_size == records->hello_room;
}

/* ---- Records ---- */

static void end_record(struct tls_records *records, struct exchange_hints *hints)
{
    const uint8_t type = records->header[0];

    hints->is_tls = true;
    hints->has_tls_alert |= type == ALERT;
    hints->has_tls_handshake |= type == HANDSHAKE;
    hints->has_tls_data |= type == DATA;
    records->header_size = 0;
}

static size_t take_header(struct tls_records *records, const uint8_t *bytes, size_t size)
{
    size_t step = TLS_HEADER_BYTES - records->header_size;

    step = step < size ? step : size;
    memcpy(records->header + records->header_size, bytes, step);
    records->header_size += (uint8_t)step;
    records->is_wrong = !is_header(records->header, records->header_size);
    if (records->header_size == TLS_HEADER_BYTES)
        records->rest = (uint16_t)two(records->header + 3);
    return step;
}

static void take_name(struct tls_records *records, struct memory *memory, char **name,
                      size_t *name_size)
{
    const struct words words = tls_server_name(records->hello, records->hello_size);
    struct words kept;

    if (words.bytes && !*name && words_keep(&kept, words, memory) == 0) {
        *name = (char *)kept.bytes;
        *name_size = kept.size;
    }
    drop_hello(records, memory);
}

bool tls_records_take(struct tls_records *records, const uint8_t *bytes, size_t size,
                      struct exchange_hints *hints, struct memory *memory, char **name,
                      size_t *name_size)
{
    while (size > 0 && !records->is_wrong) {
        size_t step;

        if (records->header_size < TLS_HEADER_BYTES) {
            step = take_header(records, bytes, size);
        } else {
            step = records->rest < size ? records->rest : size;
            records->rest = (uint16_t)(records->rest - step);
            if (records->header[0] != HANDSHAKE)
                records->is_past_hello = true;
            if (!records->is_past_hello && take_hello(records, bytes, step, memory))
                take_name(records, memory, name, name_size);
            if (records->rest == 0)
                end_record(records, hints);
        }
        bytes += step;
        size -= step;
    }
    return !records->is_wrong;
}

bool tls_records_skip(struct tls_records *records, uint32_t size, struct exchange_hints *hints,
                      struct memory *memory)
{
    if (records->header_size < TLS_HEADER_BYTES || size > records->rest ||
        (size == records->rest && !hints))
        return false;
    records->rest = (uint16_t)(records->rest - size);
    drop_hello(records, memory);
    if (records->rest == 0)
        end_record(records, hints);
    return true;
}

void tls_records_clear(struct tls_records *records, struct memory *memory)
{
    drop_hello(records, memory);
    *records = (struct tls_records){0};
}
