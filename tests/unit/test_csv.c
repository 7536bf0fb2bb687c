/* test_csv.c - a packet as a row of CSV; that it says what JSON says is tested on captures
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "csv.h"
#include "field.h"

static size_t count(const char *bytes, size_t size, char c)
{
    size_t found = 0;

    for (size_t i = 0; i < size; i++)
        found += bytes[i] == c;
    return found;
}

static struct connmon_observation packet(void)
{
    return (struct connmon_observation){
        .time_ns = INT64_MIN,
        .packet = UINT64_MAX,
        .discriminator = UINT32_MAX,
        .src = {.addr_len = 16, .addr = {[0] = 0xfe, [15] = 1}, .port = 65535},
        .dst = {.addr_len = 16, .addr = {[0] = 0xfe, [15] = 2}, .port = 1},
        .result = {.side = CONNMON_CLIENT, .payload_len = 9, .flow_bytes = 63},
    };
}

static void rows_are_as_long_as_the_header(void **state)
{
    struct connmon_observation seen = packet();
    char csv[CONNMON_CSV_SIZE];
    size_t size;

    (void)state;
    assert_int_equal(count(connmon_csv_header, strlen(connmon_csv_header), ','),
                     CONNMON_FIELD_COUNT + 2);
    seen.result.handshake.has_client = seen.result.turn.is_present = true;
    for (int i = 0; i < 2; i++) {
        size = connmon_csv(csv, sizeof(csv), &seen);
        assert_int_equal(count(csv, size, ','), CONNMON_FIELD_COUNT + 2);
        seen.result = (struct connmon_result){0};
    }
}

static void what_is_absent_is_empty(void **state)
{
    const char *begin = ",,,\"fe00::1:65535+fe00::2:1\",,\"client\",,", *end = ",,9,63,,,,,,\r\n";
    struct connmon_observation seen = packet();
    char csv[CONNMON_CSV_SIZE];
    size_t size;

    (void)state;
    seen.time_unknown = true;
    seen.packet = seen.discriminator = 0;
    size = connmon_csv(csv, sizeof(csv), &seen);
    assert_int_equal(csv[0], '0');
    assert_memory_equal(csv + 1, begin, strlen(begin));
    assert_memory_equal(csv + size - strlen(end), end, strlen(end));
}

static void a_row_is_cut_to_its_room(void **state)
{
    const struct connmon_observation seen = packet();
    char whole[CONNMON_CSV_SIZE], csv[CONNMON_CSV_SIZE];
    size_t size = connmon_csv(whole, sizeof(whole), &seen);

    (void)state;
    for (size_t room = 0; room < size; room++) {
        memset(csv, '#', sizeof(csv));
        assert_int_equal(connmon_csv(csv, room, &seen), room);
        assert_memory_equal(csv, whole, room);
        assert_int_equal(csv[room], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_as_long_as_the_header),
        cmocka_unit_test(what_is_absent_is_empty),
        cmocka_unit_test(a_row_is_cut_to_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
