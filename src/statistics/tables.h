/* tables.h - the tables of connections and hosts, whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TABLES_H
#define CONNMON_TABLES_H

#include "connection_map.h"
#include "connmon.h"
#include "report.h"
#include "statistics.h"

enum tables_kind { TABLES_CONVERSATIONS, TABLES_HOSTS };
enum tables_format { TABLES_TEXT, TABLES_CSV, TABLES_JSON };

/* Writes all rows of a table; as text for a terminal of that width (0: none), with the totals
 * below, and with what limits have dropped by the counters of the core that made the observations.
 * False if there is no memory. */
bool tables_write(struct statistics *statistics, enum tables_kind kind, enum tables_format format,
                  size_t width, const struct connmon_stats *core, text_sink *sink, void *to);

/* Room for any text of tables_dropped(). */
#define TABLES_DROPPED_SIZE 480

/* Writes what limits, or want of memory, have dropped, as a sentence with a newline and a NUL; ""
 * if nothing. `losses` are those of a table, all zero without one. Returns `text`. */
char *tables_dropped(char *text, size_t size, const struct connmon_stats *core,
                     struct connection_losses losses);

#endif
