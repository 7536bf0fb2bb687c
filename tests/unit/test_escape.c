/* test_escape.c - texts of a capture, made safe to print
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "escape.h"

static void expect(escape_function *one, const char *bytes, size_t size, const char *expected)
{
    char room[200];
    struct text text = {room, room + sizeof(room)};

    for (size_t at = 0; at < size;)
        at += one(&text, bytes + at, size - at);
    assert_int_equal(text.at - room, strlen(expected));
    assert_memory_equal(room, expected, strlen(expected));
}

#define expect_escaped(one, bytes, expected) expect(one, bytes, sizeof(bytes) - 1, expected)

static void a_terminal_gets_printable_ascii_alone(void **state)
{
    (void)state;
    expect_escaped(escape_plain, "/a?b=~ \"c\"", "/a?b=~ \"c\"");
    expect_escaped(escape_plain, "\x1b[2J\a\x7f\n\t", "\\x1b[2J\\x07\\x7f\\x0a\\x09");
    expect_escaped(escape_plain, "\xc3\xa9\x9b\xff", "\\xc3\\xa9\\x9b\\xff");
    expect_escaped(escape_plain, "\\x1b", "\\\\x1b"); /* which was four characters */
    expect_escaped(escape_plain, "a\0b", "a\\x00b");
}

static void csv_doubles_its_quotes(void **state)
{
    (void)state;
    expect_escaped(escape_csv, "a \"b\", c\r\n\xe4", "a \"\"b\"\", c\\x0d\\x0a\\xe4");
}

static void xml_has_no_markup(void **state)
{
    (void)state;
    expect_escaped(escape_xml, "<a & \"b\">\x01", "&lt;a &amp; \"b\">\\x01");
}

static void utf_8_becomes_json(void **state)
{
    (void)state;
    expect_escaped(escape_json, "a\"\\\x01\x7f", "a\\\"\\\\\\u0001\\u007f");
    expect_escaped(escape_json, "\xc3\xa9\xe2\x80\xae", "\\u00e9\\u202e");
    expect_escaped(escape_json, "\xf0\x9f\x98\x80", "\\ud83d\\ude00");
    expect_escaped(escape_json, "\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\\uffff\\udbff\\udfff");
}

static void what_is_no_utf_8_is_replaced_byte_by_byte(void **state)
{
    (void)state;
    expect_escaped(escape_json,
                   "\xff"
                   "a",
                   "\\ufffda");
    expect_escaped(escape_json, "\xc0\xaf", "\\ufffd\\ufffd");            /* overlong */
    expect_escaped(escape_json, "\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd"); /* likewise */
    expect_escaped(escape_json, "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"); /* a surrogate */
    expect_escaped(escape_json, "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd");
    expect_escaped(escape_json, "\xe2\x82", "\\ufffd\\ufffd"); /* cut */
    expect_escaped(escape_json,
                   "\xe2"
                   "a",
                   "\\ufffda");
    assert_true(escape_is_utf8("a\xc3\xa9", 3));
    assert_true(escape_is_utf8("", 0));
    assert_false(escape_is_utf8("a\xc3", 2));
}

/* RFC 4648 section 10. */
static void base64_is_padded(void **state)
{
    (void)state;
    expect_escaped(escape_base64, "", "");
    expect_escaped(escape_base64, "f", "Zg==");
    expect_escaped(escape_base64, "fo", "Zm8=");
    expect_escaped(escape_base64, "foo", "Zm9v");
    expect_escaped(escape_base64, "foob", "Zm9vYg==");
    expect_escaped(escape_base64, "\xff\xfe\xfd", "//79");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gets_printable_ascii_alone),
        cmocka_unit_test(csv_doubles_its_quotes),
        cmocka_unit_test(xml_has_no_markup),
        cmocka_unit_test(utf_8_becomes_json),
        cmocka_unit_test(what_is_no_utf_8_is_replaced_byte_by_byte),
        cmocka_unit_test(base64_is_padded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
