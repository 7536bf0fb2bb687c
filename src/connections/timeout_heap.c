/* timeout_heap.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timeout_heap.h"

#include "modular.h"

enum { FIRST_CAPACITY = 64 };

static bool is_before(const struct timeout *a, const struct timeout *b)
{
    return a->seen_ns != b->seen_ns ? a->seen_ns < b->seen_ns : mod32_before(a->serial, b->serial);
}

static bool reserve(struct timeout_heap *heap, struct memory *memory)
{
    const size_t capacity = heap->capacity ? 2 * heap->capacity : FIRST_CAPACITY;
    struct timeout *entries;

    if (heap->count < heap->capacity)
        return true;
    entries = memory_grow(memory, heap->entries, heap->capacity * sizeof(*entries),
                          capacity * sizeof(*entries));
    if (!entries)
        return false;
    heap->entries = entries;
    heap->capacity = capacity;
    return true;
}

bool timeout_heap_add(struct timeout_heap *heap, int64_t seen_ns, uint32_t serial,
                      struct memory *memory)
{
    const struct timeout added = {.seen_ns = seen_ns, .serial = serial};
    size_t at;

    if (!reserve(heap, memory))
        return false;
    for (at = heap->count++; at > 0; at = (at - 1) / 2) {
        const struct timeout *parent = &heap->entries[(at - 1) / 2];

        if (!is_before(&added, parent))
            break;
        heap->entries[at] = *parent;
    }
    heap->entries[at] = added;
    return true;
}

/* Fills the gap at `at` with an entry, or with what belongs there above the entry. */
static void sink_into(struct timeout_heap *heap, size_t at, struct timeout sunk)
{
    struct timeout *entries = heap->entries;
    const size_t count = heap->count;

    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        if (child + 1 < count && is_before(&entries[child + 1], &entries[child]))
            child++;
        if (!is_before(&entries[child], &sunk))
            break;
        entries[at] = entries[child];
    }
    entries[at] = sunk;
}

struct timeout timeout_heap_pop(struct timeout_heap *heap)
{
    const struct timeout top = heap->entries[0];

    heap->count--;
    sink_into(heap, 0, heap->entries[heap->count]);
    return top;
}

void timeout_heap_filter(struct timeout_heap *heap, timeout_heap_test *is_kept, const void *of)
{
    size_t kept = 0;

    for (size_t i = 0; i < heap->count; i++)
        if (is_kept(of, &heap->entries[i]))
            heap->entries[kept++] = heap->entries[i];
    heap->count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sink_into(heap, i, heap->entries[i]);
}

void timeout_heap_clear(struct timeout_heap *heap, struct memory *memory)
{
    memory_free(memory, heap->entries, heap->capacity * sizeof(*heap->entries));
    *heap = (struct timeout_heap){0};
}
