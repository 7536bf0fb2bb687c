/* exchanges.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "exchanges.h"

#include <stdlib.h>
#include <string.h>

#include "turns.h"

enum {
    ASKING,    /* the role of the client */
    ANSWERING, /* of the server */
    FIRST_CAPACITY = 64,
    STATUS_SWITCHING = 101,
    STATUS_OK = 200,
};

/* A connection. */
struct talk {
    uint32_t stream, connection;
    struct connmon_endpoint ends[2]; /* by role, as all that follows */
    struct transfer open[2];         /* what has been sent since the latest message ended */
    int64_t rtt_min[2];              /* valid if has_rtt */
    bool has_rtt[2];
    struct exchange *waiting;  /* the oldest that has no answer yet; NULL: none */
    struct exchange *latest;   /* that was asked */
    struct exchange *answered; /* the latest that has an answer */
    struct words tls_name;
    uint32_t requests;
    uint8_t speaker; /* direction; valid if has_speaker */
    bool has_speaker;
    bool has_messages; /* a protocol tells where they end */
    bool is_tls;
};

struct exchanges {
    struct memory memory;
    struct exchanges_limits limits;
    exchanges_sink *sink; /* NULL: all are kept */
    void *to;
    struct connection_map talks;
    struct exchange **kept;
    size_t kept_capacity;
    size_t count; /* of exchanges that are held now */
    uint64_t dropped;
};

static void free_exchange(struct exchanges *all, struct exchange *exchange)
{
    exchange_clear(exchange, &all->memory);
    memory_free(&all->memory, exchange, sizeof(*exchange));
    all->count--;
}

/* Room for one more exchange that is kept. False, and nothing changed, without memory. */
static bool reserve(struct exchanges *all)
{
    const size_t capacity = all->kept_capacity ? 2 * all->kept_capacity : FIRST_CAPACITY;
    struct exchange **kept;

    if (all->count < all->kept_capacity)
        return true;
    kept = memory_grow(&all->memory, all->kept, all->kept_capacity * sizeof(struct exchange *),
                       capacity * sizeof(struct exchange *));
    if (!kept)
        return false;
    all->kept = kept;
    all->kept_capacity = capacity;
    return true;
}

/* A packet with the hints that came with it. */
struct packet {
    const struct connmon_observation *seen;
    const struct exchange_hints *hints;
    int role; /* of its sender */
};

static void extend(const struct talk *talk, struct transfer *transfer, const struct packet *packet)
{
    transfer_extend(transfer, packet->seen,
                    talk->has_rtt[packet->role] ? &talk->rtt_min[packet->role] : NULL);
    transfer->has_tls_handshake |= packet->hints->has_tls_handshake;
    transfer->has_tls_data |= packet->hints->has_tls_data;
    transfer->is_selected |= packet->hints->is_selected;
}

static struct exchange *add_exchange(struct exchanges *all, const struct talk *talk)
{
    struct exchange *exchange = NULL;

    if ((all->limits.exchanges == 0 || all->count < all->limits.exchanges) &&
        (all->sink || reserve(all)))
        exchange = memory_alloc(&all->memory, sizeof(*exchange));
    if (!exchange) {
        all->dropped++;
        return NULL;
    }
    if (!all->sink)
        all->kept[all->count] = exchange;
    all->count++;
    exchange->stream = talk->stream;
    exchange->connection = talk->connection;
    exchange->client = talk->ends[ASKING];
    exchange->server = talk->ends[ANSWERING];
    all->dropped += words_keep(&exchange->tls_name, talk->tls_name, &all->memory);
    exchange->is_tls = talk->is_tls;
    exchange->is_http = talk->has_messages;
    return exchange;
}

/* Frees an exchange that was told. */
static void release(struct exchanges *all, struct talk *talk, struct exchange *exchange)
{
    if (talk->latest == exchange)
        talk->latest = NULL;
    free_exchange(all, exchange);
}

