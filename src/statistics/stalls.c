/* stalls.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stalls.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

struct found {
    struct stall stall;
    uint64_t frame;
};

struct stalls {
    struct stall_limits limits;
    struct stall_tracker *trackers; /* by connection */
    size_t tracker_capacity;
    struct found *found; /* by rising frame */
    size_t count, capacity;
};

struct stalls *stalls_new(struct stall_limits limits)
{
    struct stalls *stalls = calloc(1, sizeof(*stalls));

    if (stalls)
        stalls->limits = limits;
    return stalls;
}

void stalls_free(struct stalls *stalls)
{
    if (!stalls)
        return;
    free(stalls->trackers);
    free(stalls->found);
    free(stalls);
}

/* Room for more than `at` members of this size, what is new all zero; NULL without memory. */
static void *reserve(void *array, size_t *capacity, size_t at, size_t size)
{
    size_t grown = *capacity ? *capacity : FIRST_CAPACITY;

    if (at < *capacity)
        return array;
    while (grown <= at)
        grown *= 2;
    array = realloc(array, grown * size);
    if (!array)
        return NULL;
    memset((char *)array + *capacity * size, 0, (grown - *capacity) * size);
    *capacity = grown;
    return array;
}

static struct stall_tracker *tracker_of(struct stalls *stalls, uint32_t connection)
{
    struct stall_tracker *trackers =
        reserve(stalls->trackers, &stalls->tracker_capacity, connection, sizeof(*trackers));

    if (!trackers)
        return NULL;
    stalls->trackers = trackers;
    return &trackers[connection];
}

static void keep(struct stalls *stalls, uint64_t frame, const struct stall *stall)
{
    struct found *found = reserve(stalls->found, &stalls->capacity, stalls->count, sizeof(*found));

    if (!found)
        return;
    stalls->found = found;
    found[stalls->count++] = (struct found){.stall = *stall, .frame = frame};
}

void stalls_follow(struct stalls *stalls, uint64_t frame, const struct connmon_segment *segment,
                   const struct connmon_result *result)
{
    struct stall_tracker *tracker;
    struct stall stall;

    if (stalls->count > 0 && stalls->found[stalls->count - 1].frame == frame)
        stalls->count--; /* of the one that was rejected */
    if (result->is_copy)
        return;
    tracker = tracker_of(stalls, result->connection);
    if (tracker && stall_follow(tracker, segment, result, &stalls->limits, &stall))
        keep(stalls, frame, &stall);
}

static int compare_frames(const void *frame, const void *found)
{
    const uint64_t wanted = *(const uint64_t *)frame, has = ((const struct found *)found)->frame;

    return (wanted > has) - (wanted < has);
}

const struct stall *stalls_find(const struct stalls *stalls, uint64_t frame)
{
    const struct found *found = stalls->count > 0 ? bsearch(&frame, stalls->found, stalls->count,
                                                            sizeof(*found), compare_frames)
                                                  : NULL;

    return found ? &found->stall : NULL;
}
