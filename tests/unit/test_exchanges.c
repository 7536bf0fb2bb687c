/* test_exchanges.c - requests, answers, and where their time went
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#include "exchanges.h"
#include "stall.h"

/* A connection that is seen by the core, and its exchanges. */
struct fixture {
    struct scenario scenario;
    struct exchanges *exchanges;
    struct stall_tracker tracker;
};

static struct fixture begin(size_t most)
{
    const struct exchanges_limits limits = {.exchanges = most, .bytes = 1 << 20};

    return (struct fixture){
        .scenario = scenario_begin(NULL),
        .exchanges = exchanges_new(&limits, NULL, NULL),
    };
}

static void end(struct fixture *f)
{
    exchanges_free(f->exchanges);
    scenario_end(&f->scenario);
}

static void say(struct fixture *f, enum side from, const struct packet *packet,
                struct exchange_hints hints)
{
    struct connmon_segment segment = scenario_segment(&f->scenario, from, packet);
    const struct stall_limits limits = {.floor_ns = STALL_FLOOR_MS * MS, .rtts = STALL_RTTS};
    struct connmon_observation seen;
    struct stall stall;

    assert_int_equal(connmon_process(f->scenario.core, &segment, &seen.result), CONNMON_OK);
    connmon_observe(&seen, &segment);
    if (stall_follow(&f->tracker, &segment, &seen.result, &limits, &stall))
        seen.stall_ns = stall.ns;
    hints.is_selected = true;
    exchanges_add(f->exchanges, &seen, &hints);
}

#define tell(f, from, ...) say(f, from, &(struct packet){__VA_ARGS__}, (struct exchange_hints){0})

static const struct exchange *only(struct fixture *f)
{
    struct exchange *const *all;
    size_t count;

    exchanges_finish(f->exchanges);
    all = exchanges_all(f->exchanges, &count);
    assert_int_equal(count, 1);
    return all[0];
}

static void expect_sum(const struct anatomy *a)
{
    assert_true(a->is_known);
    assert_int_equal(a->client + a->request + a->queued + a->network + a->think + a->answer +
                         a->stalled,
                     a->whole);
    assert_int_equal(a->client + a->total, a->whole);
}

/* The server's pause behind a full segment, while the client only takes its time to type. */
static void only_a_stall_within_a_message_is_one(void **state)
{
    struct fixture f = begin(0);
    struct anatomy parts;

    (void)state;
    tell(&f, CLIENT, .flags = SYN, .seq = 0, .window = 9000, .at_ms = 0);
    tell(&f, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 9000, .at_ms = 20);
    tell(&f, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .window = 9000, .at_ms = 21);
    tell(&f, CLIENT, .flags = PSH | ACK, .seq = 1, .ack = 1, .len = 10, .window = 9000,
         .at_ms = 100);
    tell(&f, SERVER, .flags = ACK, .seq = 1, .ack = 11, .window = 9000, .at_ms = 120);
    tell(&f, CLIENT, .flags = PSH | ACK, .seq = 11, .ack = 1, .len = 10, .window = 9000,
         .at_ms = 1100);
    tell(&f, SERVER, .flags = ACK, .seq = 1, .ack = 21, .len = 1000, .window = 9000, .at_ms = 1120);
    tell(&f, CLIENT, .flags = ACK, .seq = 21, .ack = 1001, .window = 9000, .at_ms = 1121);
    tell(&f, SERVER, .flags = PSH | ACK, .seq = 1001, .ack = 21, .len = 10, .window = 9000,
         .at_ms = 1821);
    parts = exchange_anatomy(only(&f));
    expect_sum(&parts);
    assert_int_equal(parts.request, 1000 * MS);
    assert_int_equal(parts.stalled, 700 * MS);
    assert_int_equal(parts.answer, 1 * MS);
    end(&f);
}

static void parts_add_up_in_any_order_of_packets(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct fixture f = begin(0);
        struct exchange *const *all;
        uint32_t seq[2] = {1, 1};
        size_t count;
        int64_t ns = 0;

        for (int i = 0; i < 40; i++) {
            enum side from = scenario_random(&random) % 2 ? SERVER : CLIENT;
            uint32_t len = scenario_random(&random) % 3 * 100;
            bool is_resent = scenario_random(&random) % 8 == 0 && seq[from] > len;

            ns += scenario_random(&random) % 500000000;
            tell(&f, from, .seq = seq[from] - (is_resent ? len : 0), .ack = seq[!from], .len = len,
                 .at_ns = ns);
            seq[from] += is_resent ? 0 : len;
        }
        exchanges_finish(f.exchanges);
        all = exchanges_all(f.exchanges, &count);
        for (size_t i = 0; i < count; i++) {
            const struct anatomy parts = exchange_anatomy(all[i]);

            if (all[i]->answer.packets == 0)
                assert_false(parts.is_known);
            else
                expect_sum(&parts);
        }
        end(&f);
    }
}

