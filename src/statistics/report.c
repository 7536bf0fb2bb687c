/* report.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "scale.h"
#include "text.h"

enum {
    TEXT_SIZE = 2 * REPORT_CELL_SIZE, /* room for a cell or a name, in whatever form */
    MOST_OF_NAME = 50,                /* characters that a person is shown */
    COLUMN_GAP = 2,
    CACHE_LINE = 64,
    ROWS_AHEAD = 4,
    BUFFER_SIZE = 32 * 1024,
    MOST_OF_LINE = REPORT_COLUMNS * (TEXT_SIZE + COLUMN_GAP) + TEXT_SIZE,
    CELL_ROOM = 2 * TEXT_SIZE, /* for a cell and what stands around it */
};

uint64_t report_per_second(uint64_t amount, int64_t ns)
{
    const double most = 9e18, rate = (double)amount * 1e9 / (double)ns;

    return rate < most ? (uint64_t)rate : INT64_MAX;
}

char *report_column_name(const struct report_column *column, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", column->prefix ? column->prefix : "", column->prefix ? "_" : "",
             column->name);
    return text;
}

char *report_column_title(const struct report_column *column, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", column->prefix ? column->prefix : "", column->prefix ? " " : "",
             column->title);
    return text;
}

/* So much of a name as a table has room for. */
static void put_name(struct text *text, const struct report_cell *cell)
{
    const char *const last = text->at + MOST_OF_NAME;
    size_t at = 0;

    while (at < cell->name_size && text->at < last)
        at += escape_plain(text, cell->name + at, cell->name_size - at);
    if (at < cell->name_size)
        text_string(text, "...");
}

static void put_readable(struct text *text, const struct report_column *column,
                         const struct report_cell *cell)
{
    const uint64_t number = cell->number < 0 ? 0 : (uint64_t)cell->number;

    if (!cell->is_present)
        return;
    switch (column->type) {
    case REPORT_TEXT:
        text_string(text, cell->text);
        break;
    case REPORT_NAME:
    case REPORT_BASE64:
        put_name(text, cell);
        break;
    case REPORT_TIME:
    case REPORT_BYTES:
    case REPORT_RATE:
        scale_put_alone(text, column->type, cell->number);
        break;
    case REPORT_SHARE:
        text_rounded(text, number / 10, 1);
        text_string(text, " %");
        break;
    case REPORT_BOOLEAN:
        text_string(text, number ? "yes" : "no");
        break;
    case REPORT_DATE:
        text_seconds(text, cell->number, 9, 0);
        break;
    case REPORT_COUNT:
        text_unsigned(text, number, 0);
        break;
    }
}

char *report_readable(const struct report_column *column, const struct report_cell *cell,
                      char *text, size_t size)
{
    struct text to = {text, text + size - 1};

    put_readable(&to, column, cell);
    *to.at = '\0';
    return text;
}

/* A number as machines read it, from integers alone. */
static void put_exact(struct text *text, const struct report_column *column,
                      const struct report_cell *cell)
{
    if (column->type == REPORT_BOOLEAN)
        text_string(text, cell->number ? "true" : "false");
    else if (column->type == REPORT_SHARE)
        text_seconds(text, cell->number * 1000, 6, 0);
    else if (column->type == REPORT_TIME || column->type == REPORT_DATE)
        text_seconds(text, cell->number, 9, 0);
    else
        text_signed(text, cell->number, 0);
}

/* Output on its way to a sink, which is not to be called for each of many little pieces. */
struct output {
    report_sink *sink;
    void *to;
    struct text text;
    char bytes[BUFFER_SIZE];
};

static void begin(struct output *output, report_sink *sink, void *to)
{
    output->sink = sink;
    output->to = to;
    output->text = (struct text){output->bytes, output->bytes + BUFFER_SIZE};
}

static void flush(struct output *output)
{
    output->sink(output->to, output->bytes, (size_t)(output->text.at - output->bytes));
    output->text.at = output->bytes;
}

/* Where a cell can be written. */
static struct text *room(struct output *output)
{
    if (output->text.end - output->text.at < CELL_ROOM)
        flush(output);
    return &output->text;
}

/* A row. Those of many connections fit into no cache, and lie there in another order than here: one
 * that will be needed soon is asked for. */