/* Nothing can change this exchange any more, and nobody needs to know of the one before it. */
static void tell(struct exchanges *all, struct talk *talk, struct exchange *exchange)
{
    if (!all->sink)
        return;
    all->sink(all->to, exchange);
    if (exchange->previous)
        release(all, talk, exchange->previous);
    exchange->previous = NULL;
}

static struct transfer take(struct talk *talk, int role)
{
    struct transfer transfer = talk->open[role];

    talk->open[role] = (struct transfer){0};
    return transfer;
}

/* An alert alone, such as the one that closes a session long after the last answer. */
static bool is_alert(const struct exchange_hints *hints)
{
    return hints->has_tls_alert && !hints->has_tls_data && !hints->has_tls_handshake;
}

/* In TLS, what carries neither data nor a handshake is no request. */
static bool is_request(const struct talk *talk, const struct transfer *transfer)
{
    return !talk->is_tls || transfer->has_tls_data || transfer->has_tls_handshake;
}

/* `facts` may be NULL: nobody knows any. */
static void end_request(struct exchanges *all, struct talk *talk, const struct message_facts *facts)
{
    const struct transfer request = take(talk, ASKING);
    struct exchange *exchange;

    if (!facts && !is_request(talk, &request))
        return;
    talk->requests++;
    exchange = add_exchange(all, talk);
    if (!exchange)
        return;
    exchange->number = talk->requests;
    exchange->request = request;
    if (facts)
        all->dropped += message_facts_keep(&exchange->asked, facts, &all->memory);
    if (talk->latest)
        talk->latest->next = exchange;
    talk->latest = exchange;
    if (!talk->waiting)
        talk->waiting = exchange;
}

static bool is_word(struct words words, const char *word)
{
    return words.size == strlen(word) && memcmp(words.bytes, word, words.size) == 0;
}

/* Behind such an answer the connection speaks another protocol (RFC 9110 sections 9.3.6, 15.2.2).
 */
static bool ends_http(const struct exchange *exchange)
{
    uint32_t status = exchange->answered.status;

    return status == STATUS_SWITCHING ||
           (status / 100 == 2 && is_word(exchange->asked.method, "CONNECT"));
}

/* An answer belongs to the oldest request that waits for one. */
static void end_answer(struct exchanges *all, struct talk *talk, const struct message_facts *facts)
{
    const struct transfer answer = take(talk, ANSWERING);
    struct exchange *exchange = talk->waiting;

    if (exchange)
        talk->waiting = exchange->next;
    else if (facts)
        exchange = add_exchange(all, talk); /* whose request was not captured */
    if (!exchange)                          /* a greeting */
        return;
    exchange->answer = answer;
    exchange->previous = talk->answered;
    if (talk->answered)
        tell(all, talk, talk->answered);
    talk->answered = exchange;
    if (facts) {
        exchange->is_http = true;
        all->dropped += message_facts_keep(&exchange->answered, facts, &all->memory);
        talk->has_messages = !ends_http(exchange);
    }
}

/* An answer such as "100 Continue" is not the one that was asked for. */
static bool is_interim(const struct message_facts *facts)
{
    return facts->status >= 100 && facts->status < STATUS_OK && facts->status != STATUS_SWITCHING;
}

static void end_messages(struct exchanges *all, struct talk *talk, const struct packet *packet)
{
    for (size_t i = 0; i < packet->hints->message_count; i++) {
        const struct message *message = &packet->hints->messages[i];
        struct transfer *open = &talk->open[message->is_answer ? ANSWERING : ASKING];

        if (open->packets == 0) /* several in one packet */
            extend(talk, open, packet);
        open->is_selected |= packet->hints->is_selected; /* a FIN may end it */
        if (!message->is_answer)
            end_request(all, talk, &message->facts);
        else if (is_interim(&message->facts))
            take(talk, ANSWERING);
        else
            end_answer(all, talk, &message->facts);
    }
}