static void the_core_and_the_list_agree_on_the_servers_time(void **state)
{
    struct fixture f = begin(0);
    const struct exchange *exchange;
    struct anatomy parts;

    (void)state;
    tell(&f, CLIENT, .flags = SYN, .seq = 0);
    tell(&f, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 9, .at_ms = 20);
    tell(&f, CLIENT, .seq = 1, .ack = 1, .len = 10, .at_ms = 30);
    tell(&f, CLIENT, .seq = 1, .ack = 1, .len = 10, .at_ms = 330);
    tell(&f, SERVER, .seq = 1, .ack = 11, .len = 10, .at_ms = 400);
    exchange = only(&f);
    parts = exchange_anatomy(exchange);
    expect_sum(&parts);
    assert_int_equal(parts.think, 50 * MS); /* since it was resent */
    assert_int_equal(parts.network, 20 * MS);
    assert_int_equal(exchange->request.resent_bytes, 10);
    assert_int_equal(exchange_kind(exchange), EXCHANGE_TURNS);
    end(&f);
}

static void unknown_times_and_a_clock_that_steps_back_say_nothing(void **state)
{
    static const struct packet answers[] = {
        {.seq = 1, .len = 9, .at_ms = 5},
        {.seq = 1, .len = 9, .time_unknown = true},
        {.seq = 1, .len = 9, .at_ns = INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct fixture f = begin(0);

        tell(&f, CLIENT, .seq = 1, .len = 10, .at_ms = 10);
        say(&f, SERVER, &answers[i], (struct exchange_hints){0});
        assert_false(exchange_anatomy(only(&f)).is_known);
        end(&f);
    }
}

static void an_alert_is_no_request(void **state)
{
    const struct exchange_hints data = {.is_tls = true, .has_tls_data = true};
    const struct exchange_hints alert = {.is_tls = true, .has_tls_alert = true};
    struct fixture f = begin(0);

    (void)state;
    say(&f, CLIENT, &(struct packet){.seq = 1, .len = 10}, data);
    say(&f, SERVER, &(struct packet){.seq = 1, .len = 10, .at_ms = 30}, data);
    say(&f, SERVER, &(struct packet){.seq = 11, .len = 10, .at_ms = 60000}, alert);
    say(&f, CLIENT, &(struct packet){.seq = 11, .len = 10, .at_ms = 60001}, alert);
    assert_int_equal(exchange_anatomy(only(&f)).total, 30 * MS);
    end(&f);
}

static void a_limit_counts_what_it_drops(void **state)
{
    struct fixture f = begin(1);

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        tell(&f, CLIENT, .seq = 1 + i, .len = 1);
        tell(&f, SERVER, .seq = 1 + i, .len = 1);
    }
    only(&f);
    assert_int_equal(exchanges_losses(f.exchanges).dropped, 2);
    exchanges_reset(f.exchanges);
    assert_int_equal(exchanges_losses(f.exchanges).dropped, 0);
    tell(&f, CLIENT, .seq = 4, .len = 1);
    assert_int_equal(only(&f)->number, 1);
    end(&f);
}

static void a_new_connection_answers_nothing_of_the_old_one(void **state)
{
    struct fixture f = begin(0);
    struct exchange *const *all;
    size_t count;

    (void)state;
    tell(&f, CLIENT, .seq = 1, .len = 10);
    tell(&f, CLIENT, .flags = SYN, .seq = 70000, .at_ms = 10);
    tell(&f, SERVER, .seq = 1, .len = 10, .at_ms = 20);
    tell(&f, CLIENT, .seq = 70001, .len = 10, .at_ms = 30);
    exchanges_finish(f.exchanges);
    all = exchanges_all(f.exchanges, &count);
    assert_int_equal(count, 2);
    assert_int_equal(all[0]->answer.packets, 0);
    assert_int_equal(all[1]->number, 2);
    end(&f);
}

static void a_copy_takes_nobodys_place(void **state)
{
    struct fixture f = begin(0);

    (void)state;
    tell(&f, CLIENT, .seq = 1, .len = 10, .id = 7);
    for (int i = 0; i < 2; i++) /* it has arrived, and that is all */
        tell(&f, SERVER, .seq = 1, .ack = 11, .id = 8, .at_ms = 10);
    assert_int_equal(only(&f)->client.port, 40000);
    end(&f);
}

/* ---- As a protocol tells them ---- */

static struct exchange_hints http(const struct message *messages, size_t count)
{
    return (struct exchange_hints){.messages = messages, .message_count = count};
}

static struct words words(const char *text)
{
    return (struct words){text, strlen(text)};
}

