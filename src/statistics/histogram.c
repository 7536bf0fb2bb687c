/* histogram.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "histogram.h"

#include <string.h>

enum {
    SUB_BITS = 5, /* 2^SUB_BITS buckets to each doubling */
    SUBS = 1 << SUB_BITS,
    FIRST_CAPACITY = 8,
};

/* There may be several with the same index, of which all but the last are full. */
struct histogram_bucket {
    uint16_t index;
    uint16_t count;
};

static unsigned highest_bit(uint64_t value)
{
    unsigned bit = 0;

    while (value >>= 1)
        bit++;
    return bit;
}

static uint16_t index_of(uint64_t ns)
{
    unsigned shift;

    if (ns < SUBS)
        return (uint16_t)ns;
    shift = highest_bit(ns) - SUB_BITS;
    return (uint16_t)((shift << SUB_BITS) + (ns >> shift));
}

/* The middle of a bucket. */
static int64_t value_of(uint16_t index)
{
    unsigned shift;
    uint64_t lowest;

    if (index < 2 * SUBS)
        return index;
    shift = (index >> SUB_BITS) - 1;
    lowest = (uint64_t)(SUBS + (index & (SUBS - 1))) << shift;
    return (int64_t)(lowest + (UINT64_C(1) << (shift - 1)));
}

/* How many buckets do not lie above `index`. */
static uint32_t find(const struct histogram *histogram, uint16_t index)
{
    uint32_t low = 0, high = histogram->used;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (histogram->buckets[middle].index <= index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reserve(struct histogram *histogram, struct memory *memory)
{
    uint32_t capacity = histogram->capacity ? histogram->capacity * 2 : FIRST_CAPACITY;
    struct histogram_bucket *buckets;

    if (histogram->buckets && histogram->used < histogram->capacity)
        return true;
    buckets = memory_alloc(memory, capacity * sizeof(*buckets));
    if (!buckets)
        return false;
    if (histogram->buckets)
        memcpy(buckets, histogram->buckets, histogram->used * sizeof(*buckets));
    memory_free(memory, histogram->buckets, histogram->capacity * sizeof(*buckets));
    histogram->buckets = buckets;
    histogram->capacity = capacity;
    return true;
}

static bool add_samples(struct histogram *histogram, uint16_t index, uint16_t count,
                        struct memory *memory)
{
    uint32_t i = find(histogram, index);
    struct histogram_bucket *last = i > 0 ? &histogram->buckets[i - 1] : NULL;
    uint16_t rest = count;

    if (last && last->index == index) {
        rest =
            count > UINT16_MAX - last->count ? (uint16_t)(count - (UINT16_MAX - last->count)) : 0;
        if (rest == 0)
            last->count = (uint16_t)(last->count + count);
    }
    if (rest > 0) {
        if (!reserve(histogram, memory))
            return false;
        last = &histogram->buckets[i];
        memmove(last + 1, last, (histogram->used - i) * sizeof(*last));
        *last = (struct histogram_bucket){index, rest};
        if (rest < count)
            last[-1].count = UINT16_MAX;
        histogram->used++;
    }
    histogram->count += count;
    return true;
}

bool histogram_add(struct histogram *histogram, int64_t ns, struct memory *memory)
{
    return add_samples(histogram, index_of(ns < 0 ? 0 : (uint64_t)ns), 1, memory);
}

bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory)
{
    bool is_whole = true;

    for (uint32_t i = 0; i < from->used; i++)
        is_whole &= add_samples(into, from->buckets[i].index, from->buckets[i].count, memory);
    return is_whole;
}

int64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
    /* The rank, rounded up, in two steps so that it cannot overflow. */
    uint64_t rank =
        histogram->count / 100 * percent + (histogram->count % 100 * percent + 99) / 100;
    uint64_t seen = 0;

    for (uint32_t i = 0; i < histogram->used; i++) {
        seen += histogram->buckets[i].count;
        if (seen >= rank)
            return value_of(histogram->buckets[i].index);
    }
    return histogram->used ? value_of(histogram->buckets[histogram->used - 1].index) : 0;
}

void histogram_clear(struct histogram *histogram, struct memory *memory)
{
    memory_free(memory, histogram->buckets, histogram->capacity * sizeof(*histogram->buckets));
    memset(histogram, 0, sizeof(*histogram));
}
