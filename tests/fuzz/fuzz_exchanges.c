/* fuzz_exchanges.c - any bytes as packets, and as what HTTP and TLS say of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "listing.h"

#include <string.h>

#include "segments.h"

enum { MOST_MESSAGES = 3, MOST_WORDS = 8 };

/* The hints of a packet, and what they point to, which is freed once they were taken. */
struct telling {
    struct exchange_hints hints;
    struct message messages[MOST_MESSAGES];
    uint8_t *words[MOST_MESSAGES * MOST_WORDS];
    size_t count;
};

static struct words take_words(struct input *in, struct telling *telling)
{
    size_t size = take(in) % 24;
    uint8_t *bytes;

    if (size == 0 || telling->count == sizeof(telling->words) / sizeof(telling->words[0]))
        return (struct words){0};
    size--; /* "" is not the same as none */
    bytes = take_bytes(in, &size);
    telling->words[telling->count++] = bytes;
    return (struct words){(const char *)bytes, size};
}

static struct message take_message(struct input *in, struct telling *telling)
{
    static const uint32_t statuses[] = {0, 100, 101, 200, 204, 302, 404, 503, UINT32_MAX};
    const uint8_t head = take(in);
    struct message message = {.is_answer = head & 1};
    struct message_facts *facts = &message.facts;

    facts->method = head & 2 ? (struct words){"CONNECT", 7} : take_words(in, telling);
    facts->host = take_words(in, telling);
    facts->path = take_words(in, telling);
    facts->status = statuses[take(in) % 9];
    facts->content_type = take_words(in, telling);
    if (head & 4)
        facts->body = take_words(in, telling);
    facts->has_coded_bytes = head & 8;
    facts->has_body_bytes = head & 16;
    facts->coded_bytes = head & 32 ? UINT64_MAX : take(in);
    facts->body_bytes = take(in);
    return message;
}

static void take_hints(struct input *in, struct telling *telling)
{
    const uint8_t head = take(in), messages = take(in);

    *telling = (struct telling){0};
    telling->hints.has_tls_handshake = head & 1;
    telling->hints.has_tls_data = head & 2;
    telling->hints.has_tls_alert = head & 4;
    telling->hints.is_tls = head & 7;
    telling->hints.is_selected = head & 8;
    telling->hints.has_lost_messages = head & 32;
    if (head & 16)
        telling->hints.tls_name = take_words(in, telling);
    if (messages < 128)
        return;
    telling->hints.messages = telling->messages;
    telling->hints.message_count = messages % (MOST_MESSAGES + 1);
    for (size_t i = 0; i < telling->hints.message_count; i++)
        telling->messages[i] = take_message(in, telling);
}

static void check_transfer(const struct transfer *transfer)
{
    check(transfer->packets > 0 || transfer->bytes == 0);
    check(transfer->resent_bytes <= transfer->bytes);
    check(!transfer->has_time || transfer->last_time >= transfer->first_time);
}

static void check_exchange(const struct exchange *exchange)
{
    const struct anatomy a = exchange_anatomy(exchange);

    check_transfer(&exchange->request);
    check_transfer(&exchange->answer);
    check(exchange_kind(exchange) < EXCHANGE_KIND_COUNT);
    if (!a.is_known)
        return;
    check(a.client >= 0 && a.request >= 0 && a.queued >= 0 && a.network >= 0);
    check(a.think >= 0 && a.answer >= 0 && a.stalled >= 0);
    check(a.request + a.queued + a.network + a.think + a.answer + a.stalled == a.total);
    check(a.client + a.total == a.whole);
}

/* Counts lines. */
static void sink(void *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        *(size_t *)to += text[i] == '\n';
}

static void check_listing(const struct exchanges *all, struct sums *sums, size_t count)
{
    for (enum listing_format format = LISTING_TEXT; format <= LISTING_CSV; format++) {
        size_t lines[2] = {0};

        check(listing_write_http(all, format, true, 100, sink, &lines[0]));
        check(listing_write_sums(sums, format, 100, sink, &lines[1]));
        check(format != LISTING_JSON || (lines[0] <= count && lines[1] <= count));
        check(format != LISTING_CSV || (lines[0] <= count + 1 && lines[1] <= count + 1));
    }
}

static void sum_up(void *sums, const struct exchange *exchange)
{
    check_exchange(exchange);
    sums_add(sums, exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct exchanges_limits limits[] = {{0}, {.exchanges = 3}, {.bytes = 100000}};
    struct input in = {.data = data, .size = size};
    const struct exchanges_limits *limit = &limits[take(&in) % 3];
    struct connmon_config config = connmon_config_default();
    struct connmon *core;
    const struct exchanges_limits few = {.connections = 2, .bytes = 100000};
    struct sums *sums = sums_new(limit->exchanges != 0 ? 2 : 0);
    struct exchanges *all = exchanges_new(limit, NULL, NULL);
    struct exchanges *passing = exchanges_new(limit->exchanges != 0 ? &few : limit, sum_up, sums);
    struct exchange *const *exchanges;
    uint64_t packet = 0;
    size_t count;
    int64_t now = 0;

    config.max_age_ns = take(&in) & 1 ? INT64_MAX : config.max_age_ns;
    core = connmon_new(&config);
    check(core && all && passing && sums);
    while (in.size > 0) {
        struct connmon_observation seen;
        struct telling telling;

        check(take_observation(&in, core, ++packet, &now, &seen));
        seen.stall_ns = take(&in) > 250 ? INT64_MAX : 0;
        take_hints(&in, &telling);
        exchanges_add(all, &seen, &telling.hints);
        exchanges_add(passing, &seen, &telling.hints);
        for (size_t i = 0; i < telling.count; i++)
            free(telling.words[i]);
    }
    exchanges_finish(all);
    exchanges_finish(passing);
    exchanges = exchanges_all(all, &count);
    check(limit->exchanges == 0 || count <= limit->exchanges);
    for (size_t i = 0; i < count; i++)
        check_exchange(exchanges[i]);
    check_listing(all, sums, count);
    exchanges_free(all);
    exchanges_free(passing);
    sums_free(sums);
    connmon_free(core);
    return 0;
}
