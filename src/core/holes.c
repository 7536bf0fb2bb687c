/* holes.c
 *
 * Few holes are one run: a sorted array with room at both ends, as most holes are filled in the
 * order in which they came, so most removals are at its front. Beyond RUN_MAX, they are several
 * runs under a directory, which is a sorted array of the same kind. So to add or to remove a hole
 * moves no more than a run; the directory moves when a run has come or gone, which takes hundreds
 * of holes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "holes.h"

#include <string.h>

#include "modular.h"

struct range {
    uint32_t start, end;
};

/* Either a run, with ranges behind it, or a directory, with entries. */
struct holes {
    uint32_t capacity, first, count; /* items in use: first .. first + count - 1 */
    uint32_t
        total; /* holes in all runs of a directory, of which there are two or more; of a run 0 */
};

struct entry {
    struct holes *run; /* with a hole at least */
    uint32_t end;      /* of its last hole */
};

enum {
    FIRST_CAPACITY = 4,
    RUN_MAX = 510, /* with the head, a block of 4096 bytes: memory.h keeps such blocks */
    MERGED_MAX = RUN_MAX / 2,
};
_Static_assert(sizeof(struct holes) + RUN_MAX * sizeof(struct range) == 4096, "see RUN_MAX");
_Static_assert(sizeof(struct holes) % _Alignof(struct entry) == 0, "items lie behind the head");

/* ---- Arrays: runs and directories ---- */

static bool is_directory(const struct holes *array)
{
    return array->total != 0;
}

static size_t item_bytes(const struct holes *array)
{
    return is_directory(array) ? sizeof(struct entry) : sizeof(struct range);
}

static size_t array_bytes(uint32_t capacity, size_t item)
{
    return sizeof(struct holes) + capacity * item;
}

static char *item_at(struct holes *array, uint32_t i)
{
    return (char *)(array + 1) + (array->first + i) * item_bytes(array);
}

static struct range *ranges(struct holes *run)
{
    return (void *)item_at(run, 0);
}

static struct entry *entries(struct holes *directory)
{
    return (void *)item_at(directory, 0);
}

static void free_array(struct holes *array, struct memory *memory)
{
    if (array)
        memory_free(memory, array, array_bytes(array->capacity, item_bytes(array)));
}

static void move_to_front(struct holes *array)
{
    memmove(array + 1, item_at(array, 0), array->count * item_bytes(array));
    array->first = 0;
}

/* Takes out items first .. end - 1, moving the shorter of the two sides that remain. */
static void remove_items(struct holes *array, uint32_t first, uint32_t end)
{
    const uint32_t above = array->count - end;
    const size_t size = item_bytes(array);

    if (first == end)
        return;
    if (first < above) {
        memmove(item_at(array, end - first), item_at(array, 0), first * size);
        array->first += end - first;
    } else {
        memmove(item_at(array, first), item_at(array, end), above * size);
    }
    array->count -= end - first;
}

/* Makes item `i` a new one, moving the shorter side that there is room for. There is room. */
static void open_gap(struct holes *array, uint32_t i)
{
    const uint32_t above = array->count - i;
    const size_t size = item_bytes(array);
    const bool is_full_above = array->first + array->count == array->capacity;

    if (is_full_above || (array->first > 0 && i < above)) {
        array->first--;
        memmove(item_at(array, 0), item_at(array, 1), i * size);
    } else {
        memmove(item_at(array, i + 1), item_at(array, i), above * size);
    }
    array->count++;
}

/* Makes room for one more item, at the end or anywhere. An array that is full grows to `most` items
 * at most. False, and nothing changed, if there is none. */
static bool reserve(struct holes **array, bool at_end, uint32_t most, struct memory *memory)
{
    struct holes *old = *array, *bigger;
    const uint32_t capacity = old->capacity > most / 2 ? most : 2 * old->capacity;

    if (at_end ? old->first + old->count < old->capacity : old->count < old->capacity)
        return true;
    if (old->count <= old->capacity / 2) { /* the room is at the front */
        move_to_front(old);
        return true;
    }
    if (old->capacity == most)
        return false;
    bigger = memory_alloc(memory, array_bytes(capacity, item_bytes(old)));
    if (!bigger)
        return false;
    *bigger = (struct holes){.capacity = capacity, .count = old->count, .total = old->total};
    memcpy(bigger + 1, item_at(old, 0), old->count * item_bytes(old));
    free_array(old, memory);
    *array = bigger;
    return true;
}

