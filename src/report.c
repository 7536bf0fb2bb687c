/* report.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

enum {
    TEXT_SIZE = 2 * REPORT_CELL_SIZE,
    MOST_COLUMNS = 128, /* of a kind */
    COLUMN_GAP = 2,
};

static void put(report_sink *sink, void *to, const char *text)
{
    sink(to, text, strlen(text));
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

/* Three significant digits and the largest unit that leaves one before the point; `units` end with
 * NULL, each `step` times the one before, from `value` in thousandths of the first. */
static void scale(uint64_t thousandths, const char *const *units, char *text, size_t size)
{
    while (thousandths >= 1000000 && units[1]) {
        thousandths /= 1000;
        units++;
    }
    if (thousandths < 10000)
        snprintf(text, size, "%" PRIu64 ".%02" PRIu64 " %s", thousandths / 1000,
                 thousandths % 1000 / 10, *units);
    else if (thousandths < 100000)
        snprintf(text, size, "%" PRIu64 ".%" PRIu64 " %s", thousandths / 1000,
                 thousandths % 1000 / 100, *units);
    else
        snprintf(text, size, "%" PRIu64 " %s", thousandths / 1000, *units);
}

/* A whole number of the first unit. */
static void put_scaled(uint64_t number, const char *const *units, char *text, size_t size)
{
    if (number < 1000)
        snprintf(text, size, "%" PRIu64 " %s", number, *units);
    else
        scale(number, units + 1, text, size);
}

char *report_readable(const struct report_column *column, const struct report_cell *cell,
                      char *text, size_t size)
{
    static const char *const times[] = {"us", "ms", "s", NULL};
    static const char *const bytes[] = {"B", "kB", "MB", "GB", "TB", NULL};
    static const char *const rates[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", NULL};
    uint64_t number = cell->number < 0 ? 0 : (uint64_t)cell->number;

    *text = '\0';
    if (!cell->is_present)
        return text;
    switch (column->type) {
    case REPORT_TEXT:
        snprintf(text, size, "%s", cell->text);
        break;
    case REPORT_TIME:
        scale(number, times, text, size);
        break;
    case REPORT_BYTES:
        put_scaled(number, bytes, text, size);
        break;
    case REPORT_RATE:
        put_scaled(number, rates, text, size);
        break;
    case REPORT_BOOLEAN:
        snprintf(text, size, "%s", cell->number ? "yes" : "no");
        break;
    case REPORT_DATE:
        snprintf(text, size, "%" PRId64 ".%09" PRId64, cell->number / NS_PER_S,
                 cell->number % NS_PER_S);
        break;
    case REPORT_COUNT:
        snprintf(text, size, "%" PRIu64, number);
        break;
    }
    return text;
}

/* A number as machines read it, from integers alone. */
static char *exact(const struct report_column *column, const struct report_cell *cell, char *text,
                   size_t size)
{
    uint64_t size_of = cell->number < 0 ? 0 - (uint64_t)cell->number : (uint64_t)cell->number;

    if (column->type == REPORT_BOOLEAN)
        snprintf(text, size, "%s", cell->number ? "true" : "false");
    else if (column->type == REPORT_TIME || column->type == REPORT_DATE)
        snprintf(text, size, "%s%" PRIu64 ".%09" PRIu64, cell->number < 0 ? "-" : "",
                 size_of / (uint64_t)NS_PER_S, size_of % (uint64_t)NS_PER_S);
    else
        snprintf(text, size, "%" PRId64, cell->number);
    return text;
}

static void put_spaces(report_sink *sink, void *to, size_t count)
{
    static const char spaces[] = "                                ";

    for (size_t size; count > 0; count -= size) {
        size = count < sizeof(spaces) - 1 ? count : sizeof(spaces) - 1;
        sink(to, spaces, size);
    }
}

static size_t width_of(const struct report_kind *kind, const struct report_column *column,
                       const void *const *rows, size_t count)
{
    struct report_cell cell;
    char text[TEXT_SIZE];
    size_t width = strlen(column->title);

    for (size_t row = 0; row < count; row++) {
        size_t length;

        kind->cell(rows[row], column, &cell);
        length = strlen(report_readable(column, &cell, text, sizeof(text)));
        if (length > width)
            width = length;
    }
    return width;
}

/* A line of the table while it is written. */
struct line {
    report_sink *sink;
    void *to;
    size_t gap; /* spaces that are due before the next text: none end a line */
};

static void put_aligned(struct line *line, size_t width, const char *text, bool to_the_right)
{
    size_t length = strlen(text);

    if (length > 0) {
        put_spaces(line->sink, line->to, line->gap + (to_the_right ? width - length : 0));
        line->sink(line->to, text, length);
        line->gap = to_the_right ? 0 : width - length;
    } else {
        line->gap += width;
    }
    line->gap += COLUMN_GAP;
}

/* The prefixes, each above the first of its columns. */
static void put_groups(const struct report_kind *kind, const size_t *widths, report_sink *sink,
                       void *to)
{
    struct line line = {sink, to, 0};
    const char *group = NULL;
    bool has_groups = false;

    for (size_t i = 0; i < kind->column_count; i++) {
        const struct report_column *column = &kind->columns[i];

        if (!column->is_brief)
            continue;
        put_aligned(&line, widths[i],
                    column->prefix && column->prefix != group ? column->prefix : "", false);
        group = column->prefix;
        has_groups |= group != NULL;
    }
    if (has_groups)
        put(sink, to, "\n");
}

/* A row, or the header if `row` is NULL. */
static void put_row(const struct report_kind *kind, const size_t *widths, const void *row,
                    report_sink *sink, void *to)
{
    struct line line = {sink, to, 0};
    struct report_cell cell;
    char text[TEXT_SIZE];

    for (size_t i = 0; i < kind->column_count; i++) {
        const struct report_column *column = &kind->columns[i];
        const char *words = column->title;

        if (!column->is_brief)
            continue;
        if (row) {
            kind->cell(row, column, &cell);
            words = report_readable(column, &cell, text, sizeof(text));
        }
        put_aligned(&line, widths[i], words, column->type != REPORT_TEXT);
    }
    put(sink, to, "\n");
}

void report_text(const struct report_kind *kind, const void *const *rows, size_t count,
                 report_sink *sink, void *to)
{
    size_t widths[MOST_COLUMNS] = {0};

    for (size_t i = 0; i < kind->column_count; i++)
        if (kind->columns[i].is_brief)
            widths[i] = width_of(kind, &kind->columns[i], rows, count);
    put_groups(kind, widths, sink, to);
    put_row(kind, widths, NULL, sink, to);
    for (size_t i = 0; i < count; i++)
        put_row(kind, widths, rows[i], sink, to);
}

static void put_quoted(report_sink *sink, void *to, const char *text)
{
    put(sink, to, "\"");
    for (; *text; text++) {
        if (*text == '"')
            put(sink, to, "\"");
        sink(to, text, 1);
    }
    put(sink, to, "\"");
}

void report_csv(const struct report_kind *kind, const void *const *rows, size_t count,
                report_sink *sink, void *to)
{
    struct report_cell cell;
    char text[TEXT_SIZE];

    for (size_t i = 0; i < kind->column_count; i++) {
        put(sink, to, i ? "," : "");
        put(sink, to, report_column_name(&kind->columns[i], text, sizeof(text)));
    }
    put(sink, to, "\r\n");
    for (size_t row = 0; row < count; row++) {
        for (size_t i = 0; i < kind->column_count; i++) {
            put(sink, to, i ? "," : "");
            kind->cell(rows[row], &kind->columns[i], &cell);
            if (cell.is_present && kind->columns[i].type == REPORT_TEXT)
                put_quoted(sink, to, cell.text);
            else if (cell.is_present)
                put(sink, to, exact(&kind->columns[i], &cell, text, sizeof(text)));
        }
        put(sink, to, "\r\n");
    }
}

/* Our texts are addresses and words of our own: no character of theirs needs escaping. */
static void put_json_text(report_sink *sink, void *to, const char *text)
{
    put(sink, to, "\"");
    put(sink, to, text);
    put(sink, to, "\"");
}

void report_json(const struct report_kind *kind, const void *const *rows, size_t count,
                 report_sink *sink, void *to)
{
    struct report_cell cell;
    char text[TEXT_SIZE];

    for (size_t row = 0; row < count; row++) {
        for (size_t i = 0; i < kind->column_count; i++) {
            put(sink, to, i ? "," : "{");
            put_json_text(sink, to, report_column_name(&kind->columns[i], text, sizeof(text)));
            put(sink, to, ":");
            kind->cell(rows[row], &kind->columns[i], &cell);
            if (!cell.is_present)
                put(sink, to, "null");
            else if (kind->columns[i].type == REPORT_TEXT)
                put_json_text(sink, to, cell.text);
            else
                put(sink, to, exact(&kind->columns[i], &cell, text, sizeof(text)));
        }
        put(sink, to, "}\n");
    }
}
