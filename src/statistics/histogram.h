/* histogram.h - the distribution of many delays in little memory
 *
 * Buckets stand close together where values are small and far apart where they are large, 32 to
 * each doubling (as in an HDR histogram, Tene 2012). A percentile is told as the middle of its
 * bucket, so it is at most 1/64, 1.6 %, off the exact one; values below 32 ns are exact. Only
 * buckets in use are kept: a few samples lie in the histogram itself, a million cost at most 8 KiB.
 *
 * One histogram holds the distributions of several kinds of delays, so that a connection with few
 * of each needs no memory but its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HISTOGRAM_H
#define CONNMON_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

enum {
    HISTOGRAM_KINDS = 32,     /* kinds are numbered from 0 */
    HISTOGRAM_BUCKETS = 2048, /* of a kind, if there were samples in each */
    HISTOGRAM_FEW = 8,
};

/* All bytes zero is empty. A sample's key is its kind, then the position of its value. */
struct histogram {
    uint32_t used, capacity; /* of `many`; a capacity of 0 is that of `few` */
    union {
        uint16_t few[HISTOGRAM_FEW];   /* the keys of single samples, in order */
        struct histogram_bucket *many; /* in order of their keys */
    };
};

/* Counts a sample, in ns; below 0 counts as 0. False if there is no memory for its bucket. */
bool histogram_add(struct histogram *histogram, unsigned kind, int64_t ns, struct memory *memory);

/* Adds all samples of `from`, as if each had been added here. False as above, with those added
 * that there was memory for. */
bool histogram_merge(struct histogram *into, const struct histogram *from, struct memory *memory);

/* How many samples there are of a kind. */
uint64_t histogram_count(const struct histogram *histogram, unsigned kind);

/* Where the value lies that `percent` (above 0, at most 100) of the samples of a kind do not
 * exceed, by the nearest rank: from 1 to HISTOGRAM_BUCKETS, higher for larger values. 0 if there
 * are no samples. */
unsigned histogram_position(const struct histogram *histogram, unsigned kind, unsigned percent);

/* The value of such a position, in ns; 0 for 0. */
int64_t histogram_value(unsigned position);

/* Empties the histogram and gives its memory back. */
void histogram_clear(struct histogram *histogram, struct memory *memory);

#endif