/* NULL: no memory. */
static struct holes *new_run(uint32_t capacity, struct memory *memory)
{
    struct holes *run = memory_alloc(memory, array_bytes(capacity, sizeof(struct range)));

    if (run)
        run->capacity = capacity;
    return run;
}

/* ---- Directories ---- */

static uint32_t count_runs(const struct holes *holes)
{
    return is_directory(holes) ? holes->count : 1;
}

static uint32_t count_holes(const struct holes *holes)
{
    return is_directory(holes) ? holes->total : holes->count;
}

/* Where run `r` is held. */
static struct holes **run_at(struct holes **holes, uint32_t r)
{
    return is_directory(*holes) ? &entries(*holes)[r].run : holes;
}

/* To be called when run `r` has changed and had `before` holes. */
static void note_change(struct holes *holes, uint32_t r, uint32_t before)
{
    struct entry *entry;

    if (!is_directory(holes))
        return;
    entry = &entries(holes)[r];
    holes->total += entry->run->count - before;
    if (entry->run->count > 0)
        entry->end = ranges(entry->run)[entry->run->count - 1].end;
}

/* Makes the only run left the whole. */
static void leave_directory(struct holes **holes, struct memory *memory)
{
    struct holes *directory = *holes;

    *holes = entries(directory)[0].run;
    free_array(directory, memory);
}

/* Takes out run `r` of a directory, whose holes are gone. */
static void drop_run(struct holes **holes, uint32_t r, struct memory *memory)
{
    free_array(entries(*holes)[r].run, memory);
    remove_items(*holes, r, r + 1);
    if ((*holes)->count == 1)
        leave_directory(holes, memory);
}

static bool make_directory(struct holes **holes, struct memory *memory)
{
    struct holes *run = *holes;
    struct holes *directory =
        memory_alloc(memory, array_bytes(FIRST_CAPACITY, sizeof(struct entry)));

    if (!directory)
        return false;
    *directory = (struct holes){.capacity = FIRST_CAPACITY, .count = 1, .total = run->count};
    *entries(directory) = (struct entry){run, ranges(run)[run->count - 1].end};
    *holes = directory;
    return true;
}

/* Puts an empty run, which is filled next, at place `r`. False, and nothing changed: no memory. */
static bool add_run(struct holes **holes, uint32_t r, struct holes *run, struct memory *memory)
{
    const bool is_first = !is_directory(*holes);

    if (is_first && !make_directory(holes, memory))
        return false;
    if (!reserve(holes, r == (*holes)->count, UINT32_MAX / 2, memory))
        return false; /* not the first: there was room */
    open_gap(*holes, r);
    entries(*holes)[r] = (struct entry){.run = run};
    return true;
}

/* Moves the upper half of a full run into a new one behind it. */
static bool halve(struct holes **holes, uint32_t r, struct memory *memory)
{
    struct holes *upper = new_run(RUN_MAX, memory), *lower;

    if (!upper)
        return false;
    if (!add_run(holes, r + 1, upper, memory)) {
        free_array(upper, memory);
        return false;
    }
    lower = *run_at(holes, r);
    upper->count = lower->count / 2;
    lower->count -= upper->count;
    memcpy(ranges(upper), ranges(lower) + lower->count, upper->count * sizeof(struct range));
    note_change(*holes, r, lower->count);
    note_change(*holes, r + 1, upper->count);
    return true;
}

/* Makes one of run `r` and the next, if both are there and it is half full at most. There is room:
 * all runs of a directory have RUN_MAX items of capacity. */
