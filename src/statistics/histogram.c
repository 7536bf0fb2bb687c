/* histogram.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "histogram.h"

#include <string.h>

enum {
    SUB_BITS = 5, /* 2^SUB_BITS buckets to each doubling */
    SUBS = 1 << SUB_BITS,
    FIRST_CAPACITY = 2 * HISTOGRAM_FEW,
};

_Static_assert(HISTOGRAM_KINDS *HISTOGRAM_BUCKETS - 1 <= UINT16_MAX, "a key holds both");

/* There may be several with the same key, of which all but the last are full. */
struct histogram_bucket {
    uint16_t key;
    uint16_t count;
};

/* The bucket of a value among those of its kind, from 0. */
static unsigned index_of(uint64_t ns)
{
    unsigned shift;

    if (ns < SUBS)
        return (unsigned)ns;
    shift = 63U - (unsigned)__builtin_clzll(ns) - SUB_BITS; /* the highest bit's, less those kept */
    return (shift << SUB_BITS) + (unsigned)(ns >> shift);
}

/* The buckets, to be read; for few samples in `room`, each in one of its own. */
static const struct histogram_bucket *buckets_of(const struct histogram *histogram,
                                                 struct histogram_bucket room[HISTOGRAM_FEW])
{
    if (histogram->capacity > 0)
        return histogram->many;
    for (uint32_t i = 0; i < HISTOGRAM_FEW; i++)
        room[i] = (struct histogram_bucket){histogram->few[i], 1};
    return room;
}

/* How many of the `used` buckets lie below `key`, which may be one more than the highest. */
static uint32_t find(const struct histogram_bucket *buckets, uint32_t used, uint32_t key)
{
    uint32_t low = 0, high = used;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (buckets[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* False if there is no room for one more. */
static bool add_to_few(struct histogram *histogram, uint16_t key)
{
    uint32_t i = histogram->used;

    if (i == HISTOGRAM_FEW)
        return false;
    for (; i > 0 && histogram->few[i - 1] > key; i--)
        histogram->few[i] = histogram->few[i - 1];
    histogram->few[i] = key;
    histogram->used++;
    return true;
}

/* Room for one more among the many. False if there is no memory. */
static bool reserve(struct histogram *histogram, struct memory *memory)
{
    const uint32_t capacity = histogram->capacity;
    struct histogram_bucket *grown;

    if (histogram->used < capacity)
        return true;
    grown = memory_alloc(memory, (size_t)2 * capacity * sizeof(*grown));
    if (!grown)
        return false;
    memcpy(grown, histogram->many, capacity * sizeof(*grown));
    memory_free(memory, histogram->many, capacity * sizeof(*grown));
    histogram->many = grown;
    histogram->capacity = 2 * capacity;
    return true;
}

static bool add_to_many(struct histogram *histogram, uint16_t key, uint16_t count,
                        struct memory *memory)
{
    struct histogram_bucket *buckets = histogram->many;
    uint32_t i = find(buckets, histogram->used, (uint32_t)key + 1);
    bool is_known = i > 0 && buckets[i - 1].key == key;
    uint16_t room = is_known ? (uint16_t)(UINT16_MAX - buckets[i - 1].count) : 0;

    if (room >= count) {
        buckets[i - 1].count = (uint16_t)(buckets[i - 1].count + count);
        return true;
    }
    if (!reserve(histogram, memory))
        return false;
    buckets = histogram->many;
    memmove(&buckets[i + 1], &buckets[i], (histogram->used - i) * sizeof(*buckets));
    if (room > 0)
        buckets[i - 1].count = UINT16_MAX;
    buckets[i] = (struct histogram_bucket){key, (uint16_t)(count - room)};
    histogram->used++;
    return true;
}

/* Makes the few many. False if there is no memory. */
static bool spread(struct histogram *histogram, struct memory *memory)
{
    struct histogram many = {.capacity = FIRST_CAPACITY};

    many.many = memory_alloc(memory, FIRST_CAPACITY * sizeof(*many.many));
    if (!many.many)
        return false;
    for (uint32_t i = 0; i < histogram->used; i++)
        add_to_many(&many, histogram->few[i], 1, memory); /* which fits */
    *histogram = many;
    return true;
}

static bool add_samples(struct histogram *histogram, uint16_t key, uint16_t count,
                        struct memory *memory)
{
    if (histogram->capacity == 0 && count == 1 && add_to_few(histogram, key))
        return true;
    if (histogram->capacity == 0 && !spread(histogram, memory))
        return false;
    return add_to_many(histogram, key, count, memory);
}

bool histogram_add(struct histogram *histogram, unsigned kind, int64_t ns, struct memory *memory)
{
    unsigned index = index_of(ns < 0 ? 0 : (uint64_t)ns);

    return add_samples(histogram, (uint16_t)(kind * HISTOGRAM_BUCKETS + index), 1, memory);
}

bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory)
{
    struct histogram_bucket few[HISTOGRAM_FEW];
    const struct histogram_bucket *buckets = buckets_of(from, few);
    bool is_whole = true;

    for (uint32_t i = 0; i < from->used; i++)
        is_whole &= add_samples(into, buckets[i].key, buckets[i].count, memory);
    return is_whole;
}

/* The first of the buckets that is of a kind, and how many samples there are of it. */
static const struct histogram_bucket *first_of(const struct histogram_bucket *buckets,
                                               uint32_t used, unsigned kind, uint64_t *count)
{
    const struct histogram_bucket *const end = buckets + used;
    const struct histogram_bucket *first = buckets + find(buckets, used, kind * HISTOGRAM_BUCKETS);

    *count = 0;
    for (const struct histogram_bucket *bucket = first;
         bucket < end && bucket->key / HISTOGRAM_BUCKETS == kind; bucket++)
        *count += bucket->count;
    return first;
}

uint64_t histogram_count(const struct histogram *histogram, unsigned kind)
{
    struct histogram_bucket few[HISTOGRAM_FEW];
    uint64_t count;

    first_of(buckets_of(histogram, few), histogram->used, kind, &count);
    return count;
}

unsigned histogram_position(const struct histogram *histogram, unsigned kind, unsigned percent)
{
    struct histogram_bucket few[HISTOGRAM_FEW];
    uint64_t count, seen = 0, rank;
    const struct histogram_bucket *bucket =
        first_of(buckets_of(histogram, few), histogram->used, kind, &count);

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