/* Two requests in one packet: the second waits for the first one's answer to end. */
static void pipelined_requests_queue(void **state)
{
    const struct message asked[] = {{.facts = {.path = words("/1")}},
                                    {.facts = {.path = words("/2")}}};
    const struct message answered[] = {{.is_answer = true, .facts = {.status = 200}},
                                       {.is_answer = true, .facts = {.status = 204}}};
    struct fixture f = begin(0);
    struct exchange *const *all;
    struct anatomy parts;
    size_t count;

    (void)state;
    say(&f, CLIENT, &(struct packet){.seq = 1, .len = 20}, http(asked, 2));
    say(&f, SERVER, &(struct packet){.seq = 1, .len = 10, .at_ms = 50}, http(answered, 1));
    say(&f, SERVER, &(struct packet){.seq = 11, .len = 10, .at_ms = 80}, http(answered + 1, 1));
    exchanges_finish(f.exchanges);
    all = exchanges_all(f.exchanges, &count);
    assert_int_equal(count, 2);
    assert_int_equal(all[0]->answered.status, 200);
    assert_int_equal(all[1]->answered.status, 204);
    assert_memory_equal(all[1]->asked.path.bytes, "/2", 2);
    assert_int_equal(exchange_kind(all[1]), EXCHANGE_HTTP);
    parts = exchange_anatomy(all[1]);
    expect_sum(&parts);
    assert_int_equal(parts.queued, 50 * MS);
    assert_int_equal(parts.think, 30 * MS);
    end(&f);
}

/* RFC 9110 section 15.2: "100 Continue" is on the way to the answer. */
static void an_interim_answer_is_none(void **state)
{
    const struct message asked = {.facts = {.method = words("PUT")}};
    const struct message interim = {.is_answer = true, .facts = {.status = 100}};
    const struct message answered = {.is_answer = true, .facts = {.status = 201}};
    struct fixture f = begin(0);
    const struct exchange *exchange;

    (void)state;
    say(&f, CLIENT, &(struct packet){.seq = 1, .len = 10}, http(&asked, 1));
    say(&f, SERVER, &(struct packet){.seq = 1, .len = 10, .at_ms = 10}, http(&interim, 1));
    say(&f, SERVER, &(struct packet){.seq = 11, .len = 10, .at_ms = 70}, http(&answered, 1));
    exchange = only(&f);
    assert_int_equal(exchange->answered.status, 201);
    assert_int_equal(exchange_anatomy(exchange).think, 70 * MS);
    end(&f);
}

/* Messages end where HTTP says so, not where the direction turns, until it speaks no HTTP. What is
 * sent without an end is one request then, and its answer. */
static void behind_connect_the_direction_tells(void **state)
{
    static const struct {
        const char *method;
        uint32_t status;
        size_t exchanges;
    } cases[] = {{"CONNECT", 200, 3}, {"GET", 101, 3}, {"CONNECT", 403, 2}, {"GET", 200, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct message asked = {.facts = {.method = words(cases[i].method)}};
        const struct message answered = {.is_answer = true, .facts = {.status = cases[i].status}};
        struct fixture f = begin(0);
        size_t count;

        say(&f, CLIENT, &(struct packet){.seq = 1, .len = 10}, http(&asked, 1));
        say(&f, SERVER, &(struct packet){.seq = 1, .len = 10}, http(&answered, 1));
        for (uint32_t turn = 0; turn < 2; turn++) {
            tell(&f, CLIENT, .seq = 11 + 10 * turn, .len = 10);
            tell(&f, SERVER, .seq = 11 + 10 * turn, .len = 10);
        }
        exchanges_finish(f.exchanges);
        exchanges_all(f.exchanges, &count);
        assert_int_equal(count, cases[i].exchanges);
        end(&f);
    }
}

/* A request, an answer that is lost, and both again, in so many messages of the first packet. */
static void lose_an_answer(struct fixture *f, size_t requests)
{
    const struct message asked[] = {{.facts = {.path = words("/1")}},
                                    {.facts = {.path = words("/2")}}};
    const struct message answered = {.is_answer = true, .facts = {.status = 200}};
    struct exchange_hints again = http(asked, 1);

    again.has_lost_messages = true;
    say(f, CLIENT, &(struct packet){.seq = 1, .len = 20}, http(asked, requests));
    say(f, SERVER, &(struct packet){.seq = 1, .len = 10},
        (struct exchange_hints){.has_lost_messages = true});
    say(f, CLIENT, &(struct packet){.seq = 21, .len = 10}, again);
    say(f, SERVER, &(struct packet){.seq = 11, .len = 10}, http(&answered, 1));
    exchanges_finish(f->exchanges);
}

static void where_messages_are_lost_the_direction_tells(void **state)
{
    struct fixture f = begin(0);
    struct exchange *const *all;
    size_t count;

    (void)state;
    lose_an_answer(&f, 1);
    all = exchanges_all(f.exchanges, &count);
    assert_int_equal(count, 2);
    assert_int_equal(all[0]->answer.bytes, 10);
    assert_int_equal(all[0]->answered.status, 0);
    assert_int_equal(all[1]->answer.bytes, 10);
    assert_int_equal(all[1]->answered.status, 200);
    end(&f);
}

/* Nobody knows which of two requests the lost answer belongs to, or if it is two. */
static void of_several_requests_none_is_answered_by_guess(void **state)
{
    struct fixture f = begin(0);
    struct exchange *const *all;
    size_t count;

    (void)state;
    lose_an_answer(&f, 2);
    all = exchanges_all(f.exchanges, &count);
    assert_int_equal(count, 3);
    assert_int_equal(all[0]->answer.packets, 0);
    assert_int_equal(all[1]->answer.packets, 0);
    assert_int_equal(all[2]->answered.status, 200);
    end(&f);
}

static void count_unanswered(void *to, const struct exchange *exchange)
{
    ((unsigned *)to)[exchange->answer.packets == 0]++;
}

/* The same where exchanges are told as they end, and freed. */
static void what_is_lost_is_told(void **state)
{
    struct fixture f = begin(0);
    unsigned counts[2] = {0};

    (void)state;
    exchanges_free(f.exchanges);
    f.exchanges =
        exchanges_new(&(struct exchanges_limits){.bytes = 1 << 20}, count_unanswered, counts);
    lose_an_answer(&f, 2);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2);
    end(&f);
}

