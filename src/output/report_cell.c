/* report_cell.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report_cell.h"

enum {
    CACHE_LINE = 64,
    ROWS_AHEAD = 4,
    CELL_ROOM = 2 * REPORT_TEXT_SIZE, /* for a cell and what stands around it */
};

void report_begin(struct report_output *output, text_sink *sink, void *to)
{
    output->sink = sink;
    output->to = to;
    output->text = (struct text){output->bytes, output->bytes + REPORT_BUFFER_SIZE};
}

void report_flush(struct report_output *output)
{
    output->sink(output->to, output->bytes, (size_t)(output->text.at - output->bytes));
    output->text.at = output->bytes;
}

struct text *report_room(struct report_output *output)
{
    if (output->text.end - output->text.at < CELL_ROOM)
        report_flush(output);
    return &output->text;
}

const void *report_row(const struct report_kind *kind, const void *const *rows, size_t count,
                       size_t i)
{
    if (i + ROWS_AHEAD < count)
        for (size_t at = 0; at < kind->row_size; at += CACHE_LINE)
            __builtin_prefetch((const char *)rows[i + ROWS_AHEAD] + at);
    return rows[i];
}
