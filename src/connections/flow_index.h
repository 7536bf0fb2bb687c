/* flow_index.h - where in a capture each connection is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FLOW_INDEX_H
#define CONNMON_FLOW_INDEX_H

#include "bound.h"
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

/* Which connections are written, and how. All zero: all of them, as JSON Lines. */
struct flow_index_options {
    enum outline_format format;
    bool has_streams;     /* the discriminator is Wireshark's tcp.stream: filters may name it */
    uint32_t worst;       /* as many, by the 95th percentile of the slowest side's delay; 0: all */
    struct bounds bounds; /* on those that are written */
    /* Put more at the end of a flow's or a connection's object, such as its file; NULL: there is no
     * more. If both are, the connection's file is null. */
    void (*describe_flow)(void *to, struct outline *outline, uint32_t connection,
                          uint8_t direction);
    void (*describe)(void *to, struct outline *outline, uint32_t connection);
    void *to;
};

/* The connections that would be written: true or false for each serial number below `*size`. To be
 * freed by the caller; NULL if there is no memory. */
bool *flow_index_choose(struct flow_index *index, const struct flow_index_options *options,
                        uint32_t *size);

/* Writes the index, in the order of the first packets, or with `worst` the worst first. False if
 * there is no memory. */
bool flow_index_write(struct flow_index *index, const struct flow_index_options *options,
                      text_sink *sink, void *to);

#endif