static void merge(struct holes **holes, uint32_t r, struct memory *memory)
{
    struct holes *lower, *upper;

    if (r + 1 >= count_runs(*holes))
        return;
    lower = entries(*holes)[r].run;
    upper = entries(*holes)[r + 1].run;
    if (lower->count + upper->count > MERGED_MAX)
        return;
    move_to_front(lower);
    memcpy(ranges(lower) + lower->count, ranges(upper), upper->count * sizeof(struct range));
    lower->count += upper->count;
    note_change(*holes, r, lower->count);
    drop_run(holes, r + 1, memory);
}

/* ---- Holes ---- */

void holes_clear(struct holes **holes, struct memory *memory)
{
    if (*holes && is_directory(*holes))
        for (uint32_t r = 0; r < (*holes)->count; r++)
            free_array(entries(*holes)[r].run, memory);
    free_array(*holes, memory);
    *holes = NULL;
}

/* Takes out holes first .. end - 1 of run `r`, and an empty run with them: false then. */
static bool remove_holes(struct holes **holes, uint32_t r, uint32_t first, uint32_t end,
                         struct memory *memory)
{
    struct holes *run = *run_at(holes, r);
    const uint32_t before = run->count;

    remove_items(run, first, end);
    note_change(*holes, r, before);
    if (run->count > 0 || !is_directory(*holes))
        return true;
    drop_run(holes, r, memory);
    return false;
}

/* False: there is none. */
static bool evict_lowest(struct holes **holes, struct memory *memory)
{
    if (count_holes(*holes) == 0)
        return false;
    remove_holes(holes, 0, 0, 1, memory);
    return true;
}

/* No order is defined between seqnos that are 2^31 or more apart, so what has fallen that far
 * behind cannot be kept sorted, nor can it be filled. */
void holes_forget_behind(struct holes **holes, uint32_t high, struct memory *memory)
{
    for (;;) {
        struct holes *run = *run_at(holes, 0);
        uint32_t i = 0;

        while (i < run->count && high - ranges(run)[i].end >= (uint32_t)INT32_MAX)
            i++;
        if (i > 0 && !remove_holes(holes, 0, 0, i, memory))
            continue; /* the run is gone; the next one may be as old */
        if (run->count > 0 && high - ranges(run)->start > (uint32_t)INT32_MAX)
            ranges(run)->start = high - (uint32_t)INT32_MAX;
        return;
    }
}

/* Adds a run behind a last one that is full. */
static bool append_run(struct holes **holes, struct memory *memory)
{
    struct holes *run = new_run(RUN_MAX, memory);

    if (!run || !add_run(holes, count_runs(*holes), run, memory)) {
        free_array(run, memory);
        return false;
    }
    return true;
}

static bool append(struct holes **holes, struct range range, struct memory *memory)
{
    struct holes **last, *run;

    if (!*holes && !(*holes = new_run(FIRST_CAPACITY, memory)))
        return false;
    last = run_at(holes, count_runs(*holes) - 1);
    if (!reserve(last, true, RUN_MAX, memory)) {
        if ((*last)->capacity == RUN_MAX && append_run(holes, memory))
            last = run_at(holes, count_runs(*holes) - 1);
        else if ((*last)->first > 0)
            move_to_front(*last);
        else
            return false;
    }
    run = *last;
    ranges(run)[run->count++] = range;
    note_change(*holes, count_runs(*holes) - 1, run->count - 1);
    return true;
}

void holes_add(struct holes **holes, uint32_t start, uint32_t end, uint32_t max,
               struct memory *memory, uint64_t *evicted)
{
    if (*holes) {
        holes_forget_behind(holes, end, memory);
        if (max != 0 && count_holes(*holes) >= max)
            *evicted += evict_lowest(holes, memory);
    }
    while (!append(holes, (struct range){start, end}, memory)) {
        ++*evicted;
        if (!*holes || !evict_lowest(holes, memory))
            return;
    }
}

