/* bound.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bound.h"

#include <string.h>

#include "columns.h"
#include "number.h"

enum { NAME_SIZE = 64 };

static const double most_value = 9e9;

const struct report_column *bound_column(const char *prefix, const char *name)
{
    for (size_t i = 0; i < columns_of_conversation.column_count; i++) {
        const struct report_column *column = &columns_of_conversation.columns[i];
        char full[NAME_SIZE];

        if (prefix ? column->prefix && strcmp(column->prefix, prefix) == 0 &&
                         strcmp(column->name, name) == 0
                   : strcmp(report_column_name(column, full, sizeof(full)), name) == 0)
            return column->type == REPORT_TEXT ? NULL : column;
    }
    return NULL;
}

static bool find_columns(struct bound *bound, const char *column, size_t length)
{
    char name[NAME_SIZE];

    if (length >= sizeof(name))
        return false;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(column[i] == '-' ? '_' : column[i]);
    name[length] = '\0';
    bound->columns[0] = bound_column(NULL, name);
    bound->columns[1] = NULL;
    if (!bound->columns[0]) {
        bound->columns[0] = bound_column("client", name);
        bound->columns[1] = bound_column("server", name);
    }
    return bound->columns[0] != NULL;
}

const char *bounds_add(struct bounds *bounds, const char *column, size_t length, bool is_maximum,
                       const char *value)
{
    struct bound bound = {.is_maximum = is_maximum};
    double number;
    const char *wrong = number_decimal(value, &number);

    if (!find_columns(&bound, column, length))
        return "of a column of numbers that the table of connections has";
    if (wrong || !(number < most_value))
        return "a number below 9e9";
    if (bounds->count == BOUNDS_MOST)
        return "one of 8 such options";
    if (bound.columns[0]->type == REPORT_TIME || bound.columns[0]->type == REPORT_DATE)
        number *= 1e9;
    bound.value = (int64_t)number;
    bounds->all[bounds->count++] = bound;
    return NULL;
}

static bool is_within(const struct bound *bound, const struct conversation *row)
{
    for (int i = 0; i < 2 && bound->columns[i]; i++) {
        struct report_cell cell;

        columns_of_conversation.cell(row, bound->columns[i], &cell);
        if (cell.is_present &&
            (bound->is_maximum ? cell.number <= bound->value : cell.number >= bound->value))
            return true;
    }
    return false;
}

bool bounds_hold(const struct bounds *bounds, const struct conversation *row)
{
    for (unsigned i = 0; i < bounds->count; i++)
        if (!is_within(&bounds->all[i], row))
            return false;
    return true;
}
