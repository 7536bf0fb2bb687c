/* histogram.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "histogram.h"

#include <string.h>

enum {
    SUB_BITS = 5, /* 2^SUB_BITS buckets to each doubling */
    SUBS = 1 << SUB_BITS,
    FIRST_CAPACITY = 4,
};

struct histogram_bucket {
    uint32_t index;
    uint32_t count; /* at most UINT32_MAX: then it stays there */
};

static unsigned highest_bit(uint64_t value)
{
    unsigned bit = 0;

    while (value >>= 1)
        bit++;
    return bit;
}

static uint32_t index_of(uint64_t ns)
{
    unsigned shift;

    if (ns < SUBS)
        return (uint32_t)ns;
    shift = highest_bit(ns) - SUB_BITS;
    return (uint32_t)((shift << SUB_BITS) + (ns >> shift));
}

/* The middle of a bucket. */
static int64_t value_of(uint32_t index)
{
    unsigned shift;
    uint64_t lowest;

    if (index < 2 * SUBS)
        return index;
    shift = (index >> SUB_BITS) - 1;
    lowest = (uint64_t)(SUBS + (index & (SUBS - 1))) << shift;
    return (int64_t)(lowest + (UINT64_C(1) << (shift - 1)));
}

/* The first bucket that does not lie below `index`. */
static uint16_t find(const struct histogram *histogram, uint32_t index)
{
    uint16_t low = 0, high = histogram->used;

    while (low < high) {
        uint16_t middle = (uint16_t)((low + high) / 2);

        if (histogram->buckets[middle].index < index)
            low = (uint16_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

static bool reserve(struct histogram *histogram, struct memory *memory)
{
    uint16_t capacity =
        histogram->capacity ? (uint16_t)(histogram->capacity * 2) : (uint16_t)FIRST_CAPACITY;
    struct histogram_bucket *buckets;

    if (histogram->used < histogram->capacity)
        return true;
    buckets = memory_alloc(memory, capacity * sizeof(*buckets));
    if (!buckets)
        return false;
    if (histogram->used)
        memcpy(buckets, histogram->buckets, histogram->used * sizeof(*buckets));
    memory_free(memory, histogram->buckets, histogram->capacity * sizeof(*buckets));
    histogram->buckets = buckets;
    histogram->capacity = capacity;
    return true;
}

static bool add_to_bucket(struct histogram *histogram, uint32_t index, uint32_t count,
                          struct memory *memory)
{
    uint16_t i = find(histogram, index);
    struct histogram_bucket *bucket;

    if (i == histogram->used || histogram->buckets[i].index != index) {
        if (!reserve(histogram, memory))
            return false;
        bucket = &histogram->buckets[i];
        memmove(bucket + 1, bucket, (size_t)(histogram->used - i) * sizeof(*bucket));
        *bucket = (struct histogram_bucket){.index = index};
        histogram->used++;
    }
    bucket = &histogram->buckets[i];
    bucket->count = count > UINT32_MAX - bucket->count ? UINT32_MAX : bucket->count + count;
    histogram->count += count;
    return true;
}

bool histogram_add(struct histogram *histogram, int64_t ns, struct memory *memory)
{
    return add_to_bucket(histogram, index_of(ns < 0 ? 0 : (uint64_t)ns), 1, memory);
}

bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory)
{
    bool is_whole = true;

    for (uint16_t i = 0; i < from->used; i++)
        is_whole &= add_to_bucket(into, from->buckets[i].index, from->buckets[i].count, memory);
    return is_whole;
}

int64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
    /* The rank, rounded up, in two steps so that it cannot overflow. */
    uint64_t rank =
        histogram->count / 100 * percent + (histogram->count % 100 * percent + 99) / 100;
    uint64_t seen = 0;

    for (uint16_t i = 0; i < histogram->used; i++) {
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
