/* view.h - what else than lines and tables is made of the packets: transactions, events, bandwidth,
 * an index
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VIEW_H
#define CONNMON_VIEW_H

#include "observation.h"
#include "options.h"
#include "output.h"

struct view_kind {
    /* What the options ask for, of `most` connections (0: all), printed to `output`. NULL if there
     * is no memory. */
    void *(*open)(const struct options *options, uint32_t most, struct output *output);
    /* The next TCP packet. */
    void (*take)(void *view, const struct connmon_segment *segment,
                 struct connmon_observation *seen);
    void (*pass_time)(void *view, int64_t time_ns); /* by what is not TCP; NULL: nothing to do */
    /* After the last packet: prints what is left. False if there is no memory for that. */
    bool (*finish)(void *view);
    struct connection_losses (*losses)(const void *view);
    void (*close)(void *view);
};

/* NULL if the options ask for lines or a table. */
const struct view_kind *view_kind(const struct options *options);

#endif
