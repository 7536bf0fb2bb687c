/* sums.h - exchanges summed up by protocol, server, host and path
 *
 * Rows are found in a balanced tree, that of tsearch(3): no capture can make it slow, and the order
 * that it needs is that in which equally slow rows are shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SUMS_H
#define CONNMON_SUMS_H

#include "connection_map.h"
#include "exchange.h"
#include "histogram.h"

/* The kinds of delays in a sum's histogram. */
enum sum_delay { DELAY_THINK, DELAY_TOTAL, SUM_DELAY_COUNT };

struct sum {
    enum exchange_kind kind;
    struct connmon_endpoint server;
    struct words host, path; /* the path without its query */
    uint32_t number;         /* of the row */
    uint64_t count, errors, unanswered;
    struct histogram delays;      /* by enum sum_delay */
    int64_t think_max, total_max; /* valid if has_delays */
    bool has_delays;
    bool is_entered; /* among those that are found by their names */
};

struct sums;

/* No rows yet, and at most so many (0: all): beyond that, one to which nothing was added for long
 * is forgotten. Free with sums_free(). NULL if there is no memory. */
struct sums *sums_new(uint32_t most);
void sums_free(struct sums *sums);

/* Adds an exchange to its row, if it is selected and its request was seen. */
void sums_add(struct sums *sums, const struct exchange *exchange);

/* Forgets all rows. */
void sums_reset(struct sums *sums);

/* All rows, those that take longest first. Owned by `sums`, until they are changed or asked for
 * again. NULL if there is no memory. */
const void *const *sums_rows(struct sums *sums, size_t *count);

/* Rows that were forgotten, exchanges that there was no memory for, in a row or its percentiles. */
struct connection_losses sums_losses(const struct sums *sums);

#endif
