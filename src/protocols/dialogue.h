/* dialogue.h - a connection that speaks HTTP or TLS, as far as its bytes are known
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DIALOGUE_H
#define CONNMON_DIALOGUE_H

#include "message_parser.h"
#include "reassembly.h"
#include "tls_records.h"

enum dialogue_outcome {
    DIALOGUE_GOES_ON,
    DIALOGUE_OTHER, /* it speaks neither, or no more */
    DIALOGUE_LOST,  /* it speaks HTTP, but nobody knows where messages end */
};

enum dialogue_protocol { DIALOGUE_UNDECIDED, DIALOGUE_HTTP, DIALOGUE_TLS };

/* One direction of it. */
struct dialogue_side {
    struct message_parser *parser; /* of HTTP; NULL: nothing came yet */
    struct tls_records tls;
    uint32_t acked; /* the highest ackno that its sender was sent; if has_acked */
    uint32_t end;   /* seqno of its FIN; if has_end */
    bool has_acked, has_end;
    bool is_over; /* nothing more will come */
    bool is_lost; /* of TLS: until a record begins with a segment */
};

struct dialogue {
    struct dialogue_side sides[2]; /* by direction */
    struct message_requests requests;
    uint32_t slot; /* the streams of reassembly are 2 * slot and the next one */
    enum dialogue_protocol protocol;
    enum dialogue_outcome outcome;
    uint8_t asking;  /* the direction of requests; if of HTTP */
    bool has_spoken; /* a message or record has ended */
};

/* The place of a dialogue, by which reassembly knows it. */
struct dialogue_slot {
    struct dialogue *dialogue; /* NULL: free */
    uint32_t next_free;        /* the next one that is free, plus 1; 0: none */
};

/* What all dialogues share. */
struct dialogues {
    struct memory memory;
    struct message_config config;
    struct messages messages; /* that ended in the current packet */
    struct reassembly *reassembly;
    struct dialogue_slot *slots;
    uint32_t slot_room, first_free; /* the latter plus 1; 0: none */
    uint64_t dropped;
    /* The packet that is being read. */
    struct dialogue *current;
    struct exchange_hints *hints;
    char *name; /* that TLS asked for in it; NULL: none */
    size_t name_size;
};

/* A packet in a dialogue. */
struct dialogue_packet {
    const struct connmon_segment *segment;
    const uint8_t *payload;
    uint32_t captured; /* of the payload */
    uint8_t direction;
    bool has_payload; /* that is an application's */
    bool is_new;      /* it carries what its flow had not carried before */
};

/* Limits as in struct http_reader_config. False: no memory. */
bool dialogues_init(struct dialogues *all, size_t bytes, size_t early_bytes, uint64_t body_bytes,
                    bool has_bodies);

/* To be called once all dialogues were freed. The former leaves `all` as dialogues_init() does. */
void dialogues_reset(struct dialogues *all);
void dialogues_clear(struct dialogues *all);

/* Gives back what the hints of the packet before point to. */
void dialogues_forget_packet(struct dialogues *all);

/* Whether these bytes may begin one. */
bool dialogue_begins(const uint8_t *bytes, size_t size);

/* NULL: no memory. */
struct dialogue *dialogue_new(struct dialogues *all);
void dialogue_free(struct dialogues *all, struct dialogue *dialogue);

/* Its bytes in this direction begin with that seqno. */
void dialogue_begin(struct dialogues *all, const struct dialogue *dialogue, uint8_t direction,
                    uint32_t seqno);

/* Takes the next packet; adds to `hints` what has ended in it. Unless it goes on, the dialogue is
 * to be freed. */
enum dialogue_outcome dialogue_take(struct dialogues *all, struct dialogue *dialogue,
                                    const struct dialogue_packet *packet,
                                    struct exchange_hints *hints);

#endif
