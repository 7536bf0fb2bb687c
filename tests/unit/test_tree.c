/* test_tree.c - nested data in three formats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tree.h"

#include "written.h"

/* A person with two children, one of whom has a child. */
static void put_family(struct tree *tree)
{
    tree_begin_object(tree);
    tree_string(tree, "name", "A & \"B\" <C> \\");
    tree_begin_list(tree, "children");
    tree_begin_object(tree);
    tree_number(tree, "age", UINT64_MAX);
    tree_begin_list(tree, "children");
    tree_begin_object(tree);
    tree_nothing(tree, "age");
    tree_end_object(tree);
    tree_end_list(tree);
    tree_end_object(tree);
    tree_begin_object(tree);
    tree_time(tree, "born", -INT64_C(1500000000));
    tree_end_object(tree);
    tree_end_list(tree);
    tree_end_object(tree);
    tree_begin_object(tree);
    tree_begin_string(tree, "pieces");
    tree_piece(tree, "1,");
    tree_piece(tree, "2");
    tree_end_string(tree);
    tree_end_object(tree);
}

static const char *family(enum tree_format format, struct written *written)
{
    struct tree tree;

    written->length = 0;
    tree_begin(&tree, format, written_keep, written);
    put_family(&tree);
    tree_end(&tree);
    return written->text;
}

static void json_is_an_object_per_line(void **state)
{
    struct written written;

    (void)state;
    assert_string_equal(family(TREE_JSON, &written),
                        "{\"name\":\"A & \\\"B\\\" <C> \\\\\",\"children\":["
                        "{\"age\":18446744073709551615,\"children\":[{\"age\":null}]},"
                        "{\"born\":-1.500000000}]}\n"
                        "{\"pieces\":\"1,2\"}\n");
}

static void a_property_list_has_no_null(void **state)
{
    struct written written;
    const char *text = family(TREE_PLIST, &written);

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
    assert_string_equal(family(TREE_TEXT, &written), "- name: A & \"B\" <C> \\\n"
                                                     "  children:\n"
                                                     "    - age: 18446744073709551615\n"
                                                     "      children:\n"
                                                     "        - age: -\n"
                                                     "    - born: -1.500000000\n"
                                                     "- pieces: 1,2\n");
}

static void what_does_not_fit_at_once_is_whole(void **state)
{
    static char longs[3 * TREE_BUFFER_SIZE];
    struct tree tree;
    struct written written = {.length = 0};

    (void)state;
    memset(longs, 'x', sizeof(longs) - 1);
    tree_begin(&tree, TREE_JSON, written_keep, &written);
    tree_begin_object(&tree);
    tree_string(&tree, "name", longs);
    tree_end_object(&tree);
    tree_end(&tree);
    assert_int_equal(written.length, strlen("{\"name\":\"\"}\n") + strlen(longs));
    assert_int_equal(strspn(written.text + strlen("{\"name\":\""), "x"), strlen(longs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_an_object_per_line),
        cmocka_unit_test(a_property_list_has_no_null),
        cmocka_unit_test(a_text_is_indented),
        cmocka_unit_test(what_does_not_fit_at_once_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
