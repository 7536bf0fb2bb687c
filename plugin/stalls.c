/* stalls.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stalls.h"

#include <glib.h>
#include <stdlib.h>

struct found {
    struct stall stall;
    uint32_t frame;
};

struct stalls {
    struct stall_limits limits;
    GArray *trackers; /* of struct stall_tracker, by connection */
    GArray *found;    /* of struct found, by rising frame */
};

struct stalls *stalls_new(struct stall_limits limits)
{
    struct stalls *stalls = g_new(struct stalls, 1);

    stalls->limits = limits;
    stalls->trackers = g_array_new(FALSE, TRUE, sizeof(struct stall_tracker));
    stalls->found = g_array_new(FALSE, FALSE, sizeof(struct found));
    return stalls;
}

void stalls_free(struct stalls *stalls)
{
    if (!stalls)
        return;
    g_array_free(stalls->trackers, TRUE);
    g_array_free(stalls->found, TRUE);
    g_free(stalls);
}

static void forget_rejected(GArray *found, uint32_t frame)
{
    if (found->len > 0 && g_array_index(found, struct found, found->len - 1).frame == frame)
        g_array_set_size(found, found->len - 1);
}

void stalls_follow(struct stalls *stalls, uint32_t frame, const struct connmon_segment *segment,
                   const struct connmon_result *result)
{
    struct found found = {.frame = frame};

    forget_rejected(stalls->found, frame);
    if (result->is_copy)
        return;
    if (result->connection >= stalls->trackers->len)
        g_array_set_size(stalls->trackers, result->connection + 1);
    if (stall_follow(&g_array_index(stalls->trackers, struct stall_tracker, result->connection),
                     segment, result, &stalls->limits, &found.stall))
        g_array_append_val(stalls->found, found);
}

static int compare_frames(const void *frame, const void *found)
{
    const uint32_t wanted = *(const uint32_t *)frame, has = ((const struct found *)found)->frame;

    return (wanted > has) - (wanted < has);
}

const struct stall *stalls_find(const struct stalls *stalls, uint32_t frame)
{
    const struct found *found = bsearch(&frame, stalls->found->data, stalls->found->len,
                                        sizeof(struct found), compare_frames);

    return found ? &found->stall : NULL;
}
