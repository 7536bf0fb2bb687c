/* test_http_reader.c - what HTTP and TLS say in the packets of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#include "http_reader.h"

enum { CLIENT_ISN = 1000, SERVER_ISN = 0xfffffff0 }; /* the latter wraps soon */

/* What was heard: "N:" before what ends in packet N, "?" before a request, "!" before an answer. */
struct talk {
    struct scenario scenario;
    struct http_reader *reader;
    struct exchange_hints hints;
    uint32_t next[2];
    uint32_t captured; /* of a payload, at most */
    char text[4000];
};

static struct talk *begin_with(const struct http_reader_config *config)
{
    static struct talk t;

    t = (struct talk){.scenario = scenario_begin(NULL),
                      .reader = http_reader_new(config),
                      .next = {CLIENT_ISN, SERVER_ISN},
                      .captured = UINT32_MAX};
    assert_non_null(t.reader);
    return &t;
}

static int begin(void **state)
{
    static const struct http_reader_config config = {.connections = 100,
                                                     .bytes = 4 << 20,
                                                     .early_bytes = 1 << 16,
                                                     .body_bytes = 1000,
                                                     .has_bodies = true};

    *state = begin_with(&config);
    return 0;
}

static int end(void **state)
{
    struct talk *t = *state;

    http_reader_free(t->reader);
    scenario_end(&t->scenario);
    return 0;
}

static void note(struct talk *t, const char *format, struct words words)
{
    const size_t used = strlen(t->text);

    if (words.bytes)
        snprintf(t->text + used, sizeof(t->text) - used, format, (int)words.size, words.bytes);
}

static void note_message(struct talk *t, const struct message *message)
{
    const struct message_facts *facts = &message->facts;
    char line[100];

    snprintf(line, sizeof(line), "%u:%c", (unsigned)t->scenario.last_number,
             message->is_answer ? '!' : '?');
    note(t, "%.*s", (struct words){line, strlen(line)});
    if (message->is_answer) {
        snprintf(line, sizeof(line), "%u", (unsigned)facts->status);
        note(t, "%.*s", (struct words){line, strlen(line)});
    }
    note(t, "%.*s", facts->method);
    note(t, " %.*s", facts->path);
    note(t, " host=%.*s", facts->host);
    note(t, " type=%.*s", facts->content_type);
    note(t, " coding=%.*s", facts->content_coding);
    note(t, " transfer=%.*s", facts->transfer_coding);
    if (facts->has_coded_bytes || facts->has_body_bytes) {
        snprintf(line, sizeof(line), " %d/%d",
                 facts->has_coded_bytes ? (int)facts->coded_bytes : -1,
                 facts->has_body_bytes ? (int)facts->body_bytes : -1);
        note(t, "%.*s", (struct words){line, strlen(line)});
    }
    note(t, " '%.*s'", facts->body);
    note(t, "%.*s", (struct words){"; ", 2});
}

static void deliver(struct talk *t, enum side from, unsigned flags, uint32_t seq, const char *bytes,
                    size_t size)
{
    const struct packet packet = {.flags = flags,
                                  .seq = seq,
                                  .ack = flags & ACK ? t->next[!from] : 0,
                                  .len = (uint32_t)size,
                                  .at_ms = 1};
    const struct connmon_segment segment = scenario_segment(&t->scenario, from, &packet);
    struct connmon_observation seen;

    assert_int_equal(connmon_process(t->scenario.core, &segment, &seen.result), CONNMON_OK);
    connmon_observe(&seen, &segment);
    http_reader_read(t->reader, &seen, &segment, (const uint8_t *)bytes,
                     size < t->captured ? size : t->captured, &t->hints);
    for (size_t i = 0; i < t->hints.message_count; i++)
        note_message(t, &t->hints.messages[i]);
}

static void say_bytes(struct talk *t, enum side from, const char *bytes, size_t size)
{
    deliver(t, from, ACK, t->next[from], bytes, size);
    t->next[from] += (uint32_t)size;
}

static void say(struct talk *t, enum side from, const char *text)
{
    say_bytes(t, from, text, strlen(text));
}

