/* test_listing.c - requests and answers as tables
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "listing.h"

enum { OUTPUT_SIZE = 1 << 17 };

struct fixture {
    struct exchanges *exchanges;
    uint64_t packet;
    char text[OUTPUT_SIZE];
    size_t length;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const struct exchanges_limits none = {0};

    if (!f)
        return -1;
    f->exchanges = exchanges_new(&none, NULL, NULL);
    *state = f;
    return f->exchanges ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;

    exchanges_free(f->exchanges);
    free(f);
    return 0;
}

static void keep(void *to, const char *text, size_t length)
{
    struct fixture *f = to;

    assert_true(length < OUTPUT_SIZE - f->length);
    memcpy(f->text + f->length, text, length);
    f->length += length;
    f->text[f->length] = '\0';
}

/* A packet of 100 bytes with 10 of payload. What is said of it is freed before it is listed. */
static void say(struct fixture *f, int64_t ms, uint8_t direction, struct exchange_hints hints)
{
    struct connmon_observation seen = observe(ms, direction, CONNMON_ACK, 10);

    seen.packet = ++f->packet;
    hints.is_selected = true;
    exchanges_add(f->exchanges, &seen, &hints);
}

static struct words words(const char *text)
{
    return (struct words){text, strlen(text)};
}

static void ask(struct fixture *f, int64_t ms, struct message_facts facts)
{
    const struct message message = {.facts = facts};

    say(f, ms, 0, (struct exchange_hints){.messages = &message, .message_count = 1});
}

static void answer(struct fixture *f, int64_t ms, struct message_facts facts)
{
    const struct message message = {.is_answer = true, .facts = facts};

    say(f, ms, 1, (struct exchange_hints){.messages = &message, .message_count = 1});
}

static const char *http(struct fixture *f, enum listing_format format, bool has_bodies)
{
    exchanges_finish(f->exchanges);
    f->length = 0;
    f->text[0] = '\0';
    assert_true(listing_write_http(f->exchanges, format, has_bodies, 0, keep, f));
    return f->text;
}

static const char *sums(struct fixture *f, enum listing_format format)
{
    struct sums *sums = sums_new(0);
    struct exchange *const *all;
    size_t count;

    exchanges_finish(f->exchanges);
    all = exchanges_all(f->exchanges, &count);
    for (size_t i = 0; i < count; i++)
        sums_add(sums, all[i]);
    f->length = 0;
    f->text[0] = '\0';
    assert_true(listing_write_sums(sums, format, 0, keep, f));
    sums_free(sums);
    return f->text;
}

#define expect_in(text, words) assert_non_null(strstr(text, words))
#define expect_not_in(text, words) assert_null(strstr(text, words))

static struct message_facts get(const char *path)
{
    return (struct message_facts){
        .method = words("GET"), .host = words("a.example"), .path = words(path)};
}

static void an_exchange_is_a_row(void **state)
{
    struct fixture *f = *state;
    const char *text;

    ask(f, 1000, get("/x?y=\"1\""));
    answer(f, 1030,
           (struct message_facts){.status = 200,
                                  .content_type = words("text/html"),
                                  .content_coding = words("gzip"),
                                  .transfer_coding = words("chunked"),
                                  .coded_bytes = 50,
                                  .body_bytes = 200,
                                  .has_coded_bytes = true,
                                  .has_body_bytes = true});
    text = http(f, LISTING_JSON, false);
    expect_in(text, "{\"stream\":0,\"transaction\":1,\"request_frame\":1,\"answer_first_frame\":2,"
                    "\"answer_frame\":2,\"start\":1.000000000,\"client\":\"192.0.2.1:40000\","
                    "\"server\":\"198.51.100.2:80\",\"method\":\"GET\",\"host\":\"a.example\","
                    "\"path\":\"/x?y=\\\"1\\\"\",\"status\":200,\"content_type\":\"text/html\","
                    "\"content_coding\":\"gzip\",\"transfer_coding\":\"chunked\","
                    "\"coded_bytes\":50,\"body_bytes\":200,\"request_bytes\":10,"
                    "\"answer_bytes\":10,\"resent_bytes\":0,");
    expect_in(text, "\"network_time\":null,\"think_time\":0.030000000,");
    expect_in(text, "\"total_time\":0.030000000,\"whole_time\":0.030000000}\n");
    text = http(f, LISTING_CSV, false);
    expect_in(text, "stream,transaction,request_frame,");
    expect_in(text, "\r\n0,1,1,2,2,1.000000000,\"192.0.2.1:40000\",\"198.51.100.2:80\","
                    "\"GET\",\"a.example\",\"/x?y=\"\"1\"\"\",200,");
    expect_in(http(f, LISTING_TEXT, false), "30.0 ms");
}

