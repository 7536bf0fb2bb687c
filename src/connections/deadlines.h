/* deadlines.h - whose time may have come
 *
 * Each connection stands here with a time at which it was seen. It need not be the latest one: whom
 * it calls is asked then, and comes again if it was seen since. So packets cost nothing here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DEADLINES_H
#define CONNMON_DEADLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

struct deadline {
    int64_t seen_ns;
    uint32_t serial; /* of the connection */
};

/* A heap: at its top the longest unseen; of several the one whose number is smaller. All zero is
 * empty. */
struct deadlines {
    struct deadline *heap;
    size_t count, capacity;
};

/* False: no memory. */
bool deadlines_add(struct deadlines *deadlines, int64_t seen_ns, uint32_t serial,
                   struct memory *memory);

/* Takes the top out; there must be one. */
struct deadline deadlines_take(struct deadlines *deadlines);

/* Leaves only those that pass the test, which is told `of`. */
typedef bool deadlines_test(const void *of, const struct deadline *deadline);
void deadlines_sift(struct deadlines *deadlines, deadlines_test *is_kept, const void *of);

void deadlines_clear(struct deadlines *deadlines, struct memory *memory);

#endif