static void finish(struct talk *t, enum side from)
{
    deliver(t, from, ACK | FIN, t->next[from]++, NULL, 0);
}

static void shake_hands(struct talk *t)
{
    deliver(t, CLIENT, SYN, t->next[CLIENT]++, NULL, 0);
    deliver(t, SERVER, SYN | ACK, t->next[SERVER]++, NULL, 0);
    deliver(t, CLIENT, ACK, t->next[CLIENT], NULL, 0);
}

static void expect(struct talk *t, const char *text)
{
    assert_string_equal(t->text, text);
    t->text[0] = '\0';
}

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK_2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void requests_and_answers(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/plain \r\nContent-Length: 5\r\n\r\nhel");
    say(t, SERVER, "lo");
    say(t, CLIENT, "POST /b?c=d HTTP/1.0\r\nHOST:\th:8080\r\nContent-Length: 3\r\n\r\nx");
    say(t, CLIENT, "yz");
    say(t, SERVER, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    expect(t, "4:?GET /a host=h; 6:!200 type=text/plain 5/5 'hello'; "
              "8:?POST /b?c=d host=h:8080 3/3 'xyz'; 9:!404 0/0; ");
}

static void pipelining(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET "HEAD /b HTTP/1.1\r\n\r\n" GET "GE");
    say(t, CLIENT, "T http://h/ HTTP/1.1\r\n\r\n");
    say(t, SERVER,
        OK_2 "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" OK_2
             "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    expect(t, "4:?GET /a host=h; 4:?HEAD /b; 4:?GET /a host=h; 5:?GET http://h/; "
              "6:!200 2/2 'ok'; 6:!200; 6:!200 2/2 'ok'; 6:!302 0/0; ");
}

static void answers_without_a_body(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET GET GET);
    say(t, SERVER,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n");
    say(t, SERVER, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n" OK_2);
    expect(t, "4:?GET /a host=h; 4:?GET /a host=h; 4:?GET /a host=h; 5:!100; 5:!204; 6:!304; "
              "6:!200 2/2 'ok'; ");
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 000 OK\r\n\r\n"); /* RFC 9110 section 15: they begin at 100 */
    expect(t, "7:?GET /a host=h; ");
}

static void chunks_and_trailers(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n3;x=y\r\nab");
    say(t, SERVER, "c\r\n2\r\nde\r\n0\r\nHost: trailer\r\nX: y\r\n");
    expect(t, "4:?GET /a host=h; ");
    say(t, SERVER, "\r\n");
    expect(t, "7:!200 transfer=chunked 5/5 'abcde'; ");
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    expect(t, "8:?GET /a host=h; 9:!200 transfer=chunked 0/0; ");
}

static void until_the_connection_closes(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, "GET / HTTP/1.0\r\n\r\n");
    finish(t, CLIENT);
    say(t, SERVER, "HTTP/1.0 200 OK\r\n\r\nab");
    say(t, SERVER, "cd");
    expect(t, "4:?GET /; ");
    finish(t, SERVER);
    expect(t, "8:!200 4/4 'abcd'; ");
}

/* What a RST cuts off is not known to be whole. */
static void a_reset_ends_nothing(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.0 200 OK\r\n\r\nab");
    deliver(t, SERVER, RST, t->next[SERVER], NULL, 0);
    expect(t, "4:?GET /a host=h; ");
}

static void folded_and_odd_fields(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, "GET / HTTP/1.1\nHost:\n\n"); /* RFC 9112 section 2.2 */
    say(t, SERVER,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=x  \r\n"
        "X-Much-Longer-Than-Any-Of-Interest-Content-Type: no\r\nContent-Length: 0\r\n\r\n");
    expect(t, "4:?GET / host=; 5:!200 type=text/html; charset=x 0/0; ");
}

static void compressed_bodies(void **state)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n";
    static const char body[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40"
        "\x27\xb9\x00\x00\x88\x59\x0b\x18\x00\x00\x00";
    struct talk *t = *state;

    if (!strstr(http_reader_codings(), "gzip"))
        skip();
    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER, head);
    say_bytes(t, SERVER, body, sizeof(body) - 1);
    expect(t, "4:?GET /a host=h; 6:!200 coding=gzip 29/24 'hello hello hello hello\n'; ");
    say(t, CLIENT, GET);
    say(t, SERVER, head);
    say_bytes(t, SERVER, head, sizeof(body) - 1);
    expect(t, "7:?GET /a host=h; 9:!200 coding=gzip 29/-1; ");
}

