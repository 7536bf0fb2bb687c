/* report_records.c - rows for machines: CSV (RFC 4180) and JSON Lines (RFC 8259)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "escape.h"
#include "report_cell.h"

static void put_quoted(struct text *text, const char *words)
{
    text_char(text, '"');
    for (; *words; words++) {
        if (*words == '"')
            text_char(text, '"');
        text_char(text, *words);
    }
    text_char(text, '"');
}

/* A name of any length. */
static void put_csv_name(struct report_output *output, const struct report_cell *cell,
                         bool is_base64)
{
    text_char(report_room(output), '"');
    for (size_t at = 0; at < cell->name_size;) {
        const char *rest = cell->name + at;
        size_t size = cell->name_size - at;

        if (*rest == '"')
            text_char(report_room(output), '"');
        at += is_base64 ? escape_base64(report_room(output), rest, size)
                        : escape_plain(report_room(output), rest, size);
    }
    text_char(report_room(output), '"');
}

static void put_csv_cell(struct report_output *output, const struct report_column *column,
                         const struct report_cell *cell)
{
    if (!cell->is_present)
        return;
    if (column->type == REPORT_NAME || column->type == REPORT_BASE64)
        put_csv_name(output, cell, column->type == REPORT_BASE64);
    else if (column->type == REPORT_TEXT)
        put_quoted(report_room(output), cell->text);
    else
        report_put_exact(report_room(output), column, cell);
}

void report_csv(const struct report_kind *kind, const void *const *rows, size_t count,
                text_sink *sink, void *to)
{
    struct report_output output;
    struct report_cell cell;
    char name[REPORT_TEXT_SIZE];

    report_begin(&output, sink, to);
    for (size_t i = 0; i < kind->column_count; i++) {
        text_string(report_room(&output), i ? "," : "");
        text_string(report_room(&output),
                    report_column_name(&kind->columns[i], name, sizeof(name)));
    }
    text_string(report_room(&output), "\r\n");
    for (size_t r = 0; r < count; r++) {
        const void *row = report_row(kind, rows, count, r);

        for (size_t i = 0; i < kind->column_count; i++) {
            text_string(report_room(&output), i ? "," : "");
            kind->cell(row, &kind->columns[i], &cell);
            put_csv_cell(&output, &kind->columns[i], &cell);
        }
        text_string(report_room(&output), "\r\n");
    }
    report_flush(&output);
}

/* Our texts are addresses and words of our own: no character of theirs needs escaping. */
static void put_json_text(struct text *text, const char *words)
{
    text_char(text, '"');
    text_string(text, words);
    text_char(text, '"');
}

/* A name of any length. */
static void put_json_name(struct report_output *output, const struct report_cell *cell,
                          bool is_base64)
{
    text_char(report_room(output), '"');
    for (size_t at = 0; at < cell->name_size;) {
        const char *rest = cell->name + at;
        size_t size = cell->name_size - at;

        at += is_base64 ? escape_base64(report_room(output), rest, size)
                        : escape_json(report_room(output), rest, size);
    }
    text_char(report_room(output), '"');
}

static void put_json_cell(struct report_output *output, const struct report_column *column,
                          const struct report_cell *cell)
{
    struct text *text = report_room(output);

    if (!cell->is_present)
        text_string(text, "null");
    else if (column->type == REPORT_NAME || column->type == REPORT_BASE64)
        put_json_name(output, cell, column->type == REPORT_BASE64);
    else if (column->type == REPORT_TEXT)
        put_json_text(text, cell->text);
    else
        report_put_exact(text, column, cell);
}

void report_json(const struct report_kind *kind, const void *const *rows, size_t count,
                 text_sink *sink, void *to)
{
    char names[REPORT_COLUMNS][REPORT_TEXT_SIZE];
    struct report_output output;
    struct report_cell cell;

    report_begin(&output, sink, to);
    for (size_t i = 0; i < kind->column_count; i++)
        report_column_name(&kind->columns[i], names[i], REPORT_TEXT_SIZE);
    for (size_t r = 0; r < count; r++) {
        const void *row = report_row(kind, rows, count, r);

        for (size_t i = 0; i < kind->column_count; i++) {
            text_char(report_room(&output), i ? ',' : '{');
            put_json_text(&output.text, names[i]);
            text_char(&output.text, ':');
            kind->cell(row, &kind->columns[i], &cell);
            put_json_cell(&output, &kind->columns[i], &cell);
        }
        text_string(report_room(&output), "}\n");
    }
    report_flush(&output);
}
