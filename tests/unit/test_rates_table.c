/* test_rates_table.c - the rows of an interval, all of them or the larger half
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "rates_table.h"

static struct rates_packet of_connection(uint32_t serial, uint32_t bytes, uint8_t way)
{
    return (struct rates_packet){.serial = serial, .stream = serial, .bytes = bytes, .way = way};
}

static struct rates_packet of_address(uint32_t number, uint32_t bytes, uint8_t way)
{
    struct rates_packet packet = {.bytes = bytes, .way = way};

    packet.ends[0].addr_len = 4;
    memcpy(packet.ends[0].addr, &number, sizeof(number));
    return packet;
}

/* Ways in turns, in groups as they come; what each of `rows` sent is known. */
static void fill(struct rates_table *table, uint32_t rows, uint32_t times)
{
    for (uint32_t t = 0; t < times; t++) {
        for (uint32_t i = 0; i < rows; i++) {
            struct rates_packet packet =
                table->by_host ? of_address(i, 1 + i, t % 2) : of_connection(i, 1 + i, t % 2);

            assert_int_equal(rates_table_add(table, &packet, 1), 0);
        }
    }
}

static void each_packet_counts_in_its_row(void **state)
{
    (void)state;
    for (int by_host = 0; by_host < 2; by_host++) {
        struct rates_table table;

        rates_table_init(&table, by_host, 0);
        fill(&table, 5000, 4);
        assert_int_equal(table.count, 5000);
        assert_int_equal(table.begun, 5000);
        assert_int_equal(table.forgotten, 0);
        for (uint32_t i = 0; i < 5000; i++)
            for (int way = 0; way < 2; way++)
                assert_int_equal(table.rows[i].ways[way].bytes, 2 * (1 + i));
        for (int times = 0; times < 3; times++) { /* of few rows each is taken out */
            rates_table_clear(&table);
            assert_int_equal(table.count, 0);
            fill(&table, 10, 2);
            assert_int_equal(table.count, 10);
            assert_int_equal(table.rows[9].ways[0].bytes, 10);
        }
        rates_table_release(&table);
    }
}

static void what_sends_much_stays(void **state)
{
    struct rates_table table;
    const struct rates_packet large = of_connection(7, 1000000, 0);

    (void)state;
    rates_table_init(&table, false, 100);
    assert_int_equal(rates_table_add(&table, &large, 1), 0);
    fill(&table, 100000, 1);
    assert_true(table.count <= 100);
    assert_int_equal(table.begun, 100000);
    assert_int_equal(table.forgotten, 100000 - table.count);
    for (size_t i = 0;; i++) {
        assert_true(i < table.count);
        if (table.rows[i].serial == 7)
            break;
    }
    rates_table_release(&table);
}

static void a_limit_is_one_however_small(void **state)
{
    (void)state;
    for (uint32_t most = 1; most < 5; most++) {
        struct rates_table table;

        rates_table_init(&table, true, most);
        for (uint32_t i = 0; i < 100; i++) {
            const struct rates_packet packet = of_address(i, 100, 0);

            assert_int_equal(rates_table_add(&table, &packet, 1), 0);
            assert_true(table.count <= most);
        }
        assert_int_equal(table.forgotten + table.count, 100);
        rates_table_release(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packet_counts_in_its_row),
        cmocka_unit_test(what_sends_much_stays),
        cmocka_unit_test(a_limit_is_one_however_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
