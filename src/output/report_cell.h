/* report_cell.h - what the writers of reports share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_REPORT_CELL_H
#define CONNMON_REPORT_CELL_H

#include "report.h"
#include "text.h"

enum {
    REPORT_TEXT_SIZE = 2 * REPORT_CELL_SIZE, /* room for a cell or a name, in whatever form */
    REPORT_BUFFER_SIZE = 32 * 1024,
};

/* A cell for a person, with a unit of its own; nothing if it is absent. */
void report_put_readable(struct text *text, const struct report_column *column,
                         const struct report_cell *cell);

/* A number as machines read it, from integers alone. */
void report_put_exact(struct text *text, const struct report_column *column,
                      const struct report_cell *cell);

/* Output on its way to a sink, which is not to be called for each of many little pieces. */
struct report_output {
    text_sink *sink;
    void *to;
    struct text text;
    char bytes[REPORT_BUFFER_SIZE];
};

void report_begin(struct report_output *output, text_sink *sink, void *to);
void report_flush(struct report_output *output);

/* Where a cell can be written. */
struct text *report_room(struct report_output *output);

/* Row `i`. Those of many connections fit into no cache, and lie there in another order than here:
 * one that will be needed soon is asked for. */
const void *report_row(const struct report_kind *kind, const void *const *rows, size_t count,
                       size_t i);

#endif