/* The first hole of a run that ends beyond `seq`; `count` if there is none. */
static uint32_t first_beyond(struct holes *run, uint32_t seq)
{
    const struct range *all = ranges(run);
    uint32_t low = 0, high = run->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (mod32_after(all[middle].end, seq))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The first run with such a hole; the last one if there is none. */
static uint32_t first_run_beyond(struct holes *holes, uint32_t seq)
{
    uint32_t low = 0, high = count_runs(holes) - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (mod32_after(entries(holes)[middle].end, seq))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Makes room for one more hole where hole `*i` of run `*r` is. False: no memory. */
static bool make_room(struct holes **holes, uint32_t *r, uint32_t *i, struct memory *memory)
{
    uint32_t lower;

    if (reserve(run_at(holes, *r), false, RUN_MAX, memory))
        return true;
    if ((*run_at(holes, *r))->capacity != RUN_MAX || !halve(holes, *r, memory))
        return false;
    lower = (*run_at(holes, *r))->count;
    if (*i >= lower) {
        *i -= lower;
        ++*r;
    }
    return true;
}

/* Splits hole `i` of run `r` around `inner`, which lies inside it. */
static void split(struct holes **holes, uint32_t r, uint32_t i, struct range inner, uint32_t max,
                  struct memory *memory, uint64_t *evicted)
{
    struct holes *run;

    if ((max != 0 && count_holes(*holes) >= max) || !make_room(holes, &r, &i, memory)) {
        ++*evicted;
        ranges(*run_at(holes, r))[i].start = inner.end;
        return;
    }
    run = *run_at(holes, r);
    open_gap(run, i);
    ranges(run)[i] = (struct range){ranges(run)[i + 1].start, inner.start};
    ranges(run)[i + 1].start = inner.end;
    note_change(*holes, r, run->count - 1);
}

/* Takes `inner` out of run `r` from hole `i` on, of none of which it is the middle, and adds what
 * was missing to `*filled`. Returns whether the run still has holes. */
static bool fill_run(struct holes **holes, uint32_t r, uint32_t i, struct range inner,
                     struct memory *memory, uint32_t *filled)
{
    struct holes *run = *run_at(holes, r);
    struct range *all = ranges(run);
    uint32_t covered;

    if (i < run->count && mod32_before(all[i].start, inner.start)) {
        *filled += all[i].end - inner.start;
        all[i++].end = inner.start;
    }
    for (covered = i; covered < run->count && !mod32_after(all[covered].end, inner.end); covered++)
        *filled += all[covered].end - all[covered].start;
    if (covered < run->count && mod32_before(all[covered].start, inner.end)) {
        *filled += inner.end - all[covered].start;
        all[covered].start = inner.end;
    }
    return remove_holes(holes, r, i, covered, memory);
}

/* Takes out what may cover several runs, from hole `i` of run `r` on. */
static uint32_t fill_runs(struct holes **holes, uint32_t r, uint32_t i, struct range inner,
                          struct memory *memory)
{
    const uint32_t first = r;
    uint32_t filled = 0;

    do {
        if (fill_run(holes, r, i, inner, memory, &filled))
            r++;
        i = 0;
    } while (r < count_runs(*holes) && (*run_at(holes, r))->count > 0 &&
             mod32_before(ranges(*run_at(holes, r))->start, inner.end));
    for (r = first + 2; r-- > 0 && r + 1 >= first;)
        merge(holes, r, memory);
    return filled;
}

uint32_t holes_fill(struct holes **holes, uint32_t start, uint32_t end, uint32_t high, uint32_t max,
                    struct memory *memory, uint64_t *evicted)
{
    struct holes *run;
    struct range hole;
    uint32_t r, i;

    if (!*holes)
        return 0;
    holes_forget_behind(holes, high, memory);
    r = first_run_beyond(*holes, start);
    run = *run_at(holes, r);
    i = first_beyond(run, start);
    if (i == run->count || !mod32_before(ranges(run)[i].start, end))
        return 0;
    hole = ranges(run)[i];
    if (mod32_before(hole.start, start) && mod32_after(hole.end, end)) {
        split(holes, r, i, (struct range){start, end}, max, memory, evicted);
        return end - start;
    }
    return fill_runs(holes, r, i, (struct range){start, end}, memory);
}
