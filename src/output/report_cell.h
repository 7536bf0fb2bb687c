/* report_cell.h - cells and rows, which the writers of reports share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_REPORT_CELL_H
#define CONNMON_REPORT_CELL_H

#include "report.h"
#include "writer.h"

enum {
    REPORT_TEXT_SIZE = 2 * REPORT_CELL_SIZE, /* room for a cell or a name, in whatever form */
    REPORT_CELL_ROOM = 2 * REPORT_TEXT_SIZE, /* for one, and what stands around it */
    REPORT_BUFFER_SIZE = 32 * 1024,
};

/* A cell for a person, with a unit of its own; nothing if it is absent. */
void report_put_readable(struct text *text, const struct report_column *column,
                         const struct report_cell *cell);

/* A number as machines read it, from integers alone. */
void report_put_exact(struct text *text, const struct report_column *column,
                      const struct report_cell *cell);

/* Row `i`. Those of many connections fit into no cache, and lie there in another order than here:
 * one that will be needed soon is asked for. */
const void *report_row(const struct report_kind *kind, const void *const *rows, size_t count,
                       size_t i);

#endif
