/* histogram.h - the distribution of many delays in little memory
 *
 * Buckets stand close together where values are small and far apart where they are large, 32 to
 * each doubling (as in an HDR histogram, Tene 2012). A percentile is told as the middle of its
 * bucket, so it is at most 1/64, 1.6 %, off the exact one; values below 32 ns are exact. Only
 * buckets in use are kept: up to 16 samples cost 64 bytes, a million at most 8 KiB.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HISTOGRAM_H
#define CONNMON_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/* All bytes zero is empty. */
struct histogram {
    struct histogram_bucket *buckets; /* in use, in order of their values */
    uint32_t used, capacity;
    uint64_t count; /* of samples */
};

/* Counts a sample, in ns; below 0 counts as 0. False if there is no memory for its bucket. */
bool histogram_add(struct histogram *histogram, int64_t ns, struct memory *memory);

/* Adds all samples of `from`, as if each had been added here. False as above, with those added
 * that there was memory for. */
bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory);

/* The value, in ns, that `percent` (above 0, at most 100) of the samples do not exceed, by the
 * nearest rank. 0 if there are no samples. */
int64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

/* Empties the histogram and gives its memory back. */
void histogram_clear(struct histogram *histogram, struct memory *memory);

#endif
