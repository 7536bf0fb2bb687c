/* sums.h - exchanges summed up by protocol, server, host and path
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SUMS_H
#define CONNMON_SUMS_H

#include "exchanges.h"
#include "histogram.h"

/* The kinds of delays in a sum's histogram. */
enum sum_delay { DELAY_THINK, DELAY_TOTAL };

struct sum {
    enum exchange_kind kind;
    struct connmon_endpoint server;
    struct words host, path; /* the path without its query */
    uint64_t count, errors, unanswered;
    struct histogram delays;      /* by enum sum_delay */
    int64_t think_max, total_max; /* valid if has_delays */
    bool has_delays;
};

struct sums {
    struct memory memory;
    struct sum *rows;
    size_t count, capacity;
};

/* Sums up what is selected of `all`, which must outlive the sums. False if there is no memory. */
bool sums_make(struct sums *sums, const struct exchanges *all);

void sums_clear(struct sums *sums);

#endif