static bool brings_something_new(const struct connmon_result *result)
{
    return result->seq_gap + (int64_t)result->payload_len > 0;
}

/* Resent payload of a message that had ended: its receiver could not act before that. The message
 * is found where it ended first. */
static void resend(const struct talk *talk, const struct packet *packet)
{
    struct transfer *transfer = NULL;
    uint64_t end;

    if (packet->role == ASKING && talk->waiting)
        transfer = &talk->latest->request;
    else if (packet->role == ANSWERING && talk->answered)
        transfer = &talk->answered->answer;
    if (!transfer || transfer->packets == 0)
        return;
    end = transfer->last_packet;
    transfer_stall(transfer, packet->seen->stall_ns);
    extend(talk, transfer, packet);
    transfer->last_packet = end;
}

static void add_payload(struct exchanges *all, struct talk *talk, const struct packet *packet,
                        enum turn_step step)
{
    struct transfer *open = &talk->open[packet->role];

    if (step == TURN_BEGINS && !talk->has_messages) {
        if (packet->role == ANSWERING && talk->open[ASKING].packets > 0)
            end_request(all, talk, NULL);
        if (packet->role == ASKING && talk->open[ANSWERING].packets > 0)
            end_answer(all, talk, NULL);
    }
    if (open->packets > 0 || brings_something_new(&packet->seen->result))
        extend(talk, open, packet);
    else
        resend(talk, packet);
}

/* Of several requests that wait, nobody knows which one the next answer belongs to. */
static void lose_messages(struct exchanges *all, struct talk *talk)
{
    struct exchange *next;

    talk->has_messages = false;
    if (!talk->waiting || !talk->waiting->next)
        return;
    for (struct exchange *waiting = talk->waiting; waiting && all->sink; waiting = next) {
        next = waiting->next;
        tell(all, talk, waiting);
        release(all, talk, waiting);
    }
    talk->waiting = NULL;
}

static void take_hints(struct exchanges *all, struct talk *talk, const struct exchange_hints *hints)
{
    if (hints->has_lost_messages && talk->has_messages)
        lose_messages(all, talk);
    else
        talk->has_messages |= hints->message_count > 0 && !hints->has_lost_messages;
    talk->is_tls |= hints->is_tls;
    if (hints->tls_name.bytes && !talk->tls_name.bytes)
        all->dropped += words_keep(&talk->tls_name, hints->tls_name, &all->memory);
}

static void take_place(struct talk *talk, const struct packet *packet)
{
    const struct connmon_observation *seen = packet->seen;

    talk->stream = seen->discriminator;
    talk->connection = seen->result.connection;
    talk->ends[packet->role] = seen->src;
    talk->ends[!packet->role] = seen->dst;
    if (!seen->result.tsval.present && !seen->result.seqno.present)
        return;
    talk->rtt_min[packet->role] = seen->result.rtt_min_ns;
    talk->has_rtt[packet->role] = true;
}

/* Tells what is left of a connection that has ended, or only frees it. */
static void tell_rest(struct exchanges *all, struct talk *talk, bool tells)
{
    struct exchange *next;

    if (talk->answered) {
        if (tells)
            tell(all, talk, talk->answered);
        if (talk->answered->previous)
            release(all, talk, talk->answered->previous);
        release(all, talk, talk->answered);
    }
    for (struct exchange *waiting = talk->waiting; waiting; waiting = next) {
        next = waiting->next;
        if (tells)
            tell(all, talk, waiting);
        release(all, talk, waiting);
    }
    talk->answered = talk->waiting = NULL;
}

/* Nothing more will come. */
static void end_talk(struct exchanges *all, struct talk *talk)
{
    if (talk->open[ANSWERING].packets > 0 && talk->waiting)
        end_answer(all, talk, NULL);
    if (talk->open[ASKING].packets > 0)
        end_request(all, talk, NULL);
    if (talk->open[ANSWERING].packets > 0)
        end_answer(all, talk, NULL);
    if (all->sink)
        tell_rest(all, talk, true);
}

