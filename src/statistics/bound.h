/* bound.h - which connections are wanted: what a column of theirs must at least, or at most, hold
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BOUND_H
#define CONNMON_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conversation.h"
#include "report.h"

enum { BOUNDS_MOST = 8 };

struct bound {
    const struct report_column
        *columns[2]; /* of both sides, if no side is named: either will do; else [1] is NULL */
    int64_t value;   /* in the column's unit */
    bool is_maximum;
};

/* All bytes zero: none, so that every connection is within. */
struct bounds {
    struct bound all[BOUNDS_MOST];
    unsigned count;
};

/* One more. The column of columns_of_conversation is named as machines are told it, with hyphens or
 * underscores, with its side ("server-rtt-p95") or without ("rtt-p95"), in `length` bytes; `value`
 * is a decimal number, in seconds where the column is a time. Returns NULL, or if that cannot be,
 * what the value or its column must be. */
const char *bounds_add(struct bounds *bounds, const char *column, size_t length, bool is_maximum,
                       const char *value);

/* Whether the connection has what all of them ask for. What is absent is in no bound. */
bool bounds_hold(const struct bounds *bounds, const struct conversation *row);

/* The column of columns_of_conversation with this name and prefix, if it holds numbers; NULL: there
 * is none. Without a prefix `name` is the whole, as in "server_rtt_p95". */
const struct report_column *bound_column(const char *prefix, const char *name);

#endif
