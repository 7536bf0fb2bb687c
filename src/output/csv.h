/* csv.h - packets as CSV (RFC 4180)
 *
 *     stream,frame,time,connmon.flow,connmon.side,...
 *     0,4,1210953938.217806000,"10.10.10.251:631+10.10.10.49:55341","server",...
 *
 * The columns are the keys of json.h, and the values are written the same; a field without a value
 * is empty.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CSV_H
#define CONNMON_CSV_H

#include "observation.h"

/* The header line, with its line end. */
extern const char connmon_csv_header[];

/* Room for any row. */
#define CONNMON_CSV_SIZE 1024

/* Writes the packet's row with its line end, but no NUL, into `csv`, cut to `size` bytes. Returns
 * its length. */
size_t connmon_csv(char *csv, size_t size, const struct connmon_observation *seen);

#endif
