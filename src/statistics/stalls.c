/* stalls.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stalls.h"

#include <stdlib.h>

#include "connection_map.h"

enum { FIRST_CAPACITY = 64 };

struct found {
    struct stall stall;
    uint64_t frame;
};

struct stalls {
    struct memory memory;
    struct stall_limits limits;
    struct connection_map trackers;
    struct stall latest;
    struct found *found; /* by rising frame */
    size_t count, capacity;
};

struct stalls *stalls_new(struct stall_limits limits, uint32_t most)
{
    struct stalls *stalls = calloc(1, sizeof(*stalls));

    if (!stalls)
        return NULL;
    stalls->limits = limits;
    memory_init(&stalls->memory, connection_map_budget(most));
    connection_map_init(&stalls->trackers, &stalls->memory, sizeof(struct stall_tracker), most);
    return stalls;
}

void stalls_free(struct stalls *stalls)
{
    if (!stalls)
        return;
    connection_map_clear(&stalls->trackers);
    memory_release(&stalls->memory);
    free(stalls->found);
    free(stalls);
}

const struct stall *stalls_follow(struct stalls *stalls, const struct connmon_segment *segment,
                                  const struct connmon_result *result)
{
    struct stall_tracker *tracker =
        result->is_copy ? NULL : connection_map_use(&stalls->trackers, result->connection);

    if (tracker && stall_follow(tracker, segment, result, &stalls->limits, &stalls->latest))
        return &stalls->latest;
    return NULL;
}

static bool reserve(struct stalls *stalls)
{
    const size_t capacity = stalls->capacity ? 2 * stalls->capacity : FIRST_CAPACITY;
    struct found *found;

    if (stalls->count < stalls->capacity)
        return true;
    found = realloc(stalls->found, capacity * sizeof(*found));
    if (!found)
        return false;
    stalls->found = found;
    stalls->capacity = capacity;
    return true;
}

void stalls_keep(struct stalls *stalls, uint64_t frame, const struct stall *stall)
{
    if (stalls->count > 0 && stalls->found[stalls->count - 1].frame == frame)
        stalls->count--; /* of the one that was rejected */
    if (stall && reserve(stalls))
        stalls->found[stalls->count++] = (struct found){.stall = *stall, .frame = frame};
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
