/* exchange.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "exchange.h"

#include <string.h>

static int64_t at_least_0(int64_t ns)
{
    return ns > 0 ? ns : 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Times beyond it, some 146 years from 1970, are taken for damage. So differences fit. */
static const int64_t FARTHEST_NS = INT64_C(1) << 62;

void transfer_stall(struct transfer *transfer, int64_t ns)
{
    if (transfer->packets > 0)
        transfer->stalled_since += smaller(ns, FARTHEST_NS - transfer->stalled_since);
}

void transfer_extend(struct transfer *transfer, const struct connmon_observation *seen,
                     const int64_t *network)
{
    const int64_t time = seen->time_ns;
    const bool has_time = !seen->time_unknown && time > -FARTHEST_NS && time < FARTHEST_NS;

    if (transfer->packets == 0) {
        *transfer = (struct transfer){.first_time = time,
                                      .first_packet = seen->packet,
                                      .network = network ? *network : 0,
                                      .has_network = network != NULL,
                                      .has_time = has_time};
    } else {
        transfer->has_time &= has_time && time >= transfer->last_time;
        if (transfer->has_time)
            transfer->stalled += smaller(transfer->stalled_since, time - transfer->last_time);
    }
    transfer->stalled_since = 0;
    transfer->last_time = time;
    transfer->last_packet = seen->packet;
    transfer->packets++;
    transfer->bytes += seen->result.payload_len;
    transfer->resent_bytes += seen->result.resent_payload;
}

/* When the server had sent the answer before. */
static bool previous_end(const struct exchange *exchange, int64_t *time)
{
    const struct exchange *previous = exchange->previous;

    if (!previous || previous->answer.packets == 0 || !previous->answer.has_time)
        return false;
    *time = previous->answer.last_time;
    return true;
}

/* Between the request and the answer. The packets of a request that had to queue have been under
 * way meanwhile. */
static void take_wait_apart(const struct exchange *exchange, int64_t wait, struct anatomy *parts)
{
    const struct transfer *answer = &exchange->answer;
    int64_t end;

    if (previous_end(exchange, &end))
        parts->queued = smaller(at_least_0(end - exchange->request.last_time), wait);
    parts->has_network = answer->has_network;
    if (answer->has_network)
        parts->network = smaller(at_least_0(answer->network - parts->queued), wait - parts->queued);
    parts->think = wait - parts->queued - parts->network;
}

struct anatomy exchange_anatomy(const struct exchange *exchange)
{
    const struct transfer *request = &exchange->request, *answer = &exchange->answer;
    struct anatomy parts = {0};
    int64_t asked, end;

    if (request->packets == 0 || answer->packets == 0 || !request->has_time || !answer->has_time ||
        answer->last_time < request->last_time || answer->first_time < request->first_time)
        return parts;
    parts.is_known = true;
    /* A server that answers before it has the whole request is not waited for. */
    asked = smaller(request->last_time, answer->first_time);
    if (previous_end(exchange, &end))
        parts.client = at_least_0(request->first_time - end);
    take_wait_apart(exchange, answer->first_time - asked, &parts);
    parts.request = asked - request->first_time;
    parts.answer = answer->last_time - answer->first_time;
    parts.stalled = smaller(request->stalled, parts.request);
    parts.request -= parts.stalled;
    parts.answer -= answer->stalled;
    parts.stalled += answer->stalled;
    parts.total = answer->last_time - request->first_time;
    parts.whole = parts.client + parts.total;
    return parts;
}

enum exchange_kind exchange_kind(const struct exchange *exchange)
{
    if (exchange->is_http)
        return EXCHANGE_HTTP;
    if (!exchange->is_tls)
        return EXCHANGE_TURNS;
    return exchange->request.has_tls_handshake && !exchange->request.has_tls_data
               ? EXCHANGE_TLS_HANDSHAKE
               : EXCHANGE_TLS;
}

unsigned words_keep(struct words *words, struct words from, struct memory *memory)
{
    char *bytes = from.bytes ? memory_alloc(memory, from.size + 1) : NULL;

    *words = (struct words){0};
    if (!bytes)
        return from.bytes != NULL;
    memcpy(bytes, from.bytes, from.size);
    *words = (struct words){bytes, from.size};
    return 0;
}

void words_drop(struct words *words, struct memory *memory)
{
    memory_free(memory, (char *)words->bytes, words->size + 1);
    *words = (struct words){0};
}

unsigned message_facts_keep(struct message_facts *facts, const struct message_facts *from,
                            struct memory *memory)
{
    *facts = *from;
    return words_keep(&facts->method, from->method, memory) +
           words_keep(&facts->host, from->host, memory) +
           words_keep(&facts->path, from->path, memory) +
           words_keep(&facts->content_type, from->content_type, memory) +
           words_keep(&facts->content_coding, from->content_coding, memory) +
           words_keep(&facts->transfer_coding, from->transfer_coding, memory) +
           words_keep(&facts->body, from->body, memory);
}

static void facts_drop(struct message_facts *facts, struct memory *memory)
{
    words_drop(&facts->method, memory);
    words_drop(&facts->host, memory);
    words_drop(&facts->path, memory);
    words_drop(&facts->content_type, memory);
    words_drop(&facts->content_coding, memory);
    words_drop(&facts->transfer_coding, memory);
    words_drop(&facts->body, memory);
}

void exchange_clear(struct exchange *exchange, struct memory *memory)
{
    facts_drop(&exchange->asked, memory);
    facts_drop(&exchange->answered, memory);
    words_drop(&exchange->tls_name, memory);
}
