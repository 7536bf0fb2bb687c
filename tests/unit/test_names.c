/* test_names.c - the names of addresses, as each file of a connection repeats them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { HEAD = 8, TAIL = 4, RECORD = 16 /* with an IPv4 address and seven characters */ };

/* What was appended to the file. */
static uint8_t written[4096];
static size_t written_size;

void folder_append(struct folder *folder, uint32_t file, const void *bytes, size_t size)
{
    (void)folder;
    (void)file;
    assert_true(written_size + size <= sizeof(written));
    memcpy(written + written_size, bytes, size);
    written_size += size;
}

static struct connmon_endpoint end_of(uint32_t number)
{
    struct connmon_endpoint end = {.addr_len = 4};

    memcpy(end.addr, &number, sizeof(number));
    return end;
}

/* Tells that address number `i`, of as many as there are, has the name `letter` and `i`. */
static void tell(struct names *names, uint32_t count, char letter)
{
    const size_t size = HEAD + (size_t)count * RECORD + TAIL;
    uint8_t *block = calloc(1, size);
    static const uint8_t head[] = {1, 0, 12, 0}; /* an IPv4 record of 12 bytes */

    assert_non_null(block);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *record = block + HEAD + (size_t)i * RECORD;
        const struct connmon_endpoint end = end_of(i);
        uint32_t digits = i;

        memcpy(record, head, sizeof(head));
        memcpy(record + 4, end.addr, 4);
        record[8] = (uint8_t)letter;
        for (int digit = 14; digit > 8; digit--, digits /= 10)
            record[digit] = (uint8_t)('0' + digits % 10);
    }
    names_take(names, false, block, (uint32_t)size);
    free(block);
}

/* The letters of the names that a file of this address is told, in their order. */
static const char *letters(const struct names *names, uint32_t number)
{
    static char found[100];
    const struct connmon_endpoint ends[2] = {end_of(number), end_of(UINT32_MAX)};
    size_t count = 0;

    written_size = 0;
    names_append(names, ends, false, NULL, 0);
    for (size_t at = HEAD; at + RECORD + TAIL <= written_size; at += RECORD) {
        const uint8_t *record = written + at;

        assert_memory_equal(record + 4, ends[0].addr, 4);
        assert_int_equal(strtoul((const char *)record + 9, NULL, 10), number);
        found[count++] = (char)record[8];
    }
    found[count] = '\0';
    return found;
}

static void each_of_many_addresses_keeps_its_names_in_order(void **state)
{
    enum { COUNT = 50000 };
    struct names *names = names_new();

    (void)state;
    assert_non_null(names);
    assert_string_equal(letters(names, 0), "");
    for (const char *letter = "abcb"; *letter; letter++)
        tell(names, COUNT, *letter);
    assert_int_equal(names_dropped(names), 0);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_string_equal(letters(names, i), "acb");
    assert_string_equal(letters(names, COUNT), "");
    names_free(names);
}

static void what_does_not_fit_is_counted(void **state)
{
    enum { COUNT = 900000 }; /* more than 16 MiB */
    struct names *names = names_new();
    uint64_t found = 0;

    (void)state;
    assert_non_null(names);
    tell(names, COUNT, 'a');
    for (uint32_t i = 0; i < COUNT; i++)
        found += strcmp(letters(names, i), "a") == 0;
    assert_true(found > 100000);
    assert_int_equal(found + names_dropped(names), COUNT);
    names_free(names);
}

/* The least of several runs, since others use the machine, too. */
static double seconds_to_tell(uint32_t count)
{
    double least = 0;

    for (int run = 0; run < 3; run++) {
        struct names *names = names_new();
        const clock_t begin = clock();
        double seconds;

        assert_non_null(names);
        tell(names, count, 'a');
        names_free(names);
        seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        least = run == 0 || seconds < least ? seconds : least;
    }
    return least;
}

/* In a table that does not grow, 25 times the time for 4 times the names, since chains that long
 * lie in no cache. */
static void many_names_cost_no_more_than_few(void **state)
{
    (void)state;
    assert_true(seconds_to_tell(280000) < 12 * seconds_to_tell(70000) + 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_addresses_keeps_its_names_in_order),
        cmocka_unit_test(what_does_not_fit_is_counted),
        cmocka_unit_test(many_names_cost_no_more_than_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