static void drop_talk(void *owner, void *entry)
{
    struct exchanges *all = owner;
    struct talk *talk = entry;

    if (all->sink)
        tell_rest(all, talk, false);
    words_drop(&talk->tls_name, &all->memory);
}

static void forget_talk(void *owner, void *entry)
{
    end_talk(owner, entry);
    drop_talk(owner, entry);
}

struct exchanges *exchanges_new(const struct exchanges_limits *limits, exchanges_sink *sink,
                                void *to)
{
    struct exchanges *all = calloc(1, sizeof(*all));

    if (!all)
        return NULL;
    all->limits = *limits;
    all->sink = sink;
    all->to = to;
    memory_init(&all->memory, limits->bytes);
    connection_map_init(&all->talks, &all->memory, sizeof(struct talk), limits->connections);
    all->talks.end = forget_talk;
    all->talks.owner = all;
    return all;
}

void exchanges_reset(struct exchanges *all)
{
    all->talks.end = drop_talk;
    connection_map_clear(&all->talks);
    all->talks.end = forget_talk;
    while (all->count > 0) /* those that are kept */
        free_exchange(all, all->kept[all->count - 1]);
    memory_free(&all->memory, all->kept, all->kept_capacity * sizeof(struct exchange *));
    memory_release(&all->memory);
    all->kept = NULL;
    all->kept_capacity = 0;
    all->dropped = 0;
}

void exchanges_free(struct exchanges *all)
{
    if (!all)
        return;
    exchanges_reset(all);
    free(all);
}

/* A new connection between the same ports. */
static void begin_anew(struct exchanges *all, struct talk *talk)
{
    uint32_t requests;

    end_talk(all, talk);
    requests = talk->requests;
    words_drop(&talk->tls_name, &all->memory);
    *talk = (struct talk){.requests = requests};
}

void exchanges_add(struct exchanges *all, const struct connmon_observation *seen,
                   const struct exchange_hints *hints)
{
    const struct packet packet = {
        .seen = seen,
        .hints = hints,
        .role = seen->result.side == CONNMON_SERVER ? ANSWERING : ASKING,
    };
    struct talk *talk;
    enum turn_step step;

    if (seen->result.is_copy)
        return;
    talk = connection_map_use(&all->talks, seen->result.connection);
    if (!talk) {
        all->dropped++;
        return;
    }
    if (turn_is_void(&seen->result, seen->flags))
        begin_anew(all, talk);
    take_place(talk, &packet);
    take_hints(all, talk, hints);
    transfer_stall(&talk->open[ASKING], seen->stall_ns);
    transfer_stall(&talk->open[ANSWERING], seen->stall_ns);
    step = turn_step(&seen->result, seen->flags,
                     talk->has_speaker && talk->speaker == seen->result.direction);
    if (step != TURN_UNTOUCHED && !is_alert(hints)) {
        talk->has_speaker = true;
        talk->speaker = seen->result.direction;
        add_payload(all, talk, &packet, step);
    }
    talk->has_messages |= hints->message_count > 0;
    end_messages(all, talk, &packet);
    if (all->sink)
        connection_map_fit(&all->talks, seen->result.connection);
}

void exchanges_finish(struct exchanges *all)
{
    size_t count;
    uint32_t *serials = connection_map_serials(&all->talks, &count);

    for (size_t i = 0; i < count; i++)
        end_talk(all, connection_map_find(&all->talks, serials[i]));
    memory_free(&all->memory, serials, (count + 1) * sizeof(*serials));
}

struct exchange *const *exchanges_all(const struct exchanges *all, size_t *count)
{
    *count = all->count;
    return all->kept;
}

struct connection_losses exchanges_losses(const struct exchanges *all)
{
    return (struct connection_losses){.forgotten = all->talks.evicted, .dropped = all->dropped};
}
