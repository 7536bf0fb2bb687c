/* exchanges.h - the requests and answers of a capture
 *
 * Requests and answers are told by the direction of payload, as the core's turns are, until a
 * protocol shows where its messages end: then by these, in order, so that pipelined ones are told
 * apart. Where the capture lacks so much that it cannot show that any more, they are told by
 * direction again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EXCHANGES_H
#define CONNMON_EXCHANGES_H

#include "connection_map.h"
#include "exchange.h"
#include "observation.h"

struct exchanges;

/* A message that ends in a packet. */
struct message {
    bool is_answer;
    struct message_facts facts;
};

/* What the protocols in a packet say of it; all bytes zero: nothing. */
struct exchange_hints {
    const struct message *messages; /* of HTTP, in order */
    size_t message_count;
    struct words tls_name;
    bool has_tls_handshake, has_tls_data; /* records of these kinds end here */
    bool is_tls;                          /* records of any kind do */
    bool has_tls_alert;
    bool has_lost_messages; /* nobody knows any more where messages end; those that end here follow
                               after that */
    bool is_selected;       /* the exchange is to be counted */
};

/* Beyond `connections`, or near `bytes`, a connection that had no packet for long is forgotten, and
 * what it has in progress ends. What that cannot help, and what is beyond `exchanges` that are held
 * at a time, is counted, not kept. 0: no limit. */
struct exchanges_limits {
    uint32_t connections;
    size_t exchanges, bytes;
};

/* Where exchanges go as they end: then nothing can change them any more. They are valid only during
 * the call. */
typedef void exchanges_sink(void *to, const struct exchange *exchange);

/* Empty; `limits` is copied. Each exchange goes to `sink` with `to`, or if that is NULL, all are
 * kept. Free with exchanges_free(). NULL if there is no memory. */
struct exchanges *exchanges_new(const struct exchanges_limits *limits, exchanges_sink *sink,
                                void *to);
void exchanges_free(struct exchanges *all);

/* Forgets everything. */
void exchanges_reset(struct exchanges *all);

/* Takes the next TCP packet. What `hints` point to is copied. */
void exchanges_add(struct exchanges *all, const struct connmon_observation *seen,
                   const struct exchange_hints *hints);

/* Ends what is in progress: requests that wait for an answer, answers that may not be whole. To be
 * called after the last packet. */
void exchanges_finish(struct exchanges *all);

/* All exchanges that are kept, in the order in which their requests ended. Owned by `all`, until it
 * is changed. */
struct exchange *const *exchanges_all(const struct exchanges *all, size_t *count);

/* Connections that were forgotten; messages, texts and packets that a limit, or want of memory, has
 * dropped. */
struct connection_losses exchanges_losses(const struct exchanges *all);

#endif