/* Bytes that are no text are told in base64, and no others are. */
static void bodies_are_told_on_request(void **state)
{
    struct fixture *f = *state;
    const char *text;

    ask(f, 0, (struct message_facts){.method = words("POST"), .body = words("a=1\nb=2")});
    answer(f, 1, (struct message_facts){.status = 200, .body = {"\xff\0z", 3}});
    text = http(f, LISTING_JSON, false);
    expect_not_in(text, "body\"");
    text = http(f, LISTING_JSON, true);
    expect_in(text, "\"request_body\":\"a=1\\u000ab=2\",\"request_body_base64\":null,");
    expect_in(text, "\"answer_body\":null,\"answer_body_base64\":\"/wB6\"}\n");
    text = http(f, LISTING_TEXT, true);
    expect_in(text, "\nStream 0, transaction 1, request body, 7 bytes:\na=1\nb=2\n");
    expect_in(text, "\nStream 0, transaction 1, answer body, 3 bytes:\n");
    expect_not_in(text, "\xff");
}

static void a_long_body_is_whole(void **state)
{
    struct fixture *f = *state;
    char body[20000];
    const char *text;
    size_t lines = 0;

    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = i % 100 == 99 ? '\n' : '\x01';
    ask(f, 0, (struct message_facts){.method = words("PUT"), .body = {body, sizeof(body)}});
    text = strstr(http(f, LISTING_TEXT, true), "20000 bytes:\n");
    assert_non_null(text);
    for (; *text; text++)
        lines += *text == '\n';
    assert_int_equal(lines, 1 + 200 + 1);
}

static void an_answer_may_lack_its_request(void **state)
{
    struct fixture *f = *state;
    const char *text;

    answer(f, 5, (struct message_facts){.status = 404});
    text = http(f, LISTING_JSON, false);
    expect_in(text, "{\"stream\":0,\"transaction\":null,\"request_frame\":null,"
                    "\"answer_first_frame\":1,\"answer_frame\":1,\"start\":null,");
    expect_in(text, "\"status\":404,");
    expect_in(text, "\"total_time\":null,");
    assert_string_equal(sums(f, LISTING_JSON), ""); /* it counts requests */
}

static void a_sum_is_of_one_path_without_its_query(void **state)
{
    struct fixture *f = *state;
    const char *text, *second;

    ask(f, 0, get("/slow?a"));
    answer(f, 30, (struct message_facts){.status = 200});
    ask(f, 1000, get("/slow?b"));
    answer(f, 1030, (struct message_facts){.status = 500});
    ask(f, 2000, get("/slow"));
    text = sums(f, LISTING_JSON);
    expect_in(text, "{\"protocol\":\"HTTP\",\"server\":\"198.51.100.2:80\",\"host\":\"a.example\","
                    "\"path\":\"/slow\",\"transactions\":3,\"errors\":1,\"unanswered\":1,"
                    "\"think_median\":0.0");
    expect_in(text, "\"think_max\":0.030000000,");
    expect_in(text, "\"total_max\":0.030000000}\n");
    second = strchr(text, '\n') + 1;
    assert_string_equal(second, "");
    expect_in(sums(f, LISTING_TEXT), "/slow");
    expect_in(sums(f, LISTING_CSV),
              "\r\n\"HTTP\",\"198.51.100.2:80\",\"a.example\",\"/slow\",3,1,1,");
}

/* Whatever is told by the direction of payload alone has neither names nor errors. */
static void each_protocol_has_its_rows(void **state)
{
    static const struct exchange_hints handshake = {
        .is_tls = true, .has_tls_handshake = true, .tls_name = {"b.example", 9}};
    static const struct exchange_hints data = {.is_tls = true, .has_tls_data = true};
    struct fixture *f = *state;
    const char *text;

    say(f, 0, 0, handshake);
    say(f, 30, 1, handshake);
    say(f, 40, 0, data);
    say(f, 90, 1, data);
    text = sums(f, LISTING_JSON);
    expect_in(text, "{\"protocol\":\"TLS\",\"server\":\"198.51.100.2:80\",\"host\":\"b.example\","
                    "\"path\":null,\"transactions\":1,\"errors\":null,\"unanswered\":0,");
    expect_in(strchr(text, '\n'), "{\"protocol\":\"TLS handshake\",");
    assert_string_equal(http(f, LISTING_JSON, false), "");
    exchanges_reset(f->exchanges);
    say(f, 0, 0, (struct exchange_hints){0});
    say(f, 30, 1, (struct exchange_hints){0});
    expect_in(sums(f, LISTING_JSON), "{\"protocol\":\"TCP\",\"server\":\"198.51.100.2:80\","
                                     "\"host\":null,\"path\":null,\"transactions\":1,");
}

static void only_what_is_selected_is_listed(void **state)
{
    struct fixture *f = *state;
    const struct message message = {.facts = {.method = words("GET")}};
    const struct exchange_hints hints = {.messages = &message, .message_count = 1};
    const struct connmon_observation seen = observe(0, 0, CONNMON_ACK, 10);

    exchanges_add(f->exchanges, &seen, &hints);
    assert_string_equal(http(f, LISTING_JSON, false), "");
    assert_string_equal(sums(f, LISTING_JSON), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exchange_is_a_row, begin, end),
        cmocka_unit_test_setup_teardown(bodies_are_told_on_request, begin, end),
        cmocka_unit_test_setup_teardown(a_long_body_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_may_lack_its_request, begin, end),
        cmocka_unit_test_setup_teardown(a_sum_is_of_one_path_without_its_query, begin, end),
        cmocka_unit_test_setup_teardown(each_protocol_has_its_rows, begin, end),
        cmocka_unit_test_setup_teardown(only_what_is_selected_is_listed, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
