/* report_text.c - rows as a table for a person
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "report_cell.h"
#include "scale.h"

enum {
    COLUMN_GAP = 2,
    MOST_OF_LINE = REPORT_COLUMNS * (REPORT_TEXT_SIZE + COLUMN_GAP) + REPORT_TEXT_SIZE,
};
_Static_assert((int)MOST_OF_LINE <= (int)REPORT_BUFFER_SIZE, "a line fits");

/* Whether a cell is surely no wider than `width`, which spares most of them to be written twice. */
static bool is_narrow(const struct report_column *column, const struct report_cell *cell,
                      size_t width)
{
    static const struct {
        size_t width; /* of every number from 0 to `most`; 0: anything may come */
        int64_t most;
    } usual[REPORT_BOOLEAN + 1] = {
        [REPORT_COUNT] = {sizeof("999") - 1, 999},
        [REPORT_BOOLEAN] = {sizeof("yes") - 1, 1},
    };

    if (!cell->is_present)
        return true;
    return usual[column->type].width > 0 && width >= usual[column->type].width &&
           cell->number >= 0 && cell->number <= usual[column->type].most;
}

/* The columns of a kind that a person is shown. */
struct table {
    const struct report_kind *kind;
    const struct report_column *columns[REPORT_COLUMNS];
    struct scale scales[REPORT_COLUMNS]; /* of numbers with a unit */
    size_t widths[REPORT_COLUMNS];
    size_t begins[REPORT_COLUMNS]; /* where they stand in a line */
    size_t count, width;
    size_t left_out; /* columns, for want of width */
};

/* As wide as their titles. */
static void take_columns(struct table *table, const struct report_kind *kind)
{
    table->kind = kind;
    table->count = table->left_out = 0;
    for (size_t i = 0; i < kind->column_count; i++) {
        if (kind->columns[i].rank == 0)
            continue;
        table->columns[table->count] = &kind->columns[i];
        table->scales[table->count] = (struct scale){0};
        table->widths[table->count++] = strlen(kind->columns[i].title);
    }
}

static void widen(struct table *table, size_t i, size_t width)
{
    if (width > table->widths[i])
        table->widths[i] = width;
}

/* Sees what a row needs. */
static void measure(struct table *table, const void *row)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct report_column *column = table->columns[i];
        char bytes[REPORT_TEXT_SIZE];
        struct text text = {bytes, bytes + REPORT_TEXT_SIZE};
        struct report_cell cell;

        table->kind->cell(row, column, &cell);
        if (is_narrow(column, &cell, table->widths[i]))
            continue;
        if (scale_is_for(column->type)) {
            scale_see(&table->scales[i], cell.number);
        } else {
            report_put_readable(&text, column, &cell);
            widen(table, i, (size_t)(text.at - bytes));
        }
    }
}

static void settle_scales(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (scale_is_for(table->columns[i]->type))
            widen(table, i, scale_settle(&table->scales[i], table->columns[i]->type));
}

static void place_columns(struct table *table)
{
    table->width = 0;
    for (size_t i = 0; i < table->count; i++) {
        table->begins[i] = table->width;
        table->width += table->widths[i] + COLUMN_GAP;
    }
}

static uint8_t highest_rank(const struct table *table)
{
    uint8_t highest = 0;

    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i]->rank > highest)
            highest = table->columns[i]->rank;
    return highest;
}

static void leave_out(struct table *table, uint8_t rank)
{
    size_t left = 0;

    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i]->rank == rank)
            continue;
        table->columns[left] = table->columns[i];
        table->scales[left] = table->scales[i];
        table->widths[left++] = table->widths[i];
    }
    table->left_out += table->count - left;
    table->count = left;
    place_columns(table);
}

static void fit(struct table *table, size_t width)
{
    uint8_t rank;

    while (table->width > width + COLUMN_GAP && (rank = highest_rank(table)) > 1)
        leave_out(table, rank);
}

/* A line of spaces, to be written over; it ends with what end_line() is told. */
static char *begin_line(struct writer *writer, const struct table *table)
{
    return memset(writer_room(writer, MOST_OF_LINE)->at, ' ', table->width);
}

static void end_line(struct writer *writer, char *end)
{
    *end = '\n';
    writer->text.at = end + 1;
}

/* The prefixes, each above the first of its columns. */
static void put_groups(struct writer *writer, const struct table *table)
{
    char *line = begin_line(writer, table), *end = line;
    const char *group = NULL;

    for (size_t i = 0; i < table->count; i++) {
        const char *prefix = table->columns[i]->prefix;

        if (prefix && prefix != group) {
            struct text text = {line + table->begins[i], writer->text.end};

            text_string(&text, prefix);
            end = text.at;
        }
        group = prefix;
    }
    if (end > line)
        end_line(writer, end);
}

static void put_cell(struct text *text, const struct table *table, size_t i, const void *row)
{
    const struct report_column *column = table->columns[i];
    struct report_cell cell;

    table->kind->cell(row, column, &cell);
    if (cell.is_present && scale_is_for(column->type))
        scale_put(text, &table->scales[i], column->type, cell.number);
    else
        report_put_readable(text, column, &cell);
}

/* A row, or the header if `row` is NULL. */
static void put_row(struct writer *writer, const struct table *table, const void *row)
{
    char *line = begin_line(writer, table), *end = line;

    for (size_t i = 0; i < table->count; i++) {
        const struct report_column *column = table->columns[i];
        char bytes[REPORT_TEXT_SIZE], *at = line + table->begins[i];
        struct text text = {bytes, bytes + REPORT_TEXT_SIZE};
        size_t length;

        if (row)
            put_cell(&text, table, i, row);
        else
            text_string(&text, column->title);
        length = (size_t)(text.at - bytes);
        if (column->type != REPORT_TEXT && column->type != REPORT_NAME)
            at += table->widths[i] - length;
        memcpy(at, bytes, length);
        if (length > 0)
            end = at + length;
    }
    end_line(writer, end);
}

static void put_left_out(struct writer *writer, const struct table *table)
{
    struct text *text = writer_room(writer, REPORT_CELL_ROOM);

    text_unsigned(text, table->left_out, 0);
    text_string(text, table->left_out == 1 ? " column" : " columns");
    text_string(text, " left out: a wider terminal shows more, JSON has all\n");
}

void report_text(const struct report_kind *kind, const void *const *rows, size_t count,
                 size_t width, text_sink *sink, void *to)
{
    struct table table;
    char buffer[REPORT_BUFFER_SIZE];
    struct writer writer;

    writer_init(&writer, buffer, sizeof(buffer), sink, to);
    take_columns(&table, kind);
    for (size_t i = 0; i < count; i++)
        measure(&table, report_row(kind, rows, count, i));
    settle_scales(&table);
    place_columns(&table);
    if (width > 0)
        fit(&table, width);
    put_groups(&writer, &table);
    put_row(&writer, &table, NULL);
    for (size_t i = 0; i < count; i++)
        put_row(&writer, &table, report_row(kind, rows, count, i));
    if (table.left_out > 0)
        put_left_out(&writer, &table);
    writer_flush(&writer);
}
