/* test_statistics.c - many conversations, and their hosts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include "columns.h"
#include "statistics.h"
#include "tables.h"

static void add(struct statistics *statistics, struct connmon_observation seen, uint32_t connection)
{
    seen.result.connection = connection;
    seen.discriminator = connection;
    statistics_add(statistics, &seen);
}

static const struct report_column *find_column(const struct report_kind *kind, const char *name)
{
    char text[2 * REPORT_CELL_SIZE];

    for (size_t i = 0; i < kind->column_count; i++)
        if (strcmp(report_column_name(&kind->columns[i], text, sizeof(text)), name) == 0)
            return &kind->columns[i];
    fail_msg("no column %s", name);
    return NULL;
}

static struct report_cell cell_of(const struct report_kind *kind, const void *row, const char *name)
{
    struct report_cell cell = {0};

    kind->cell(row, find_column(kind, name), &cell);
    return cell;
}

static int64_t number(const struct report_kind *kind, const void *row, const char *name)
{
    struct report_cell cell = cell_of(kind, row, name);

    assert_true(cell.is_present);
    return cell.number;
}

static void the_slowest_comes_first(void **state)
{
    static const int64_t delays[] = {20, 5, 300, 0, 20};
    static const int64_t order[] = {2, 0, 4, 1, 3, 5};
    struct statistics *statistics = statistics_new(0);
    const void *const *rows;
    size_t count;

    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        add(statistics, observe_rtt(i, i % 2, delays[i] * MS), i);
    add(statistics, observe(9, 0, CONNMON_SYN, 0), 5); /* no delay: behind one of 0 */
    rows = statistics_conversations(statistics, &count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(number(&columns_of_conversation, rows[i], "stream"), order[i]);
    statistics_free(statistics);
}

static void only_what_was_seen_has_a_row(void **state)
{
    struct statistics *statistics = statistics_new(0);
    struct statistics_totals totals;
    size_t count;

    (void)state;
    assert_non_null(statistics_conversations(statistics, &count));
    assert_int_equal(count, 0);
    assert_null(statistics_conversation(statistics, 0));
    add(statistics, observe(0, 0, CONNMON_SYN, 0), 100000);
    add(statistics, observe(1, 1, CONNMON_SYN | CONNMON_ACK, 0), 100000);
    add(statistics, observe(2, 0, CONNMON_SYN, 0), 7);
    statistics_conversations(statistics, &count);
    assert_int_equal(count, 2);
    assert_non_null(statistics_conversation(statistics, 7));
    assert_null(statistics_conversation(statistics, 8));
    assert_null(statistics_conversation(statistics, UINT32_MAX));
    totals = statistics_totals(statistics);
    assert_int_equal(totals.connections, 2);
    assert_int_equal(totals.one_way, 1);
    assert_int_equal(totals.packets, 3);
    assert_int_equal(totals.bytes, 300);
    assert_int_equal(totals.packets_without_timestamps, 3);
    assert_int_equal(totals.lost.dropped, 0);
    statistics_reset(statistics);
    statistics_conversations(statistics, &count);
    assert_int_equal(count, 0);
    assert_int_equal(statistics_totals(statistics).packets, 0);
    statistics_free(statistics);
}

/* Whatever the order in which connections come and go. */
static void beyond_the_limit_the_least_used_is_forgotten(void **state)
{
    enum { COUNT = 5000, LIMIT = 100, BUSY = 3 };
    struct statistics *statistics = statistics_new(LIMIT);
    struct statistics_totals totals;
    size_t count;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        add(statistics, observe(i, 0, CONNMON_SYN, 0), (i * 2654435761U) % 1000003);
        add(statistics, observe(i, 0, CONNMON_SYN, 0), BUSY);
        if (i + 1 < LIMIT)
            continue;
        totals = statistics_totals(statistics);
        assert_int_equal(totals.connections, LIMIT);
        assert_int_equal(totals.connections + totals.lost.forgotten, i + 2);
    }
    assert_int_equal(totals.packets, 2 * COUNT);
    assert_int_equal(number(&columns_of_conversation, statistics_conversation(statistics, BUSY),
                            "client_packets"),
                     COUNT);
    assert_non_null(statistics_conversation(statistics, (COUNT - 1) * 2654435761U % 1000003));
    assert_null(statistics_conversation(statistics, 2654435761U % 1000003));
    statistics_conversations(statistics, &count);
    assert_int_equal(count, LIMIT);
    statistics_free(statistics);
}

/* 10,000 connections between 500 clients and 2 servers, whose addresses are all there is of them.
 */
