/* test_sums.c - exchanges that are told as they end, and their sums
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include "exchanges.h"
#include "sums.h"

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
    assert_true(most >= SERVERS - MOST && most <= SERVERS + 1);
    assert_true(sums_losses(sums).forgotten >= SERVERS - MOST &&
                sums_losses(sums).forgotten <= SERVERS);
    sums_free(sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_is_what_would_be_kept),
        cmocka_unit_test(what_is_forgotten_was_told),
        cmocka_unit_test(sums_keep_to_their_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
