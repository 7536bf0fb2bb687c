/* test_report.c - text, CSV and JSON of rows that are made up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include "report.h"
#include "written.h"

/* A row is its cells. */
static void cell_of(const void *row, const struct report_column *column, struct report_cell *cell)
{
    *cell = ((const struct report_cell *)row)[column->id];
}

static const struct report_column columns[] = {
    {NULL, "name", "Name", "", REPORT_TEXT, 1, 0},
    {NULL, "hidden", "Hidden", "", REPORT_BOOLEAN, 0, 1},
    {"left", "delay", "delay", "", REPORT_TIME, 2, 2},
    {"left", "bytes", "bytes", "", REPORT_BYTES, 3, 3},
    {"right", "count", "count", "", REPORT_COUNT, 3, 4},
    {NULL, "end", "End", "", REPORT_TEXT, 1, 5},
};
static const struct report_kind kind = {columns, 6, sizeof(struct report_cell[6]), cell_of};

#define TEXT(words)                                                                                \
    {                                                                                              \
        .is_present = true, .text = words                                                          \
    }
#define NUMBER(value)                                                                              \
    {                                                                                              \
        .is_present = true, .number = value                                                        \
    }

static const struct report_cell full[] = {
    TEXT("a \"quoted\", one"), NUMBER(1), NUMBER(24900000),
    NUMBER(12345678),          NUMBER(7), TEXT("done"),
};
static const struct report_cell empty[6] = {TEXT("b")};
static const void *const rows[] = {full, empty};

static void text_is_aligned(void **state)
{
    struct written output = {.length = 0};

    (void)state;
    report_text(&kind, rows, 2, 0, written_keep, &output);
    assert_string_equal(output.text, "                 left              right\n"
                                     "Name               delay    bytes  count  End\n"
                                     "a \"quoted\", one  24.9 ms  12.3 MB      7  done\n"
                                     "b\n");
}

