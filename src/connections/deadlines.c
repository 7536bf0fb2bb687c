/* deadlines.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "deadlines.h"

#include <string.h>

#include "modular.h"

enum { FIRST_CAPACITY = 64 };

static bool is_before(const struct deadline *a, const struct deadline *b)
{
    return a->seen_ns != b->seen_ns ? a->seen_ns < b->seen_ns : mod32_before(a->serial, b->serial);
}

static bool reserve(struct deadlines *deadlines, struct memory *memory)
{
    size_t old = deadlines->capacity, capacity = old ? 2 * old : FIRST_CAPACITY;
    struct deadline *heap;

    if (deadlines->count < old)
        return true;
    heap = memory_alloc(memory, capacity * sizeof(*heap));
    if (!heap)
        return false;
    if (old > 0)
        memcpy(heap, deadlines->heap, old * sizeof(*heap));
    memory_free(memory, deadlines->heap, old * sizeof(*heap));
    deadlines->heap = heap;
    deadlines->capacity = capacity;
    return true;
}

bool deadlines_add(struct deadlines *deadlines, int64_t seen_ns, uint32_t serial,
                   struct memory *memory)
{
    const struct deadline added = {.seen_ns = seen_ns, .serial = serial};
    size_t at;

    if (!reserve(deadlines, memory))
        return false;
    for (at = deadlines->count++; at > 0; at = (at - 1) / 2) {
        const struct deadline *parent = &deadlines->heap[(at - 1) / 2];

        if (!is_before(&added, parent))
            break;
        deadlines->heap[at] = *parent;
    }
    deadlines->heap[at] = added;
    return true;
}

/* Puts a deadline into the gap at `at`, or where it belongs below it. */
static void sink_into(struct deadlines *deadlines, size_t at, struct deadline sunk)
{
    struct deadline *heap = deadlines->heap;
    const size_t count = deadlines->count;

    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        if (child + 1 < count && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &sunk))
            break;
        heap[at] = heap[child];
    }
    heap[at] = sunk;
}

struct deadline deadlines_take(struct deadlines *deadlines)
{
    const struct deadline top = deadlines->heap[0];

    deadlines->count--;
    sink_into(deadlines, 0, deadlines->heap[deadlines->count]);
    return top;
}

void deadlines_sift(struct deadlines *deadlines, deadlines_test *is_kept, const void *of)
{
    size_t kept = 0;

    for (size_t i = 0; i < deadlines->count; i++)
        if (is_kept(of, &deadlines->heap[i]))
            deadlines->heap[kept++] = deadlines->heap[i];
    deadlines->count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sink_into(deadlines, i, deadlines->heap[i]);
}

void deadlines_clear(struct deadlines *deadlines, struct memory *memory)
{
    memory_free(memory, deadlines->heap, deadlines->capacity * sizeof(*deadlines->heap));
    *deadlines = (struct deadlines){0};
}
