/* message_parser.h - one direction of HTTP/1.0 and 1.1 (RFC 9112), message by message
 *
 * Grammar and framing are http-parser's; here is what a message says, its body, and what an answer
 * owes to its request: those to HEAD have no body, and one to CONNECT ends HTTP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_MESSAGE_PARSER_H
#define CONNMON_MESSAGE_PARSER_H

#include "body.h"
#include "messages.h"

enum message_outcome {
    MESSAGE_GOES_ON,
    MESSAGE_UPGRADED, /* another protocol follows (RFC 9110 sections 9.3.6, 15.2.2) */
    MESSAGE_WRONG,    /* no HTTP, or what may be taken in two ways */
};

enum { MESSAGE_MOST_SPECIAL = 16 };

/* The requests of a connection that wait for their answers. All bytes zero: none yet. */
struct message_requests {
    uint32_t asked, answered; /* modulo 2^32 */
    struct {
        uint32_t number;             /* of the request */
        bool is_connect;             /* else it is HEAD */
    } special[MESSAGE_MOST_SPECIAL]; /* those whose answers have no body, oldest first */
    uint8_t special_count;
};

/* What all parsers of a reader share. */
struct message_config {
    struct body_config body;
    struct messages *messages; /* where those go that have ended */
    uint64_t *dropped;         /* counts texts, bodies and messages that a limit has dropped */
};

struct message_parser;

/* Whether the bytes, the first of a stream, may begin a message; `*is_answer` tells which. Few
 * bytes, such as "GE", may. Always false where connmon was built without http-parser. */
bool message_begins(const uint8_t *bytes, size_t size, bool *is_answer);

/* A parser at the beginning of a message. `config` and `requests` outlive it. NULL: no memory. */
struct message_parser *message_parser_new(const struct message_config *config,
                                          struct message_requests *requests, bool is_answer);
void message_parser_free(struct message_parser *parser);

/* Takes the next bytes of the direction. Not to be called again unless it goes on. */
enum message_outcome message_parser_take(struct message_parser *parser, const uint8_t *bytes,
                                         size_t size);

/* Goes over so many bytes that were not captured, if they all lie within one body, or one chunk of
 * it: else nobody knows where messages end. They may end the body only if `may_end`: the packet
 * that they were sent in is there. */
enum message_outcome message_parser_skip(struct message_parser *parser, uint32_t size,
                                         bool may_end);

/* The direction has ended: so does a message that only this ends. */
enum message_outcome message_parser_end(struct message_parser *parser);

#endif
