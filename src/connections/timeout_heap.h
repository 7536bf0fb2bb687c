/* timeout_heap.h - connections in the order in which they may time out
 *
 * A lazy heap: an entry has the time at which its connection was seen when it was added, so packets
 * cost nothing here. When an entry is popped, its connection may have been seen since, may be in
 * another heap or be gone; the owner compares, and adds it again where it was seen since.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TIMEOUT_HEAP_H
#define CONNMON_TIMEOUT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

struct timeout {
    int64_t seen_ns;
    uint32_t serial; /* of the connection */
};

/* At its top, entries[0], the one not seen for longest; of equal ones the one whose serial number
 * is smaller. All bytes zero is empty. */
struct timeout_heap {
    struct timeout *entries;
    size_t count, capacity;
};

/* False: no memory. */
bool timeout_heap_add(struct timeout_heap *heap, int64_t seen_ns, uint32_t serial,
                      struct memory *memory);

/* Removes the top and returns it; there must be one. */
struct timeout timeout_heap_pop(struct timeout_heap *heap);

/* Removes all entries that do not pass the test, which is called with `of`. */
typedef bool timeout_heap_test(const void *of, const struct timeout *timeout);
void timeout_heap_filter(struct timeout_heap *heap, timeout_heap_test *is_kept, const void *of);

/* Removes all, and gives the memory back. */
void timeout_heap_clear(struct timeout_heap *heap, struct memory *memory);

#endif