/* What was sent again belongs to the message that it was part of, which it makes later. */
static void a_resent_answer_takes_longer(void **state)
{
    const struct message asked = {.facts = {.method = words("GET")}};
    const struct message answered = {.is_answer = true, .facts = {.status = 200}};
    struct fixture f = begin(0);
    const struct exchange *exchange;

    (void)state;
    say(&f, CLIENT, &(struct packet){.seq = 1, .len = 10}, http(&asked, 1));
    say(&f, SERVER, &(struct packet){.seq = 1, .len = 10, .at_ms = 20}, http(&answered, 1));
    tell(&f, SERVER, .seq = 1, .len = 10, .at_ms = 220);
    exchange = only(&f);
    assert_int_equal(exchange->answer.resent_bytes, 10);
    assert_int_equal(exchange->answer.last_packet, 2); /* where it ended first */
    assert_int_equal(exchange_anatomy(exchange).total, 220 * MS);
    end(&f);
}

static void a_limit_of_bytes_drops_words_and_counts_them(void **state)
{
    enum { WORDS = 200000, HALF = 600000 };
    char *much = calloc(1, HALF);
    const struct message asked[] = {
        {.facts = {.method = words("GET"), .path = {much, WORDS}}},
        {.facts = {.body = {much, HALF}}},
        {.facts = {.body = {much, HALF}}},
    };
    struct fixture f = begin(0);
    struct exchange *const *all;
    size_t count;

    (void)state;
    assert_non_null(much);
    say(&f, CLIENT, &(struct packet){.seq = 1, .len = 20}, http(asked, 3));
    free(much);
    exchanges_finish(f.exchanges);
    all = exchanges_all(f.exchanges, &count);
    assert_int_equal(count, 3);
    assert_int_equal(all[0]->asked.path.size, WORDS);
    assert_int_equal(all[1]->asked.body.size, HALF);
    assert_null(all[2]->asked.body.bytes);
    assert_int_equal(exchanges_losses(f.exchanges).dropped, 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_stall_within_a_message_is_one),
        cmocka_unit_test(parts_add_up_in_any_order_of_packets),
        cmocka_unit_test(the_core_and_the_list_agree_on_the_servers_time),
        cmocka_unit_test(unknown_times_and_a_clock_that_steps_back_say_nothing),
        cmocka_unit_test(an_alert_is_no_request),
        cmocka_unit_test(a_limit_counts_what_it_drops),
        cmocka_unit_test(a_new_connection_answers_nothing_of_the_old_one),
        cmocka_unit_test(a_copy_takes_nobodys_place),
        cmocka_unit_test(pipelined_requests_queue),
        cmocka_unit_test(an_interim_answer_is_none),
        cmocka_unit_test(behind_connect_the_direction_tells),
        cmocka_unit_test(where_messages_are_lost_the_direction_tells),
        cmocka_unit_test(of_several_requests_none_is_answered_by_guess),
        cmocka_unit_test(what_is_lost_is_told),
        cmocka_unit_test(a_resent_answer_takes_longer),
        cmocka_unit_test(a_limit_of_bytes_drops_words_and_counts_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