/* What matters least is left out, and that is told. */
static void text_fits_the_terminal(void **state)
{
    static const struct {
        size_t width;
        const char *text;
    } cases[] = {
        {46, "                 left              right\n"
             "Name               delay    bytes  count  End\n"
             "a \"quoted\", one  24.9 ms  12.3 MB      7  done\n"
             "b\n"},
        {45, "                 left\n"
             "Name               delay  End\n"
             "a \"quoted\", one  24.9 ms  done\n"
             "b\n"
             "2 columns left out: a wider terminal shows more, JSON has all\n"},
        {1, "Name             End\n"
            "a \"quoted\", one  done\n"
            "b\n"
            "3 columns left out: a wider terminal shows more, JSON has all\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct written output = {.length = 0};

        report_text(&kind, rows, 2, cases[i].width, written_keep, &output);
        assert_string_equal(output.text, cases[i].text);
    }
}

/* The table of a column of this type, without its header. */
static const char *column_text(struct written *output, enum report_type type,
                               const int64_t *numbers, size_t count)
{
    const struct report_column column = {NULL, "x", "x", "", type, 1, 0};
    const struct report_kind one = {&column, 1, sizeof(struct report_cell), cell_of};
    struct report_cell cells[4] = {{.is_present = false}};
    const void *some[4];

    assert_true(count <= 4);
    for (size_t i = 0; i < count; i++) {
        cells[i] = (struct report_cell)NUMBER(numbers[i]);
        some[i] = &cells[i];
    }
    output->length = 0;
    report_text(&one, some, count, 0, written_keep, output);
    return strchr(output->text, '\n') + 1;
}

#define assert_column(type, words, ...)                                                            \
    do {                                                                                           \
        const int64_t numbers[] = {__VA_ARGS__};                                                   \
        struct written column;                                                                     \
                                                                                                   \
        assert_string_equal(                                                                       \
            column_text(&column, type, numbers, sizeof(numbers) / sizeof(numbers[0])), words);     \
    } while (0)

/* To compare numbers, nobody should have to read their units. */
static void a_column_has_one_unit(void **state)
{
    (void)state;
    assert_column(REPORT_TIME, "11.0 s\n", 10959000000);
    assert_column(REPORT_TIME, "41.800 s\n 0.292 s\n", 41800000000, 292000000);
    assert_column(REPORT_TIME, "998.000 ms\n  0.005 ms\n      0 ms\n", 998000000, 5300, 0);
    assert_column(REPORT_TIME, "2000.000 ms\n   0.030 ms\n", 2000000000, 30000);
    assert_column(REPORT_TIME, "10800.000 s\n   <0.001 s\n    0.001 s\n", 10800000000000, 499999,
                  500000);
    assert_column(REPORT_TIME, "123 us\n", 123456);
    assert_column(REPORT_TIME, "0 us\n0 us\n", 0, -5);
    assert_column(REPORT_TIME, "12.00 ms\n 1.35 ms\n", 11999999, 1346000);
    assert_column(REPORT_BYTES, "999 B\n 60 B\n", 999, 60);
    assert_column(REPORT_BYTES, "12.346 MB\n 0.001 MB\n", 12345678, 1000);
    assert_column(REPORT_BYTES, "12345.678 kB\n    0.066 kB\n", 12345678, 66);
    assert_column(REPORT_BYTES, "1.000 kB\n    0 kB\n0.001 kB\n", 1000, 0, 1);
    assert_column(REPORT_RATE, "1.50 Mbit/s\n", 1500000);
}

static void csv_is_that_of_rfc_4180(void **state)
{
    struct written output = {.length = 0};

    (void)state;
    report_csv(&kind, rows, 2, written_keep, &output);
    assert_string_equal(output.text, "name,hidden,left_delay,left_bytes,right_count,end\r\n"
                                     "\"a \"\"quoted\"\", one\",true,0.024900000,12345678,7,"
                                     "\"done\"\r\n"
                                     "\"b\",,,,,\r\n");
}

static void json_has_an_object_per_line(void **state)
{
    static const void *const plain[] = {empty};
    struct written output = {.length = 0};

    (void)state;
    report_json(&kind, plain, 1, written_keep, &output);
    assert_string_equal(output.text, "{\"name\":\"b\",\"hidden\":null,\"left_delay\":null,"
                                     "\"left_bytes\":null,\"right_count\":null,\"end\":null}\n");
}

/* More than is gathered before the sink is called. */
static void many_rows_are_all_told(void **state)
{
    enum { MANY = 1000 };
    static const char line[] = "{\"name\":\"b\",\"hidden\":null,\"left_delay\":null,"
                               "\"left_bytes\":null,\"right_count\":null,\"end\":null}\n";
    static const void *many[MANY];
    struct written output = {.length = 0};

    (void)state;
    for (int i = 0; i < MANY; i++)
        many[i] = empty;
    report_json(&kind, many, MANY, written_keep, &output);
    assert_int_equal(output.length, MANY * strlen(line));
    for (int i = 0; i < MANY; i++)
        assert_memory_equal(output.text + (size_t)i * strlen(line), line, strlen(line));
}

static void no_rows_leave_the_header(void **state)
{
    struct written output = {.length = 0};

    (void)state;
    report_json(&kind, rows, 0, written_keep, &output);
    assert_int_equal(output.length, 0);
    report_text(&kind, rows, 0, 0, written_keep, &output);
    assert_string_equal(output.text, "      left          right\n"
                                     "Name  delay  bytes  count  End\n");
}

static void assert_readable(enum report_type type, int64_t number, const char *words)
{
    const struct report_column column = {.type = type};
    const struct report_cell cell = {.is_present = true, .number = number};
    char text[REPORT_CELL_SIZE];

    assert_ptr_equal(report_readable(&column, &cell, text, sizeof(text)), text);
    assert_string_equal(text, words);
}

static void numbers_are_readable(void **state)
{
    (void)state;
    assert_readable(REPORT_TIME, 0, "0 us");
    assert_readable(REPORT_TIME, -1, "0 us");
    assert_readable(REPORT_TIME, 994, "0.99 us");
    assert_readable(REPORT_TIME, 995, "1.00 us");
    assert_readable(REPORT_TIME, 9994999, "9.99 ms");
    assert_readable(REPORT_TIME, 9995000, "10.0 ms");
    assert_readable(REPORT_TIME, 99949999, "99.9 ms");
    assert_readable(REPORT_TIME, 99950000, "100 ms");
    assert_readable(REPORT_TIME, 999499999, "999 ms");
    assert_readable(REPORT_TIME, 999500000, "1.00 s");
    assert_readable(REPORT_TIME, 10959000000, "11.0 s");
    assert_readable(REPORT_TIME, INT64_MAX, "9223372037 s");
    assert_readable(REPORT_BYTES, 999, "999 B");
    assert_readable(REPORT_BYTES, 1000, "1.00 kB");
    assert_readable(REPORT_BYTES, 999499, "999 kB");
    assert_readable(REPORT_BYTES, 999500, "1.00 MB");
    assert_readable(REPORT_BYTES, INT64_MAX, "9223372 TB");
    assert_readable(REPORT_RATE, 999, "999 bit/s");
    assert_readable(REPORT_RATE, 1500000, "1.50 Mbit/s");
    assert_readable(REPORT_RATE, INT64_MAX, "9223372037 Gbit/s");
    assert_readable(REPORT_SHARE, 999499, "99.9 %");
    assert_readable(REPORT_SHARE, 999500, "100.0 %");
    assert_readable(REPORT_COUNT, INT64_MAX, "9223372036854775807");
    assert_readable(REPORT_BOOLEAN, 1, "yes");
}

static void times_before_1970_are_exact(void **state)
{
    static const struct report_column column = {NULL, "t", "t", "", REPORT_DATE, 1, 0};
    static const struct report_kind one = {&column, 1, sizeof(struct report_cell), cell_of};
    static const struct report_cell cells[] = {NUMBER(-1500000000), NUMBER(INT64_MIN)};
    static const void *const dates[] = {&cells[0], &cells[1]};
    struct written output = {.length = 0};

    (void)state;
    report_json(&one, dates, 2, written_keep, &output);
    assert_string_equal(output.text, "{\"t\":-1.500000000}\n{\"t\":-9223372036.854775808}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_aligned),
        cmocka_unit_test(text_fits_the_terminal),
        cmocka_unit_test(a_column_has_one_unit),
        cmocka_unit_test(csv_is_that_of_rfc_4180),
        cmocka_unit_test(json_has_an_object_per_line),
        cmocka_unit_test(many_rows_are_all_told),
        cmocka_unit_test(no_rows_leave_the_header),
        cmocka_unit_test(numbers_are_readable),
        cmocka_unit_test(times_before_1970_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