static void segments_out_of_order_and_again(void **state)
{
    struct talk *t = *state;
    const uint32_t at = SERVER_ISN + 1;

    shake_hands(t);
    say(t, CLIENT, GET);
    deliver(t, CLIENT, ACK, CLIENT_ISN + 1, GET, strlen(GET));
    deliver(t, SERVER, ACK, at + 20, &OK_2[20], strlen(OK_2) - 20);
    expect(t, "4:?GET /a host=h; ");
    deliver(t, SERVER, ACK, at, OK_2, 20);
    deliver(t, SERVER, ACK, at, OK_2, strlen(OK_2));
    expect(t, "7:!200 2/2 'ok'; ");
    assert_false(t->hints.has_lost_messages);
}

/* A byte at a time, the first ones the last to come. */
static void the_first_segment_is_late(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    for (uint32_t i = (uint32_t)strlen(GET); i-- > 0;)
        deliver(t, CLIENT, ACK, CLIENT_ISN + 1 + i, &GET[i], 1);
    expect(t, "31:?GET /a host=h; ");
}

/* Within a body whose length is known, what is missing does not hide its end. */
static void a_gap_in_a_body(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    t->next[SERVER] += 4;
    deliver(t, CLIENT, ACK, t->next[CLIENT], NULL, 0); /* it has them */
    say(t, SERVER, "hi" OK_2);
    expect(t, "4:?GET /a host=h; 7:!200 9/9; 7:!200 2/2 'ok'; ");
    assert_false(t->hints.has_lost_messages);
}

/* Then nobody knows where messages end, until a request begins a turn. */
static void a_gap_elsewhere(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    t->next[SERVER] += 6; /* its end */
    deliver(t, CLIENT, ACK, t->next[CLIENT], NULL, 0);
    assert_false(t->hints.has_lost_messages);
    say(t, SERVER, OK_2);
    assert_true(t->hints.has_lost_messages);
    say(t, SERVER, OK_2);
    assert_true(t->hints.has_lost_messages);
    expect(t, "4:?GET /a host=h; ");
    say(t, CLIENT, GET);
    assert_true(t->hints.has_lost_messages);
    say(t, SERVER, OK_2);
    assert_false(t->hints.has_lost_messages);
    expect(t, "9:?GET /a host=h; 10:!200 2/2 'ok'; ");
}

static void payload_that_was_cut_off(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    t->captured = 45;
    say(t, CLIENT, GET);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789");
    say(t, SERVER, "0123456789");
    expect(t, "4:?GET /a host=h; 6:!200 20/20; ");
    t->captured = 10; /* in the head */
    say(t, CLIENT, GET);
    say(t, SERVER, OK_2);
    assert_true(t->hints.has_lost_messages);
    expect(t, "");
}

static void upgrades(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, "GET /w HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    say(t, SERVER, OK_2); /* not taken up */
    say(t, CLIENT, "GET /w HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    say(t, SERVER, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n" OK_2);
    say(t, CLIENT, GET);
    expect(t, "4:?GET /w; 5:!200 2/2 'ok'; 6:?GET /w; 7:!101; ");
    assert_false(t->hints.has_lost_messages);
}

