/* test_exchanges.c - requests, answers, and where their time went
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"
#include "figures.h"

#include "exchanges.h"
#include "stall.h"
#include "sums.h"

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

enum { TOLD = 2000 };

/* What went to a sink. */
struct told {
    struct exchange list[TOLD];
    struct anatomy parts[TOLD];
    size_t count;
};

static void keep(void *to, const struct exchange *exchange)
{
    struct told *told = to;

    assert_true(told->count < TOLD);
    told->parts[told->count] = exchange_anatomy(exchange);
    told->list[told->count++] = *exchange;
}

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

/* Turns of a few connections, some with messages that a protocol shows, pipelined or unasked for.
 */
static void converse(struct exchanges *all, uint32_t seed)
{
    for (uint32_t i = 0; i < 3000; i++) {
        const uint32_t connection = random_below(&seed, 5);
        const bool is_client = random_below(&seed, 2) == 0;
        const struct message message = {.is_answer = !is_client,
                                        .facts = {.path = {"/path", 5}, .status = 200}};
        struct exchange_hints hints = {.is_selected = true};
        struct connmon_observation seen = observe(i, is_client ? 0 : 1, CONNMON_ACK, 0);

        if (connection < 2 && random_below(&seed, 2) == 0) {
            hints.messages = &message;
            hints.message_count = 1;
        }
        if (random_below(&seed, 100) == 0)
            seen.result.event = CONNMON_EVENT_REUSED;
        seen.packet = i + 1;
        seen.result.connection = connection;
        seen.result.side = is_client ? CONNMON_CLIENT : CONNMON_SERVER;
        seen.result.payload_len = seen.result.new_payload = 1 + random_below(&seed, 9);
        exchanges_add(all, &seen, &hints);
    }
    exchanges_finish(all);
}

static const struct anatomy *parts_of(const struct told *told, const struct exchange *exchange)
{
    for (size_t i = 0; i < told->count; i++)
        if (told->list[i].connection == exchange->connection &&
            told->list[i].number == exchange->number &&
            told->list[i].request.last_packet == exchange->request.last_packet &&
            told->list[i].answer.last_packet == exchange->answer.last_packet)
            return &told->parts[i];
    return NULL;
}

static void what_is_told_is_what_would_be_kept(void **state)
{
    const struct exchanges_limits limits = {0};
    static struct told told;

    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct exchanges *kept = exchanges_new(&limits, NULL, NULL);
        struct exchanges *passing = exchanges_new(&limits, keep, &told);
        struct exchange *const *all;
        size_t count;

        told.count = 0;
        converse(kept, seed);
        converse(passing, seed);
        all = exchanges_all(kept, &count);
        assert_true(count > 100);
        assert_int_equal(told.count, count);
        for (size_t i = 0; i < count; i++) {
            const struct anatomy parts = exchange_anatomy(all[i]), *other = parts_of(&told, all[i]);

            assert_non_null(other);
            assert_int_equal(other->is_known, parts.is_known);
            assert_int_equal(other->client, parts.client);
            assert_int_equal(other->queued, parts.queued);
            assert_int_equal(other->whole, parts.whole);
        }
        exchanges_free(kept);
        exchanges_free(passing);
    }
}

static void what_is_forgotten_was_told(void **state)
{
    const struct exchanges_limits limits = {.connections = 10};
    static struct told told;
    struct exchanges *all = exchanges_new(&limits, keep, &told);

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct connmon_observation seen = observe(i, 0, CONNMON_ACK, 0);

        seen.result.connection = i;
        seen.result.side = CONNMON_CLIENT;
        seen.result.payload_len = seen.result.new_payload = 9;
        exchanges_add(all, &seen, &(struct exchange_hints){.is_selected = true});
    }
    assert_int_equal(told.count, 990);
    assert_int_equal(exchanges_losses(all).forgotten, 990);
    exchanges_finish(all);
    assert_int_equal(told.count, 1000);
    exchanges_free(all);
}

/* Of the rows, those to which nothing is added for long go. */
static void sums_keep_to_their_limit(void **state)
{
    enum { MOST = 10, SERVERS = 5000 };
    struct exchange exchange = {
        .number = 1, .request = {.packets = 1, .is_selected = true}, .server = {.addr_len = 4}};
    struct sums *sums = sums_new(MOST);
    const void *const *rows;
    uint64_t most = 0;
    size_t count;

    (void)state;
    for (uint16_t port = 1; port <= SERVERS; port++) {
        exchange.server.port = port;
        sums_add(sums, &exchange);
        exchange.server.port = 1;
        sums_add(sums, &exchange);
    }
    rows = sums_rows(sums, &count);
    assert_int_equal(count, MOST);
    for (size_t i = 0; i < count; i++) {
        const struct sum *sum = rows[i];

        most = sum->count > most ? sum->count : most;
    }
    assert_in_range(most, SERVERS - MOST, SERVERS + 1);
    assert_in_range(sums_losses(sums).forgotten, SERVERS - MOST, SERVERS);
    sums_free(sums);
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
        cmocka_unit_test(what_is_told_is_what_would_be_kept),
        cmocka_unit_test(what_is_forgotten_was_told),
        cmocka_unit_test(sums_keep_to_their_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
