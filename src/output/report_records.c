/* report_records.c - rows for machines: CSV (RFC 4180) and JSON Lines (RFC 8259)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "json_token.h"
#include "report_cell.h"

/* Names are escaped, and may be of any length; texts are of our own words, printable ASCII. */
static void put_csv_cell(struct writer *writer, const struct report_column *column,
                         const struct report_cell *cell)
{
    if (!cell->is_present)
        return;
    if (column->type == REPORT_NAME)
        writer_quoted(writer, cell->name, cell->name_size, escape_csv);
    else if (column->type == REPORT_BASE64)
        writer_quoted(writer, cell->name, cell->name_size, escape_base64);
    else if (column->type == REPORT_TEXT && strchr(cell->text, '"'))
        writer_quoted(writer, cell->text, strlen(cell->text), escape_csv);
    else if (column->type == REPORT_TEXT)
        text_quoted(writer_room(writer, REPORT_CELL_ROOM), cell->text);
    else
        report_put_exact(writer_room(writer, REPORT_CELL_ROOM), column, cell);
}

void report_csv(const struct report_kind *kind, const void *const *rows, size_t count,
                text_sink *sink, void *to)
{
    char buffer[REPORT_BUFFER_SIZE], name[REPORT_TEXT_SIZE];
    struct writer writer;
    struct report_cell cell;

    writer_init(&writer, buffer, sizeof(buffer), sink, to);
    for (size_t i = 0; i < kind->column_count; i++) {
        struct text *text = writer_room(&writer, REPORT_CELL_ROOM);

        text_string(text, i ? "," : "");
        text_string(text, report_column_name(&kind->columns[i], name, sizeof(name)));
    }
    text_string(writer_room(&writer, REPORT_CELL_ROOM), "\r\n");
    for (size_t r = 0; r < count; r++) {
        const void *row = report_row(kind, rows, count, r);

        for (size_t i = 0; i < kind->column_count; i++) {
            text_string(writer_room(&writer, REPORT_CELL_ROOM), i ? "," : "");
            kind->cell(row, &kind->columns[i], &cell);
            put_csv_cell(&writer, &kind->columns[i], &cell);
        }
        text_string(writer_room(&writer, REPORT_CELL_ROOM), "\r\n");
    }
    writer_flush(&writer);
}

static void put_json_cell(struct writer *writer, const struct report_column *column,
                          const struct report_cell *cell)
{
    struct text *text = writer_room(writer, REPORT_CELL_ROOM);

    if (!cell->is_present)
        text_string(text, "null");
    else if (column->type == REPORT_NAME)
        writer_quoted(writer, cell->name, cell->name_size, escape_json);
    else if (column->type == REPORT_BASE64)
        writer_quoted(writer, cell->name, cell->name_size, escape_base64);
    else if (column->type == REPORT_TEXT)
        text_quoted(text, cell->text);
    else
        report_put_exact(text, column, cell);
}

/* The name of a column as it stands in every row. */
struct json_name {
    char bytes[REPORT_CELL_ROOM];
    size_t size;
};

static void make_name(struct json_name *name, const struct report_column *column, bool is_first)
{
    struct text text = {name->bytes, name->bytes + sizeof(name->bytes)};
    char word[REPORT_TEXT_SIZE];

    json_key(&text, report_column_name(column, word, sizeof(word)), is_first);
    name->size = (size_t)(text.at - name->bytes);
}

void report_json(const struct report_kind *kind, const void *const *rows, size_t count,
                 text_sink *sink, void *to)
{
    char buffer[REPORT_BUFFER_SIZE];
    struct json_name names[REPORT_COLUMNS] = {0};
    struct writer writer;
    struct report_cell cell;

    writer_init(&writer, buffer, sizeof(buffer), sink, to);
    for (size_t i = 0; i < kind->column_count; i++)
        make_name(&names[i], &kind->columns[i], i == 0);
    for (size_t r = 0; r < count; r++) {
        const void *row = report_row(kind, rows, count, r);

        text_char(writer_room(&writer, REPORT_CELL_ROOM), '{');
        for (size_t i = 0; i < kind->column_count; i++) {
            text_bytes(writer_room(&writer, REPORT_CELL_ROOM), names[i].bytes, names[i].size);
            kind->cell(row, &kind->columns[i], &cell);
            put_json_cell(&writer, &kind->columns[i], &cell);
        }
        text_string(writer_room(&writer, REPORT_CELL_ROOM), "}\n");
    }
    writer_flush(&writer);
}
