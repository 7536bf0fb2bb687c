/* report.h - rows of figures as text for a person, as CSV, and as JSON Lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_REPORT_H
#define CONNMON_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "writer.h"

enum report_type {
    REPORT_TEXT,
    REPORT_COUNT,
    REPORT_BYTES,
    REPORT_TIME,   /* a duration in ns */
    REPORT_DATE,   /* ns since 1970 */
    REPORT_RATE,   /* bits per second */
    REPORT_NAME,   /* a text of the capture: it is escaped, and cut for a person */
    REPORT_BASE64, /* the same, of bytes that may be no text */
    REPORT_SHARE,  /* a part of something, in millionths of it */
    REPORT_BOOLEAN,
};

/* Room for any text of a cell, its NUL included. */
#define REPORT_CELL_SIZE 64

struct report_cell {
    bool is_present;
    int64_t number;              /* of all types but REPORT_TEXT */
    char text[REPORT_CELL_SIZE]; /* of REPORT_TEXT */
    const char *name;            /* of REPORT_NAME and REPORT_BASE64; any bytes */
    size_t name_size;
};

struct report_column {
    const char *prefix; /* before name and title, the same for neighbours: "client", or NULL */
    const char *name;   /* for machines */
    const char *title;  /* for a person */
    const char *help;   /* one sentence */
    enum report_type type;
    uint8_t rank; /* 0: only machines are told; else a person is, too, but where a terminal is too
                     narrow for all columns those of the highest rank go first, and 1 stays */
    int id;       /* for `cell` */
};

enum { REPORT_COLUMNS = 128 }; /* of a kind of row, at most */

struct report_kind {
    const struct report_column *columns;
    size_t column_count;
    size_t row_size; /* bytes that `cell` looks at in any case */
    /* Fills the cell of a column in a row. */
    void (*cell)(const void *row, const struct report_column *column, struct report_cell *cell);
};

/* `amount` in `ns` nanoseconds, of which there is one at least, as so many per second. The most
 * that is told is what a cell holds: a capture may claim 4 GiB in a nanosecond. */
uint64_t report_per_second(uint64_t amount, int64_t ns);

/* The name of a column for machines, such as "server_rtt_p95"; the title for a person. Cut to
 * `size`, NUL included. Both return `text`. */
char *report_column_name(const struct report_column *column, char *text, size_t size);
char *report_column_title(const struct report_column *column, char *text, size_t size);

/* A cell with a readable unit, such as "24.9 ms"; "" if absent. Returns `text`. */
char *report_readable(const struct report_column *column, const struct report_cell *cell,
                      char *text, size_t size);

/* The columns for a person, of all rows, aligned, below a header that tells each prefix once.
 * Fitted to `width` characters, if that is not 0, by leaving out columns as far as their ranks
 * allow; how many is told in a line below. */
void report_text(const struct report_kind *kind, const void *const *rows, size_t count,
                 size_t width, text_sink *sink, void *to);

/* All columns, RFC 4180, with a header line; times in seconds. Absent cells are empty; a name is
 * escaped as for a person. */
void report_csv(const struct report_kind *kind, const void *const *rows, size_t count,
                text_sink *sink, void *to);

/* One object per line with all columns, RFC 8259; times in seconds. Absent cells are null. */
void report_json(const struct report_kind *kind, const void *const *rows, size_t count,
                 text_sink *sink, void *to);

#endif
