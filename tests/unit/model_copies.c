/* model_copies.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "model_copies.h"

#include <stdlib.h>

/* A segment that was no copy, and how many of the other flow's came before it. */
struct original {
    struct connmon_segment segment;
    int from;
    uint64_t reverse_count;
};

void model_copies_clear(struct model_copies *copies)
{
    free(copies->originals);
    *copies = (struct model_copies){0};
}

static bool is_same_header(const struct connmon_segment *a, const struct connmon_segment *b)
{
    return a->seq == b->seq && a->ack == b->ack && a->flags == b->flags && a->window == b->window &&
           a->payload_len == b->payload_len && a->has_timestamps == b->has_timestamps &&
           a->tsval == b->tsval && a->tsecr == b->tsecr && a->dont_fragment == b->dont_fragment;
}

/* Of two with the same header. */
static bool is_copy_of(const struct original *original, const struct original *later,
                       bool self_connected, bool has_copies)
{
    const struct connmon_segment *a = &original->segment, *b = &later->segment;
    int64_t apart = a->time_ns < b->time_ns ? b->time_ns - a->time_ns : a->time_ns - b->time_ns;

    if (a->ip_id != 0 || b->ip_id != 0)
        return a->ip_id == b->ip_id && apart <= 100000000;
    return apart <= 1000000 && a->has_checksum == b->has_checksum &&
           (!a->has_checksum || a->checksum == b->checksum) && !self_connected &&
           original->reverse_count == later->reverse_count &&
           (b->payload_len != 0 || (b->flags & CONNMON_SYN) || has_copies);
}

static void append(struct model_copies *copies, struct original original)
{
    if (copies->count == copies->capacity) {
        copies->capacity = copies->capacity ? 2 * copies->capacity : 64;
        copies->originals =
            realloc(copies->originals, copies->capacity * sizeof(*copies->originals));
        if (!copies->originals)
            abort();
    }
    copies->originals[copies->count++] = original;
}

bool model_copies_find(struct model_copies *copies, const struct connmon_segment *segment, int from,
                       uint64_t reverse_count, bool self_connected, struct connmon_result *result)
{
    const struct original later = {
        .segment = *segment, .from = from, .reverse_count = reverse_count};
    size_t i = copies->count;

    if (segment->time_unknown)
        return false;
    while (i > 0 && (copies->originals[i - 1].from != from ||
                     !is_same_header(&copies->originals[i - 1].segment, segment)))
        i--;
    if (i > 0 &&
        is_copy_of(&copies->originals[i - 1], &later, self_connected, copies->has_copies)) {
        copies->has_copies = result->is_copy = true;
        result->original = copies->originals[i - 1].segment.packet;
        return true;
    }
    append(copies, later);
    return false;
}
