/* report.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <stdio.h>

#include "escape.h"
#include "report_cell.h"
#include "scale.h"

enum {
    MOST_OF_NAME = 50, /* characters that a person is shown */
    CACHE_LINE = 64,
    ROWS_AHEAD = 4,
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

void report_put_readable(struct text *text, const struct report_column *column,
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

    report_put_readable(&to, column, cell);
    *to.at = '\0';
    return text;
}

void report_put_exact(struct text *text, const struct report_column *column,
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

const void *report_row(const struct report_kind *kind, const void *const *rows, size_t count,
                       size_t i)
{
    if (i + ROWS_AHEAD < count)
        for (size_t at = 0; at < kind->row_size; at += CACHE_LINE)
            __builtin_prefetch((const char *)rows[i + ROWS_AHEAD] + at);
    return rows[i];
}
