/* clock.h - differences of capture times
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CLOCK_H
#define CONNMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds from `start` to `end`, at most INT64_MAX. False, and 0, if the clock stepped back:
 * such a difference says nothing about a delay. */
static inline bool clock_elapsed(int64_t start, int64_t end, int64_t *ns)
{
    uint64_t d = (uint64_t)end - (uint64_t)start;

    *ns = 0;
    if (end < start)
        return false;
    *ns = d > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)d;
    return true;
}

static inline bool clock_is_older(int64_t start, int64_t end, int64_t max_age_ns)
{
    int64_t age;

    return clock_elapsed(start, end, &age) && age > max_age_ns;
}

#endif
