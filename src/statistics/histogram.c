/* histogram.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "histogram.h"

#include <string.h>

enum {
    SUB_BITS = 5, /* 2^SUB_BITS buckets to each doubling */
    SUBS = 1 << SUB_BITS,
};

_Static_assert(HISTOGRAM_KINDS *HISTOGRAM_BUCKETS - 1 <= UINT16_MAX, "a key holds both");

/* The bucket of a value among those of its kind, from 0. */
static unsigned index_of(uint64_t ns)
{
    unsigned shift;

    if (ns < SUBS)
        return (unsigned)ns;
    shift = 63U - (unsigned)__builtin_clzll(ns) - SUB_BITS; /* the highest bit's, less those kept */
    return (shift << SUB_BITS) + (unsigned)(ns >> shift);
}

static const struct histogram_bucket *buckets_of(const struct histogram *histogram)
{
    return histogram->capacity ? histogram->many : histogram->few;
}

/* How many buckets lie below `key`, which may be one more than the highest. */
static uint32_t find(const struct histogram *histogram, uint32_t key)
{
    const struct histogram_bucket *buckets = buckets_of(histogram);
    uint32_t low = 0, high = histogram->used;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (buckets[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The buckets, room for one more among them; NULL if there is no memory. */
static struct histogram_bucket *reserve(struct histogram *histogram, struct memory *memory)
{
    struct histogram_bucket *buckets = histogram->capacity ? histogram->many : histogram->few;
    uint32_t capacity = histogram->capacity ? histogram->capacity : HISTOGRAM_FEW;
    struct histogram_bucket *grown;

    if (histogram->used < capacity)
        return buckets;
    grown = memory_alloc(memory, 2 * capacity * sizeof(*grown));
    if (!grown)
        return NULL;
    memcpy(grown, buckets, capacity * sizeof(*grown));
    histogram_clear(histogram, memory);
    *histogram = (struct histogram){.used = capacity, .capacity = 2 * capacity, .many = grown};
    return grown;
}

static bool add_samples(struct histogram *histogram, uint16_t key, uint16_t count,
                        struct memory *memory)
{
    struct histogram_bucket *buckets = histogram->capacity ? histogram->many : histogram->few;
    uint32_t i = find(histogram, (uint32_t)key + 1);
    bool is_known = i > 0 && buckets[i - 1].key == key;
    uint16_t room = is_known ? (uint16_t)(UINT16_MAX - buckets[i - 1].count) : 0;

    if (room >= count) {
        buckets[i - 1].count = (uint16_t)(buckets[i - 1].count + count);
        return true;
    }
    buckets = reserve(histogram, memory);
    if (!buckets)
        return false;
    memmove(&buckets[i + 1], &buckets[i], (histogram->used - i) * sizeof(*buckets));
    if (room > 0)
        buckets[i - 1].count = UINT16_MAX;
    buckets[i] = (struct histogram_bucket){key, (uint16_t)(count - room)};
    histogram->used++;
    return true;
}

bool histogram_add(struct histogram *histogram, unsigned kind, int64_t ns, struct memory *memory)
{
    unsigned index = index_of(ns < 0 ? 0 : (uint64_t)ns);

    return add_samples(histogram, (uint16_t)(kind * HISTOGRAM_BUCKETS + index), 1, memory);
}

bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory)
{
    const struct histogram_bucket *buckets = buckets_of(from);
    bool is_whole = true;

    for (uint32_t i = 0; i < from->used; i++)
        is_whole &= add_samples(into, buckets[i].key, buckets[i].count, memory);
    return is_whole;
}

/* The first bucket of a kind, and how many samples there are. */
static const struct histogram_bucket *first_of(const struct histogram *histogram, unsigned kind,
                                               uint64_t *count)
{
    const struct histogram_bucket *buckets = buckets_of(histogram);
    const struct histogram_bucket *first = buckets + find(histogram, kind * HISTOGRAM_BUCKETS);
    const struct histogram_bucket *const end = buckets + histogram->used;

    *count = 0;
    for (const struct histogram_bucket *bucket = first;
         bucket < end && bucket->key / HISTOGRAM_BUCKETS == kind; bucket++)
        *count += bucket->count;
    return first;
}

uint64_t histogram_count(const struct histogram *histogram, unsigned kind)
{
    uint64_t count;

    first_of(histogram, kind, &count);
    return count;
}

unsigned histogram_position(const struct histogram *histogram, unsigned kind, unsigned percent)
{
    uint64_t count, seen = 0, rank;
    const struct histogram_bucket *bucket = first_of(histogram, kind, &count);

    if (count == 0)
        return 0;
    /* Rounded up, in two steps so that it cannot overflow. */
    rank = count / 100 * percent + (count % 100 * percent + 99) / 100;
    while ((seen += bucket->count) < rank)
        bucket++;
    return bucket->key % HISTOGRAM_BUCKETS + 1U;
}

/* The middle of a bucket. */
int64_t histogram_value(unsigned position)
{
    unsigned index = position > 0 ? position - 1 : 0, shift;
    uint64_t lowest;

    if (index < 2 * SUBS)
        return index;
    shift = (index >> SUB_BITS) - 1;
    lowest = (uint64_t)(SUBS + (index & (SUBS - 1))) << shift;
    return (int64_t)(lowest + (UINT64_C(1) << (shift - 1)));
}

void histogram_clear(struct histogram *histogram, struct memory *memory)
{
    if (histogram->capacity > 0)
        memory_free(memory, histogram->many, histogram->capacity * sizeof(*histogram->many));
    *histogram = (struct histogram){0};
}
