/* sights.h - the model's lists of values that were seen: simple, not fast
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_SIGHTS_H
#define CONNMON_TEST_SIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that was seen, with what there is to know of its first sight. For a hole: `value` is its
 * start and `end` its end. */
struct sight {
    uint32_t value, end;
    int64_t time_ns;
    uint64_t packet;
    bool pure_ack;
};

/* All zero: none. */
struct sights {
    struct sight *list;
    size_t count, capacity;
};

/* The first with that value; NULL: none. */
struct sight *sights_find(struct sights *sights, uint32_t value);

void sights_append(struct sights *sights, struct sight sight);

#endif
