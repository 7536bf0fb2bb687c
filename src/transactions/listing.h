/* listing.h - requests and answers as tables, one by one or summed up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LISTING_H
#define CONNMON_LISTING_H

#include "exchanges.h"
#include "report.h"
#include "sums.h"

enum listing_format { LISTING_TEXT, LISTING_JSON, LISTING_CSV };

/* `width` is that of the terminal that text goes to; 0: of none. */

/* Writes the exchanges of HTTP that are selected, in the order in which their requests ended; with
 * decoded bodies, if they were kept and `has_bodies`. False if there is no memory. */
bool listing_write_http(const struct exchanges *all, enum listing_format format, bool has_bodies,
                        size_t width, text_sink *sink, void *to);

/* Writes all rows, the longest 95th percentile of the total first. False if there is no memory. */
bool listing_write_sums(struct sums *sums, enum listing_format format, size_t width,
                        text_sink *sink, void *to);

#endif
