/* fuzz_http_reader.c - any bytes as the payload of a few connections
 *
 * Each packet is as segments.h makes it, or, since that hardly ever meets the bytes before it, the
 * next one of a conversation, with a payload of its own. What the reader says is used as the
 * program does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "http_reader.h"

#include "segments.h"

enum { MOST_BYTES = 1 << 20, CONNECTIONS = 3 };

struct fixture {
    struct connmon *core;
    struct http_reader *reader;
    struct exchanges *exchanges;
    uint32_t next[CONNECTIONS][2]; /* seqnos */
    uint64_t packet;
    int64_t now;
};

/* All that is pointed to can be read. */
static void check_words(struct words words)
{
    volatile char sum = 0;

    check(words.bytes || words.size == 0);
    for (size_t i = 0; i < words.size; i++)
        sum = (char)(sum + words.bytes[i]);
    (void)sum;
}

static void check_hints(const struct exchange_hints *hints)
{
    check_words(hints->tls_name);
    check(!hints->is_selected);
    check(hints->is_tls ||
          !(hints->has_tls_alert || hints->has_tls_data || hints->has_tls_handshake));
    check(!hints->is_tls || hints->message_count == 0);
    for (size_t i = 0; i < hints->message_count; i++) {
        const struct message_facts *facts = &hints->messages[i].facts;

        check(hints->messages[i].is_answer == (facts->status != 0));
        check(hints->messages[i].is_answer == !facts->method.bytes);
        check(!facts->body.bytes || facts->body.size == facts->body_bytes);
        check_words(facts->method);
        check_words(facts->host);
        check_words(facts->path);
        check_words(facts->content_type);
        check_words(facts->content_coding);
        check_words(facts->transfer_coding);
        check_words(facts->body);
    }
}

/* The next packet of a conversation, mostly; its head tells what is odd about it. */
static struct connmon_segment converse(struct fixture *f, struct input *in, uint8_t head)
{
    const unsigned connection = (head >> 1) % CONNECTIONS, from = head & 1;
    const uint8_t odd = take(in);
    struct connmon_segment segment = {
        .time_ns = f->now += 1000000,
        .packet = f->packet,
        .src = {.addr_len = 4, .port = from ? 80 : (uint16_t)(40000 + connection)},
        .dst = {.addr_len = 4, .port = from ? (uint16_t)(40000 + connection) : 80},
        .payload_len = take(in),
        .flags = CONNMON_ACK,
        .ip_id = (uint16_t)f->packet,
    };
    uint32_t *next = &f->next[connection][from];

    segment.src.addr[0] = from ? 2 : 1;
    segment.dst.addr[0] = from ? 1 : 2;
    segment.seq = *next;
    segment.ack = f->next[connection][!from];
    if (odd >= 0xf0) /* once more, too early, or never: the byte before tells how far off it is */
        segment.seq += (uint32_t)(odd & 1 ? (odd & 6) * 20 : -(odd & 6) * 20);
    else
        *next += segment.payload_len;
    if (odd == 1)
        segment.flags |= CONNMON_FIN;
    if (odd == 2)
        segment.flags |= CONNMON_RST;
    if (odd == 3)
        segment.flags = CONNMON_SYN;
    if (odd == 4)
        *next += 30; /* which the capture lacks */
    *next += odd == 1 || odd == 3;
    return segment;
}

static void take_packet(struct fixture *f, struct input *in)
{
    const uint8_t head = take(in);
    struct connmon_observation seen;
    struct connmon_segment segment;
    struct exchange_hints hints;
    size_t captured;
    uint8_t *payload;

    f->packet++;
    segment = head >= 0xe0 ? take_segment(in, f->packet, &f->now) : converse(f, in, head);
    captured = segment.payload_len;
    if (head & 0x10 && captured > 20)
        captured -= 20;
    payload = take_bytes(in, &captured);
    if (connmon_process(f->core, &segment, &seen.result) == CONNMON_OK) {
        connmon_observe(&seen, &segment);
        http_reader_read(f->reader, &seen, &segment, payload, captured, &hints);
        free(payload);
        payload = NULL;
        check_hints(&hints);
        exchanges_add(f->exchanges, &seen, &hints);
    }
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    const uint8_t head = take(&in);
    const struct http_reader_config config = {
        .connections = head & 1 ? 2 : 0,
        .bytes = head & 2 ? MOST_BYTES : 0,
        .early_bytes = head & 4 ? 100 : 10000,
        .body_bytes = head & 8 ? 100 : 100000,
        .has_bodies = head & 16,
    };
    const struct exchanges_limits limits = {.exchanges = 64, .bytes = MOST_BYTES};
    struct fixture f = {
        .core = connmon_new(NULL),
        .reader = http_reader_new(&config),
        .exchanges = exchanges_new(&limits, NULL, NULL),
    };

    check(f.core && f.reader && f.exchanges);
    while (in.size > 0)
        take_packet(&f, &in);
    exchanges_finish(f.exchanges);
    http_reader_reset(f.reader);
    check(http_reader_losses(f.reader).dropped == 0);
    exchanges_free(f.exchanges);
    http_reader_free(f.reader);
    connmon_free(f.core);
    return 0;
}
