/* statistics.h - the conversations and hosts of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_STATISTICS_H
#define CONNMON_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connection_map.h"
#include "observation.h"

struct statistics;

/* Sums over all conversations. */
struct statistics_totals {
    uint64_t connections, packets, bytes;
    uint64_t packets_without_timestamps;
    uint64_t copies;  /* packets that were captured more than once, each further time; the sums
                         above lack them */
    uint64_t one_way; /* connections of which one direction was seen */
    struct connection_losses lost; /* the sums above lack forgotten connections only in
                                      `connections` and `one_way`; dropped packets are not counted,
                                      or not in percentiles */
};

/* Empty statistics of `most` conversations (0: all): beyond that, or beyond the memory that goes
 * with it (connection_map.h), one that had no packet for long is forgotten for each new one. Free
 * with statistics_free(). NULL if there is no memory. */
struct statistics *statistics_new(uint32_t most);
void statistics_free(struct statistics *statistics);

/* Counts a packet. Connections are told apart by their serial number. */
void statistics_add(struct statistics *statistics, const struct connmon_observation *seen);

/* Forgets all packets. */
void statistics_reset(struct statistics *statistics);

struct statistics_totals statistics_totals(const struct statistics *statistics);

/* The conversation of a connection, as a row of columns_of_conversation; NULL if no packet of it
 * was counted. It stays where it is until the statistics are reset, if they have no limit. */
const void *statistics_conversation(const struct statistics *statistics, uint32_t connection);

/* All conversations that have a packet, or all hosts by role, as rows of columns_of_conversation
 * and columns_of_host. Sorted by the 95th percentile of the trustworthy delay of their slowest
 * side, longest first; those without a delay come last. The statistics own what they return, until
 * they are changed or asked for the same again. NULL if there is no memory. */
const void *const *statistics_conversations(struct statistics *statistics, size_t *count);
const void *const *statistics_hosts(struct statistics *statistics, size_t *count);

#endif