static const void *take_row(const struct report_kind *kind, const void *const *rows, size_t count,
                            size_t i)
{
    if (i + ROWS_AHEAD < count)
        for (size_t at = 0; at < kind->row_size; at += CACHE_LINE)
            __builtin_prefetch((const char *)rows[i + ROWS_AHEAD] + at);
    return rows[i];
}

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
        char bytes[TEXT_SIZE];
        struct text text = {bytes, bytes + TEXT_SIZE};
        struct report_cell cell;

        table->kind->cell(row, column, &cell);
        if (is_narrow(column, &cell, table->widths[i]))
            continue;
        if (scale_is_for(column->type)) {
            scale_see(&table->scales[i], cell.number);
        } else {
            put_readable(&text, column, &cell);
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
static char *begin_line(struct output *output, const struct table *table)
{
    if (output->text.end - output->text.at < MOST_OF_LINE)
        flush(output);
    return memset(output->text.at, ' ', table->width);
}

static void end_line(struct output *output, char *end)
{
    *end = '\n';
    output->text.at = end + 1;
}

/* The prefixes, each above the first of its columns. */
static void put_groups(struct output *output, const struct table *table)
{
    char *line = begin_line(output, table), *end = line;
    const char *group = NULL;

    for (size_t i = 0; i < table->count; i++) {
        const char *prefix = table->columns[i]->prefix;

        if (prefix && prefix != group) {
            struct text text = {line + table->begins[i], output->text.end};

            text_string(&text, prefix);
            end = text.at;
        }
        group = prefix;
    }
    if (end > line)
        end_line(output, end);
}

static void put_cell(struct text *text, const struct table *table, size_t i, const void *row)
{
    const struct report_column *column = table->columns[i];
    struct report_cell cell;

    table->kind->cell(row, column, &cell);
    if (cell.is_present && scale_is_for(column->type))
        scale_put(text, &table->scales[i], column->type, cell.number);
    else
        put_readable(text, column, &cell);
}

/* A row, or the header if `row` is NULL. */
static void put_row(struct output *output, const struct table *table, const void *row)
{
    char *line = begin_line(output, table), *end = line;

    for (size_t i = 0; i < table->count; i++) {
        const struct report_column *column = table->columns[i];
        char bytes[TEXT_SIZE], *at = line + table->begins[i];
        struct text text = {bytes, bytes + TEXT_SIZE};
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
    end_line(output, end);
}

static void put_left_out(struct output *output, const struct table *table)
{
    struct text *text = room(output);

    text_unsigned(text, table->left_out, 0);
    text_string(text, table->left_out == 1 ? " column" : " columns");
    text_string(text, " left out: a wider terminal shows more, JSON has all\n");
}

void report_text(const struct report_kind *kind, const void *const *rows, size_t count,
                 size_t width, report_sink *sink, void *to)
{
    struct table table;
    struct output output;

    begin(&output, sink, to);
    take_columns(&table, kind);
    for (size_t i = 0; i < count; i++)
        measure(&table, take_row(kind, rows, count, i));
    settle_scales(&table);
    place_columns(&table);
    if (width > 0)
        fit(&table, width);
    put_groups(&output, &table);
    put_row(&output, &table, NULL);
    for (size_t i = 0; i < count; i++)
        put_row(&output, &table, take_row(kind, rows, count, i));
    if (table.left_out > 0)
        put_left_out(&output, &table);
    flush(&output);
}

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
static void put_csv_name(struct output *output, const struct report_cell *cell, bool is_base64)
{
    text_char(room(output), '"');
    for (size_t at = 0; at < cell->name_size;) {
        const char *rest = cell->name + at;
        size_t size = cell->name_size - at;

        if (*rest == '"')
            text_char(room(output), '"');
        at += is_base64 ? escape_base64(room(output), rest, size)
                        : escape_plain(room(output), rest, size);
    }
    text_char(room(output), '"');
}

static void put_csv_cell(struct output *output, const struct report_column *column,
                         const struct report_cell *cell)
{
    if (!cell->is_present)
        return;
    if (column->type == REPORT_NAME || column->type == REPORT_BASE64)
        put_csv_name(output, cell, column->type == REPORT_BASE64);
    else if (column->type == REPORT_TEXT)
        put_quoted(room(output), cell->text);
    else
        put_exact(room(output), column, cell);
}

void report_csv(const struct report_kind *kind, const void *const *rows, size_t count,
                report_sink *sink, void *to)
{
    struct output output;
    struct report_cell cell;
    char name[TEXT_SIZE];

    begin(&output, sink, to);
    for (size_t i = 0; i < kind->column_count; i++) {
        text_string(room(&output), i ? "," : "");
        text_string(room(&output), report_column_name(&kind->columns[i], name, sizeof(name)));
    }
    text_string(room(&output), "\r\n");
    for (size_t r = 0; r < count; r++) {
        const void *row = take_row(kind, rows, count, r);

        for (size_t i = 0; i < kind->column_count; i++) {
            text_string(room(&output), i ? "," : "");
            kind->cell(row, &kind->columns[i], &cell);
            put_csv_cell(&output, &kind->columns[i], &cell);
        }
        text_string(room(&output), "\r\n");
    }
    flush(&output);
}

/* Our texts are addresses and words of our own: no character of theirs needs escaping. */
static void put_json_text(struct text *text, const char *words)
{
    text_char(text, '"');
    text_string(text, words);
    text_char(text, '"');
}

/* A name of any length. */
static void put_json_name(struct output *output, const struct report_cell *cell, bool is_base64)
{
    text_char(room(output), '"');
    for (size_t at = 0; at < cell->name_size;) {
        const char *rest = cell->name + at;
        size_t size = cell->name_size - at;

        at += is_base64 ? escape_base64(room(output), rest, size)
                        : escape_json(room(output), rest, size);
    }
    text_char(room(output), '"');
}

static void put_json_cell(struct output *output, const struct report_column *column,
                          const struct report_cell *cell)
{
    struct text *text = room(output);

    if (!cell->is_present)
        text_string(text, "null");
    else if (column->type == REPORT_NAME || column->type == REPORT_BASE64)
        put_json_name(output, cell, column->type == REPORT_BASE64);
    else if (column->type == REPORT_TEXT)
        put_json_text(text, cell->text);
    else
        put_exact(text, column, cell);
}

void report_json(const struct report_kind *kind, const void *const *rows, size_t count,
                 report_sink *sink, void *to)
{
    char names[REPORT_COLUMNS][TEXT_SIZE];
    struct output output;
    struct report_cell cell;

    begin(&output, sink, to);
    for (size_t i = 0; i < kind->column_count; i++)
        report_column_name(&kind->columns[i], names[i], TEXT_SIZE);
    for (size_t r = 0; r < count; r++) {
        const void *row = take_row(kind, rows, count, r);

        for (size_t i = 0; i < kind->column_count; i++) {
            text_char(room(&output), i ? ',' : '{');
            put_json_text(&output.text, names[i]);
            text_char(&output.text, ':');
            kind->cell(row, &kind->columns[i], &cell);
            put_json_cell(&output, &kind->columns[i], &cell);
        }
        text_string(room(&output), "}\n");
    }
    flush(&output);
}
