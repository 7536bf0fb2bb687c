/* holes.c
 *
 * A sorted array with room at its front: most holes are filled in the order in which they came,
 * so most removals are there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "holes.h"

#include <string.h>

#include "modular.h"

enum { FIRST_CAPACITY = 4 };

struct range {
    uint32_t start, end;
};

struct holes {
    uint32_t capacity, first, count; /* in use: ranges[first] .. ranges[first + count - 1] */
    struct range ranges[];
};

static size_t holes_bytes(uint32_t capacity)
{
    return sizeof(struct holes) + capacity * sizeof(struct range);
}

void holes_clear(struct holes **holes, struct memory *memory)
{
    if (*holes)
        memory_free(memory, *holes, holes_bytes((*holes)->capacity));
    *holes = NULL;
}

static struct range *front(struct holes *holes)
{
    return &holes->ranges[holes->first];
}

/* Takes out holes first .. end - 1, moving the shorter of the two sides that remain. */
static void remove_holes(struct holes *holes, uint32_t first, uint32_t end)
{
    struct range *all = front(holes);
    uint32_t above = holes->count - end;

    if (first < above) {
        memmove(all + (end - first), all, first * sizeof(*all));
        holes->first += end - first;
    } else {
        memmove(all + first, all + end, above * sizeof(*all));
    }
    holes->count -= end - first;
}

/* Makes room for one more hole at the end. False if there is none. */
static bool make_room(struct holes **holes, uint32_t max, struct memory *memory)
{
    struct holes *old = *holes;
    uint32_t count = old ? old->count : 0;
    uint32_t capacity = old ? old->capacity : 0;
    struct holes *bigger;

    if (max != 0 && count >= max)
        return false;
    if (old && old->first + count < capacity)
        return true;
    if (old && count <= capacity / 2) { /* the room is at the front */
        memmove(old->ranges, front(old), count * sizeof(*old->ranges));
        old->first = 0;
        return true;
    }
    if (capacity > UINT32_MAX / 2)
        return false;
    capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    bigger = memory_alloc(memory, holes_bytes(capacity));
    if (!bigger)
        return false;
    bigger->capacity = capacity;
    bigger->count = count;
    if (old)
        memcpy(bigger->ranges, front(old), count * sizeof(*old->ranges));
    holes_clear(holes, memory);
    *holes = bigger;
    return true;
}

/* As make_room(), but if need be at the cost of the lowest hole. False if there is no hole that
 * could make room. */
static bool make_room_by_force(struct holes **holes, uint32_t max, struct memory *memory,
                               uint64_t *evicted)
{
    if (make_room(holes, max, memory))
        return true;
    ++*evicted;
    if (!*holes || (*holes)->count == 0)
        return false;
    remove_holes(*holes, 0, 1);
    if ((*holes)->first + (*holes)->count == (*holes)->capacity) {
        memmove((*holes)->ranges, front(*holes), (*holes)->count * sizeof(struct range));
        (*holes)->first = 0;
    }
    return true;
}

/* No order is defined between seqnos that are 2^31 or more apart, so what has fallen that far
 * behind cannot be kept sorted, nor can it be filled. */
void holes_forget_behind(struct holes *holes, uint32_t high)
{
    uint32_t i = 0;

    while (i < holes->count && high - front(holes)[i].end >= (uint32_t)INT32_MAX)
        i++;
    remove_holes(holes, 0, i);
    if (holes->count > 0 && high - front(holes)->start > (uint32_t)INT32_MAX)
        front(holes)->start = high - (uint32_t)INT32_MAX;
}

void holes_add(struct holes **holes, uint32_t start, uint32_t end, uint32_t max,
               struct memory *memory, uint64_t *evicted)
{
    if (*holes)
        holes_forget_behind(*holes, end);
    if (make_room_by_force(holes, max, memory, evicted))
        front(*holes)[(*holes)->count++] = (struct range){start, end};
}

/* The first hole that ends beyond `seq`; `count` if there is none. */
static uint32_t first_beyond(struct holes *holes, uint32_t seq)
{
    uint32_t low = 0, high = holes->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (mod32_after(front(holes)[middle].end, seq))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Splits hole `i` around [start, end), which lies inside it. */
static void split(struct holes **holes, uint32_t i, uint32_t start, uint32_t end, uint32_t max,
                  struct memory *memory, uint64_t *evicted)
{
    const struct range upper = {end, front(*holes)[i].end};
    struct range *all;

    if (!make_room(holes, max, memory)) {
        ++*evicted;
        front(*holes)[i] = upper;
        return;
    }
    all = front(*holes);
    memmove(all + i + 1, all + i, ((*holes)->count - i) * sizeof(*all));
    (*holes)->count++;
    all[i].end = start;
    all[i + 1] = upper;
}

uint32_t holes_fill(struct holes **holes, uint32_t start, uint32_t end, uint32_t high, uint32_t max,
                    struct memory *memory, uint64_t *evicted)
{
    uint32_t i, covered, filled = 0;
    struct range *all;

    if (!*holes)
        return 0;
    holes_forget_behind(*holes, high);
    all = front(*holes);
    i = first_beyond(*holes, start);
    if (i == (*holes)->count || !mod32_before(all[i].start, end))
        return 0;
    if (mod32_before(all[i].start, start)) {
        if (mod32_after(all[i].end, end)) {
            split(holes, i, start, end, max, memory, evicted);
            return end - start;
        }
        filled = all[i].end - start;
        all[i++].end = start;
    }
    for (covered = i; covered < (*holes)->count && !mod32_after(all[covered].end, end); covered++)
        filled += all[covered].end - all[covered].start;
    if (covered < (*holes)->count && mod32_before(all[covered].start, end)) {
        filled += end - all[covered].start;
        all[covered].start = end;
    }
    remove_holes(*holes, i, covered);
    return filled;
}
