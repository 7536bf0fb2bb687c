/* holes_fixture.h - the holes of one sequence space, and what limits them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_HOLES_FIXTURE_H
#define CONNMON_TEST_HOLES_FIXTURE_H

#include "scenario.h"

#include "holes.h"

struct fixture {
    struct memory memory;
    struct holes *holes;
    uint32_t max, high;
    uint64_t evicted;
};

static inline struct fixture empty(uint32_t max, size_t memory_limit)
{
    struct fixture f = {.max = max};

    memory_init(&f.memory, memory_limit);
    return f;
}

static inline void add(struct fixture *f, uint32_t start, uint32_t end)
{
    holes_add(&f->holes, start, end, f->max, &f->memory, &f->evicted);
    f->high = end + 1;
}

static inline uint32_t fill(struct fixture *f, uint32_t start, uint32_t end)
{
    return holes_fill(&f->holes, start, end, f->high, f->max, &f->memory, &f->evicted);
}

static inline void clear(struct fixture *f)
{
    holes_clear(&f->holes, &f->memory);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    assert_null(f->holes);
}

#endif
