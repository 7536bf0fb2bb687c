/* flow_index.h - where in a capture each connection is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FLOW_INDEX_H
#define CONNMON_FLOW_INDEX_H

#include "connection_map.h"
#include "observation.h"
#include "outline.h"
#include "report.h"

struct flow_index;

/* An empty index of `most` connections (0: all), with the memory that goes with it
 * (connection_map.h): beyond either, one that had no packet for long is forgotten. Free with
 * flow_index_free(). NULL if there is no memory. */
struct flow_index *flow_index_new(uint32_t most);
void flow_index_free(struct flow_index *index);

/* Takes the next TCP packet. */
void flow_index_add(struct flow_index *index, const struct connmon_observation *seen);

/* Forgets all packets. */
void flow_index_reset(struct flow_index *index);

/* Connections that were forgotten, packets that there was no memory for. */
struct connection_losses flow_index_losses(const struct flow_index *index);

enum { FLOW_INDEX_LIMITS = 8 };

/* A column of the statistics (columns.def) and what it must at least, or at most, hold. */
struct flow_index_limit {
    const struct report_column
        *columns[2]; /* of both sides, if no side is named; else [1] is NULL */
    int64_t value;   /* in the column's unit */
    bool is_maximum;
};

/* Which connections are written, and how. All zero: all of them, as JSON Lines. */
struct flow_index_options {
    enum outline_format format;
    bool has_streams; /* the discriminator is Wireshark's tcp.stream: filters may name it */
    uint32_t worst;   /* as many, by the 95th percentile of the slowest side's delay; 0: all */
    struct flow_index_limit limits[FLOW_INDEX_LIMITS];
    unsigned limit_count;
    /* Put more at the end of a flow's or a connection's object, such as its file; NULL: there is no
     * more. If both are, the connection's file is null. */
    void (*describe_flow)(void *to, struct outline *outline, uint32_t connection,
                          uint8_t direction);
    void (*describe)(void *to, struct outline *outline, uint32_t connection);
    void *to;
};

enum flow_index_option {
    FLOW_INDEX_TAKEN,
    FLOW_INDEX_UNKNOWN, /* none of these options */
    FLOW_INDEX_WRONG,   /* one of them, but no such column or no such number */
};

/* Takes "worst=N", "min-COLUMN=VALUE" or "max-COLUMN=VALUE", of `length` bytes. COLUMN is the name
 * of a column for machines, with hyphens or underscores, with its side ("server-rtt-p95") or
 * without
 * ("rtt-p95": either side will do); VALUE is in seconds where the column is a time. */
enum flow_index_option flow_index_take(struct flow_index_options *options, const char *word,
                                       size_t length);

/* The connections that would be written: true or false for each serial number below `*size`. To be
 * freed by the caller; NULL if there is no memory. */
bool *flow_index_choose(struct flow_index *index, const struct flow_index_options *options,
                        uint32_t *size);

/* Writes the index, in the order of the first packets, or with `worst` the worst first. False if
 * there is no memory. */
bool flow_index_write(struct flow_index *index, const struct flow_index_options *options,
                      text_sink *sink, void *to);

#endif
