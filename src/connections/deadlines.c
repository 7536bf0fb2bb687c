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

struct deadline deadlines_take(struct deadlines *deadlines)
{
    struct deadline *heap = deadlines->heap;
    const struct deadline top = heap[0], last = heap[--deadlines->count];
    size_t at = 0, count = deadlines->count;

    for (size_t child = 1; child < count; at = child, child = 2 * at + 1) {
        if (child + 1 < count && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &last))
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

void deadlines_clear(struct deadlines *deadlines, struct memory *memory)
{
    memory_free(memory, deadlines->heap, deadlines->capacity * sizeof(*deadlines->heap));
    *deadlines = (struct deadlines){0};
}
