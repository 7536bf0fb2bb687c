/* ranges.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ranges.h"

enum { FIRST_CAPACITY = 64, MOST_BYTES = 20 /* of a run */, PART_BITS = 7, MORE = 0x80 };

void ranges_clear(struct ranges *ranges, struct memory *memory)
{
    memory_free(memory, ranges->bytes, ranges->capacity);
    *ranges = (struct ranges){0};
}

static bool reserve(struct ranges *ranges, struct memory *memory)
{
    uint32_t capacity = ranges->capacity ? 2 * ranges->capacity : FIRST_CAPACITY;
    uint8_t *bytes;

    if (ranges->capacity - ranges->size >= MOST_BYTES)
        return true;
    bytes = capacity > ranges->capacity
                ? memory_grow(memory, ranges->bytes, ranges->capacity, capacity)
                : NULL;
    if (!bytes)
        return false;
    ranges->bytes = bytes;
    ranges->capacity = capacity;
    return true;
}

static void put(struct ranges *ranges, uint64_t value)
{
    for (; value >= MORE; value >>= PART_BITS)
        ranges->bytes[ranges->size++] = (uint8_t)(value | MORE);
    ranges->bytes[ranges->size++] = (uint8_t)value;
}

static uint64_t get(const struct ranges *ranges, uint32_t *at)
{
    uint64_t value = 0;
    uint8_t byte;

    for (unsigned shift = 0;; shift += PART_BITS) {
        byte = ranges->bytes[(*at)++];
        value |= (uint64_t)(byte & (MORE - 1)) << shift;
        if (!(byte & MORE))
            return value;
    }
}

bool ranges_add(struct ranges *ranges, uint64_t number, struct memory *memory)
{
    if (ranges->first != 0 && number == ranges->last + 1) {
        ranges->last = number;
        return true;
    }
    if (ranges->first != 0) {
        if (!reserve(ranges, memory))
            return false;
        put(ranges, ranges->first - ranges->end);
        put(ranges, ranges->last - ranges->first);
        ranges->end = ranges->last;
    }
    ranges->first = ranges->last = number;
    return true;
}

bool ranges_next(const struct ranges *ranges, struct ranges_cursor *cursor, uint64_t *first,
                 uint64_t *last)
{
    if (cursor->at < ranges->size) {
        *first = cursor->end + get(ranges, &cursor->at);
        *last = *first + get(ranges, &cursor->at);
        cursor->end = *last;
        return true;
    }
    *first = ranges->first;
    *last = ranges->last;
    if (cursor->is_over || ranges->first == 0)
        return false;
    cursor->is_over = true;
    return true;
}
