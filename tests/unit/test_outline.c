/* test_tree.c - nested data in three formats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "outline.h"

#include "written.h"

/* A person with two children, one of whom has a child. */
static void put_family(struct outline *outline)
{
    outline_begin_object(outline);
    outline_string(outline, "name", "A & \"B\" <C> \\");
    outline_begin_list(outline, "children");
    outline_begin_object(outline);
    outline_number(outline, "age", UINT64_MAX);
    outline_begin_list(outline, "children");
    outline_begin_object(outline);
    outline_nothing(outline, "age");
    outline_end_object(outline);
    outline_end_list(outline);
    outline_end_object(outline);
    outline_begin_object(outline);
    outline_time(outline, "born", -INT64_C(1500000000));
    outline_end_object(outline);
    outline_end_list(outline);
    outline_end_object(outline);
    outline_begin_object(outline);
    outline_begin_string(outline, "pieces");
    outline_piece(outline, "1,");
    outline_piece(outline, "2");
    outline_end_string(outline);
    outline_end_object(outline);
}

static const char *family(enum outline_format format, struct written *written)
{
    struct outline outline;

    written->length = 0;
    outline_begin(&outline, format, written_keep, written);
    put_family(&outline);
    outline_end(&outline);
    return written->text;
}

static void json_is_an_object_per_line(void **state)
{
    struct written written;

    (void)state;
    assert_string_equal(family(OUTLINE_JSON, &written),
                        "{\"name\":\"A & \\\"B\\\" <C> \\\\\",\"children\":["
                        "{\"age\":18446744073709551615,\"children\":[{\"age\":null}]},"
                        "{\"born\":-1.500000000}]}\n"
                        "{\"pieces\":\"1,2\"}\n");
}

static void a_property_list_has_no_null(void **state)
{
    struct written written;
    const char *text = family(OUTLINE_PLIST, &written);

    (void)state;
    assert_true(strncmp(text, "<?xml version=\"1.0\"", 19) == 0);
    text = strstr(text, "<array>");
    assert_non_null(text);
    assert_string_equal(text, "<array>\n"
                              "<dict>\n"
                              "<key>name</key><string>A &amp; \"B\" &lt;C> \\</string>\n"
                              "<key>children</key><array>\n"
                              "<dict>\n"
                              "<key>age</key><integer>18446744073709551615</integer>\n"
                              "<key>children</key><array>\n"
                              "<dict>\n"
                              "</dict>\n"
                              "</array>\n"
                              "</dict>\n"
                              "<dict>\n"
                              "<key>born</key><string>-1.500000000</string>\n"
                              "</dict>\n"
                              "</array>\n"
                              "</dict>\n"
                              "<dict>\n"
                              "<key>pieces</key><string>1,2</string>\n"
                              "</dict>\n"
                              "</array>\n"
                              "</plist>\n");
}

static void a_text_is_indented(void **state)
{
    struct written written;

    (void)state;
    assert_string_equal(family(OUTLINE_TEXT, &written), "- name: A & \"B\" <C> \\\n"
                                                        "  children:\n"
                                                        "    - age: 18446744073709551615\n"
                                                        "      children:\n"
                                                        "        - age: -\n"
                                                        "    - born: -1.500000000\n"
                                                        "- pieces: 1,2\n");
}

static const char *values(enum outline_format format, struct written *written)
{
    const struct connmon_endpoint end = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 80};
    struct outline outline;

    written->length = 0;
    outline_begin(&outline, format, written_keep, written);
    outline_begin_object(&outline);
    outline_boolean(&outline, "yes", true);
    outline_boolean(&outline, "no", false);
    outline_signed(&outline, "gap", INT64_MIN);
    outline_endpoint(&outline, "end", &end);
    outline_end_object(&outline);
    outline_end(&outline);
    return written->text;
}

static void values_have_their_types(void **state)
{
    struct written written;

    (void)state;
    assert_string_equal(values(OUTLINE_JSON, &written),
                        "{\"yes\":true,\"no\":false,\"gap\":-9223372036854775808,"
                        "\"end\":\"192.0.2.1:80\"}\n");
    assert_string_equal(strstr(values(OUTLINE_PLIST, &written), "<dict>"),
                        "<dict>\n"
                        "<key>yes</key><true/>\n"
                        "<key>no</key><false/>\n"
                        "<key>gap</key><integer>-9223372036854775808</integer>\n"
                        "<key>end</key><string>192.0.2.1:80</string>\n"
                        "</dict>\n"
                        "</array>\n"
                        "</plist>\n");
    assert_string_equal(values(OUTLINE_TEXT, &written), "- yes: true\n"
                                                        "  no: false\n"
                                                        "  gap: -9223372036854775808\n"
                                                        "  end: 192.0.2.1:80\n");
}

static void put_person(struct outline *outline, const char *name)
{
    outline_begin_object(outline);
    outline_string(outline, "name", name);
    outline_end_object(outline);
}

/* Two at a time by one struct: each is as if it had been written alone. */
static void outlines_are_written_by_turns(void **state)
{
    (void)state;
    for (enum outline_format format = OUTLINE_JSON; format <= OUTLINE_TEXT; format++) {
        struct written whole = {.length = 0}, parts[2] = {{.length = 0}, {.length = 0}};
        struct outline outline;

        outline_begin(&outline, format, written_keep, &whole);
        put_person(&outline, "A");
        put_person(&outline, "B");
        outline_end(&outline);
        for (int i = 0; i < 2; i++) {
            outline_begin(&outline, format, written_keep, &parts[i]);
            put_person(&outline, "A");
            outline_flush(&outline);
        }
        for (int i = 0; i < 2; i++) {
            outline_resume(&outline, format, written_keep, &parts[i]);
            put_person(&outline, "B");
            outline_end(&outline);
            assert_string_equal(parts[i].text, whole.text);
        }
    }
}

static void what_does_not_fit_at_once_is_whole(void **state)
{
    static char longs[3 * OUTLINE_BUFFER_SIZE];
    struct outline outline;
    struct written written = {.length = 0};

    (void)state;
    memset(longs, 'x', sizeof(longs) - 1);
    outline_begin(&outline, OUTLINE_JSON, written_keep, &written);
    outline_begin_object(&outline);
    outline_string(&outline, "name", longs);
    outline_end_object(&outline);
    outline_end(&outline);
    assert_int_equal(written.length, strlen("{\"name\":\"\"}\n") + strlen(longs));
    assert_int_equal(strspn(written.text + strlen("{\"name\":\""), "x"), strlen(longs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_an_object_per_line),
        cmocka_unit_test(a_property_list_has_no_null),
        cmocka_unit_test(a_text_is_indented),
        cmocka_unit_test(values_have_their_types),
        cmocka_unit_test(outlines_are_written_by_turns),
        cmocka_unit_test(what_does_not_fit_at_once_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