static void a_tunnel_and_tls_in_it(void **state)
{
    static const char hello[] = "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03"
                                "0123456789abcdef0123456789abcdef"
                                "\x00\x00\x02\x13\x01\x01\x00";
    struct talk *t = *state;

    shake_hands(t);
    say(t, CLIENT, "CONNECT h:443 HTTP/1.1\r\n\r\n");
    say(t, SERVER, "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
    say(t, CLIENT, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    expect(t, "4:?CONNECT h:443; 5:!407 2/2 'no'; 6:?CONNECT h:443 host=h; 7:!200; ");
    say(t, CLIENT, GET);
    say_bytes(t, CLIENT, hello, sizeof(hello) - 1);
    assert_true(t->hints.has_tls_handshake && t->hints.is_tls);
    say_bytes(t, SERVER, "\x17\x03\x03\x00\x01x", 6);
    assert_true(t->hints.has_tls_data);
    expect(t, "");
}

static void other_protocols(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say(t, SERVER, "220 mail\r\n");
    say(t, CLIENT, GET);
    say(t, SERVER, OK_2);
    expect(t, "");
    t->next[CLIENT] += 5000;
    deliver(t, CLIENT, SYN, t->next[CLIENT]++, NULL, 0); /* the same ports again */
    say(t, CLIENT, "OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    say(t, CLIENT, GET);
    expect(t, "");
    assert_false(t->hints.has_lost_messages);
}

/* What begins before the capture does is understood from the next request on. */
static void from_the_middle_on(void **state)
{
    struct talk *t = *state;

    say(t, SERVER, "the rest of something");
    say(t, SERVER, OK_2);
    say(t, CLIENT, GET);
    say(t, SERVER, OK_2);
    expect(t, "3:?GET /a host=h; 4:!200 2/2 'ok'; ");
}

/* It may be a part of what is being sent. */
static void a_request_that_begins_no_turn(void **state)
{
    struct talk *t = *state;

    say(t, CLIENT, "the rest of an upload");
    say(t, CLIENT, GET);
    say(t, SERVER, OK_2);
    expect(t, "");
    say(t, CLIENT, GET);
    expect(t, "4:?GET /a host=h; ");
}

static void an_answer_alone(void **state)
{
    struct talk *t = *state;

    say(t, SERVER, OK_2);
    expect(t, "1:!200 2/2 'ok'; ");
}

static void tls_is_found_again_behind_a_gap(void **state)
{
    struct talk *t = *state;

    shake_hands(t);
    say_bytes(t, CLIENT, "\x17\x03\x03\x00\x01x", 6);
    t->next[CLIENT] += 7;
    deliver(t, SERVER, ACK, t->next[SERVER], NULL, 0);
    say_bytes(t, CLIENT, "\x17\x03\x03\x00\x01x", 6); /* the gap is seen with it */
    assert_false(t->hints.has_tls_data);
    say_bytes(t, CLIENT, "nonsense", 8);
    say_bytes(t, CLIENT, "\x15\x03\x03\x00\x01x", 6);
    assert_true(t->hints.has_tls_alert);
}

static void limits_count_what_they_drop(void **state)
{
    static char path[20000];
    struct talk *t = *state;

    shake_hands(t);
    memset(path, 'x', sizeof(path) - 1);
    say(t, CLIENT, "GET /");
    say(t, CLIENT, path);
    say(t, CLIENT, " HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(t, "6:?GET host=h; ");
    assert_int_equal(http_reader_losses(t->reader).dropped, 1);
    say(t, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    path[1001] = '\0';
    say(t, SERVER, path);
    expect(t, "8:!200 1001/1001; ");
    assert_int_equal(http_reader_losses(t->reader).dropped, 2);
    http_reader_reset(t->reader);
    assert_int_equal(http_reader_losses(t->reader).dropped, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(requests_and_answers),
        TEST(pipelining),
        TEST(answers_without_a_body),
        TEST(chunks_and_trailers),
        TEST(until_the_connection_closes),
        TEST(a_reset_ends_nothing),
        TEST(folded_and_odd_fields),
        TEST(compressed_bodies),
        TEST(segments_out_of_order_and_again),
        TEST(the_first_segment_is_late),
        TEST(a_gap_in_a_body),
        TEST(a_gap_elsewhere),
        TEST(payload_that_was_cut_off),
        TEST(upgrades),
        TEST(a_tunnel_and_tls_in_it),
        TEST(other_protocols),
        TEST(from_the_middle_on),
        TEST(a_request_that_begins_no_turn),
        TEST(an_answer_alone),
        TEST(tls_is_found_again_behind_a_gap),
        TEST(limits_count_what_they_drop),
    };

    if (!http_reader_has_http())
        return 0; /* built without http-parser */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
