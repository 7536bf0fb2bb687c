/* view.h - what else than lines and tables is made of the packets: events, bandwidth, an index
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VIEW_H
#define CONNMON_VIEW_H

#include "observation.h"
#include "options.h"
#include "output.h"

struct view_kind {
    /* What the options ask for, printed to `output`. NULL if there is no memory. */
    void *(*open)(const struct options *options, struct output *output);
    void (*take)(void *view, const struct connmon_observation *seen); /* the next TCP packet */
    void (*pass_time)(void *view, int64_t time_ns); /* by what is not TCP; NULL: nothing to do */
    /* After the last packet: prints what is left. Returns how many packets there was no memory for,
     * of all of them. */
    uint64_t (*finish)(void *view);
    void (*close)(void *view);
};

/* NULL if the options ask for lines or a table. */
const struct view_kind *view_kind(const struct options *options);

#endif