static void hosts_sum_up_their_connections(void **state)
{
    enum { CONNECTIONS = 10000, CLIENTS = 500, SERVERS = 2 };
    struct statistics *statistics = statistics_new(0);
    const void *const *rows;
    int64_t packets = 0;
    size_t count;

    (void)state;
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct connmon_observation syn = observe(i, 0, CONNMON_SYN, 0);
        struct connmon_observation answer = observe_rtt(i + 1, 1, 10 * MS);

        syn.src.addr[2] = answer.dst.addr[2] = (uint8_t)(i % CLIENTS / 250);
        syn.src.addr[3] = answer.dst.addr[3] = (uint8_t)(i % CLIENTS % 250);
        syn.dst.addr[3] = answer.src.addr[3] = (uint8_t)(i % SERVERS);
        add(statistics, syn, i);
        add(statistics, answer, i);
    }
    for (int again = 0; again < 2; again++) {
        rows = statistics_hosts(statistics, &count);
        assert_int_equal(count, CLIENTS + SERVERS);
    }
    for (size_t i = 0; i < count; i++) {
        struct report_cell role = cell_of(&columns_of_host, rows[i], "role");

        assert_string_equal(role.text, i < SERVERS ? "server" : "client");
        assert_int_equal(number(&columns_of_host, rows[i], "connections"),
                         CONNECTIONS / (i < SERVERS ? SERVERS : CLIENTS));
        packets += number(&columns_of_host, rows[i], "packets");
    }
    assert_int_equal(packets, 2 * CONNECTIONS);
    assert_int_equal(number(&columns_of_host, rows[0], "rtt_p95"), 10 * MS);
    statistics_free(statistics);
}

static void a_host_has_an_address_and_no_port(void **state)
{
    struct statistics *statistics = statistics_new(0);
    const void *const *rows;
    struct report_cell client, address;
    size_t count;

    (void)state;
    add(statistics, observe(0, 0, CONNMON_SYN, 0), 0);
    client = cell_of(&columns_of_conversation, statistics_conversation(statistics, 0), "client");
    assert_string_equal(client.text, "192.0.2.1:40000");
    rows = statistics_hosts(statistics, &count);
    assert_int_equal(count, 2);
    address = cell_of(&columns_of_host, rows[0], "address");
    assert_string_equal(address.text, "192.0.2.1");
    statistics_free(statistics);
}

static void percentiles_lie_between_the_extremes(void **state)
{
    struct statistics *statistics = statistics_new(0);
    const void *row;

    (void)state;
    add(statistics, observe_rtt(0, 0, 1000003), 0);
    row = statistics_conversation(statistics, 0);
    assert_int_equal(number(&columns_of_conversation, row, "client_rtt_median"), 1000003);
    assert_int_equal(number(&columns_of_conversation, row, "client_rtt_p95"), 1000003);
    assert_false(cell_of(&columns_of_conversation, row, "server_rtt_p95").is_present);
    assert_false(cell_of(&columns_of_conversation, row, "client_throughput").is_present);
    statistics_free(statistics);
}

static void throughput_is_bits_over_the_duration(void **state)
{
    struct statistics *statistics = statistics_new(0);
    const void *row;

    (void)state;
    add(statistics, observe(0, 0, CONNMON_ACK, 10), 0);
    add(statistics, observe(2000, 0, CONNMON_ACK, 10), 0);
    row = statistics_conversation(statistics, 0);
    assert_int_equal(number(&columns_of_conversation, row, "client_throughput"), 800);
    assert_int_equal(number(&columns_of_conversation, row, "server_throughput"), 0);
    statistics_free(statistics);
}

/* As a capture may claim: nearly 4 GiB each, 1 ns apart. */
static void throughput_is_as_much_as_a_cell_holds(void **state)
{
    struct statistics *statistics = statistics_new(0);
    struct connmon_observation seen = observe(0, 0, CONNMON_ACK, 10);
    const void *row;

    (void)state;
    for (seen.time_ns = 0; seen.time_ns < 2; seen.time_ns++) {
        seen.wire_len = UINT32_MAX;
        add(statistics, seen, 0);
    }
    row = statistics_conversation(statistics, 0);
    assert_int_equal(number(&columns_of_conversation, row, "client_throughput"), INT64_MAX);
    statistics_free(statistics);
}

static void all_columns_have_different_names_and_help(void **state)
{
    const struct report_kind *const kinds[] = {&columns_of_conversation, &columns_of_host};
    char one[2 * REPORT_CELL_SIZE], other[2 * REPORT_CELL_SIZE];

    (void)state;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < kinds[k]->column_count; i++) {
            assert_true(strlen(kinds[k]->columns[i].help) > 0);
            report_column_name(&kinds[k]->columns[i], one, sizeof(one));
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(
                    one, report_column_name(&kinds[k]->columns[j], other, sizeof(other)));
        }
}

/* Nothing is said of what nobody misses. */
static void limits_tell_what_they_cost(void **state)
{
    struct connmon_stats core = {.evicted_answered = 56, .passed_ends = 3};
    const struct connection_losses losses = {.forgotten = 2};
    char text[TABLES_DROPPED_SIZE];

    (void)state;
    assert_string_equal(tables_dropped(text, sizeof(text), &core, (struct connection_losses){0}),
                        "");
    core.evicted_holes = 7;
    assert_string_equal(tables_dropped(text, sizeof(text), &core, losses),
                        "limits dropped 7 holes, 2 rows of the table\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_tell_what_they_cost),
        cmocka_unit_test(the_slowest_comes_first),
        cmocka_unit_test(only_what_was_seen_has_a_row),
        cmocka_unit_test(beyond_the_limit_the_least_used_is_forgotten),
        cmocka_unit_test(hosts_sum_up_their_connections),
        cmocka_unit_test(a_host_has_an_address_and_no_port),
        cmocka_unit_test(percentiles_lie_between_the_extremes),
        cmocka_unit_test(throughput_is_bits_over_the_duration),
        cmocka_unit_test(throughput_is_as_much_as_a_cell_holds),
        cmocka_unit_test(all_columns_have_different_names_and_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
