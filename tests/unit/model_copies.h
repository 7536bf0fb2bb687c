/* model_copies.h - the model's list of what may come a second time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_MODEL_COPIES_H
#define CONNMON_TEST_MODEL_COPIES_H

#include "connmon.h"

/* All zero: nothing was seen yet. */
struct model_copies {
    struct original *originals;
    size_t count, capacity;
    bool has_copies;
};

void model_copies_clear(struct model_copies *copies);

/* Whether a segment of direction `from` is a copy of the latest with the same header, which then is
 * told in the result; else it is remembered. `reverse_count`: how many segments that are no copies
 * came of the other direction before it. `self_connected`: there is but one. */
bool model_copies_find(struct model_copies *copies, const struct connmon_segment *segment, int from,
                       uint64_t reverse_count, bool self_connected, struct connmon_result *result);

#endif
