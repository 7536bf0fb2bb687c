/* test_text.c - numbers by hand, against those of the C library
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

enum { WIDTHS = 30 };

static void expect(struct text *text, const char *begin, const char *expected)
{
    assert_int_equal(text->at - begin, strlen(expected));
    assert_memory_equal(begin, expected, strlen(expected));
}

static void expect_numbers(uint64_t value)
{
    for (size_t width = 0; width < WIDTHS; width++) {
        char bytes[64], expected[64];
        struct text text = {bytes, bytes + sizeof(bytes)};

        text_unsigned(&text, value, width);
        snprintf(expected, sizeof(expected), "%*" PRIu64, (int)width, value);
        expect(&text, bytes, expected);
        text.at = bytes;
        text_signed(&text, (int64_t)value, width);
        snprintf(expected, sizeof(expected), "%*" PRId64, (int)width, (int64_t)value);
        expect(&text, bytes, expected);
    }
}

static void expect_seconds(int64_t ns)
{
    const uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

    for (size_t digits = 1; digits <= 9; digits++) {
        char bytes[64], expected[64];
        struct text text = {bytes, bytes + sizeof(bytes)};

        text_seconds(&text, ns, digits, 0);
        snprintf(expected, sizeof(expected), "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "",
                 magnitude / NS_PER_S, magnitude % NS_PER_S);
        expected[strlen(expected) - (9 - digits)] = '\0';
        expect(&text, bytes, expected);
    }
}

static void numbers_of_all_lengths(void **state)
{
    (void)state;
    for (uint64_t power = 1, i = 0; i < 20; power *= 10, i++) {
        for (uint64_t near = power - 2; near != power + 3; near++) {
            expect_numbers(near);
            expect_seconds((int64_t)near);
        }
    }
    expect_numbers(UINT64_MAX);
    expect_numbers(INT64_MAX);
    expect_seconds(INT64_MIN);
    expect_seconds(INT64_MAX);
}

static void what_does_not_fit_is_cut(void **state)
{
    static const struct text_word word = TEXT_WORD("word");
    const char *whole = "-9223372036.854775808word198.51.100.255:65535";
    const struct connmon_endpoint end = {.addr = {198, 51, 100, 255}, .addr_len = 4, .port = 65535};

    (void)state;
    for (size_t room = 0; room <= strlen(whole); room++) {
        char bytes[64];
        struct text text = {bytes, bytes + room};

        memset(bytes, '#', sizeof(bytes));
        text_seconds(&text, INT64_MIN, 9, 0);
        text_word(&text, &word);
        text_endpoint(&text, &end);
        assert_int_equal(text.at - bytes, room);
        assert_memory_equal(bytes, whole, room);
        assert_int_equal(bytes[room], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_lengths),
        cmocka_unit_test(what_does_not_fit_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
