/* exchange.h - one request with its answer, and what its time went into
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EXCHANGE_H
#define CONNMON_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connmon.h"
#include "memory.h"
#include "observation.h"

/* Payload of one message, as it passed the capture point. All bytes zero: none was seen. */
struct transfer {
    int64_t first_time, last_time; /* of its first and last packet; if has_time */
    int64_t stalled;               /* what of the time between them were stalls (stall.h) */
    int64_t stalled_since;         /* and what of the time since the last one */
    int64_t network; /* at its first packet: smallest delay so far on its sender's side;
                        if has_network */
    uint64_t first_packet, last_packet; /* the latter is not moved by what is resent later */
    uint64_t bytes;                     /* payload, with what was resent */
    uint64_t resent_bytes;              /* of these */
    uint32_t packets;                   /* 0: not seen */
    bool has_time; /* all its packets had one, and none was before the one before */
    bool has_network;
    bool has_tls_handshake, has_tls_data; /* records of these kinds ended in it */
    bool is_selected;                     /* a packet of it was, see exchanges.h */
};

enum exchange_kind {
#define EXCHANGE_KIND(constant, name, meaning) constant,
#include "kinds.def"
    EXCHANGE_KIND_COUNT
};

/* A text of the capture: any bytes, which its owner keeps. NULL: absent. */
struct words {
    const char *bytes;
    size_t size;
};

/* What a protocol says of a message; what it does not say is absent. */
struct message_facts {
    struct words method, host, path; /* of a request */
    uint32_t status;                 /* of an answer; 0: unknown */
    struct words content_type, content_coding, transfer_coding;
    struct words body;                /* decoded; kept only on request */
    uint64_t coded_bytes, body_bytes; /* of the body: as it was sent, and decoded */
    bool has_coded_bytes, has_body_bytes;
};

struct exchange {
    uint32_t stream;     /* discriminator of its connection */
    uint32_t connection; /* serial number */
    uint32_t number;     /* in its connection, from 1; 0: its request was not seen */
    struct connmon_endpoint client, server;
    struct transfer request, answer;
    bool is_http, is_tls;
    struct message_facts asked, answered;
    struct words tls_name;     /* of the server, as the client gave it (RFC 6066) */
    struct exchange *previous; /* whose answer came before this one's; NULL: none */
    struct exchange *next;     /* of the same connection; NULL: none yet */
};

/* The parts of an exchange, in ns. With all of them known, client + request + queued + network +
 * think + answer + stalled = whole, exactly. */
struct anatomy {
    int64_t client;  /* from the end of the answer before until this request begins */
    int64_t request; /* its first to its last byte, less stalls */
    int64_t queued;  /* the server was still sending the answer before (pipelining) */
    int64_t network; /* the server's side, at best */
    int64_t think;   /* the server's: from the last byte of the request, less the two above */
    int64_t answer;  /* its first to its last byte, less stalls */
    int64_t stalled; /* in both */
    int64_t total;   /* from the first byte of the request to the last of the answer */
    int64_t whole;   /* the same and `client` */
    bool is_known;   /* all of them but `network`, which is 0 if unknown, `think` then being its
                        upper bound */
    bool has_network;
};

/* One more packet of a message, with payload. `network` is the smallest delay so far on its
 * sender's side; NULL: none is known. */
void transfer_extend(struct transfer *transfer, const struct connmon_observation *seen,
                     const int64_t *network);

/* A stall of that length ended since the latest packet of the message. */
void transfer_stall(struct transfer *transfer, int64_t ns);

/* Copies what `from` says, texts included, into this memory. Returns how many texts there was no
 * memory for: they are absent. */
unsigned words_keep(struct words *words, struct words from, struct memory *memory);
unsigned message_facts_keep(struct message_facts *facts, const struct message_facts *from,
                            struct memory *memory);

/* Gives back the texts that an exchange keeps. */
void words_drop(struct words *words, struct memory *memory);
void exchange_clear(struct exchange *exchange, struct memory *memory);

/* Takes an exchange apart. Nothing is known of one that lacks request, answer or times. */
struct anatomy exchange_anatomy(const struct exchange *exchange);

/* Whether a packet of it was selected. */
static inline bool exchange_is_selected(const struct exchange *exchange)
{
    return exchange->request.is_selected || exchange->answer.is_selected;
}

enum exchange_kind exchange_kind(const struct exchange *exchange);

#endif
