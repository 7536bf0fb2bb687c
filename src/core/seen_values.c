/* seen_values.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seen_values.h"

#include <stddef.h>
#include <string.h>

#include "modular.h"
#include "late_values.h"

enum {
    FIRST_BITS = 6, /* 64 bytes, 12 values */
    LAST_BITS = 27,
};

struct value_history {
    struct late_values late; /* those that did not come after all before them */
    uint32_t rising[];       /* each after the one before, all within 2^31 of the first */
};

static size_t bytes_of(unsigned bits)
{
    return (size_t)1 << bits;
}

static uint32_t room_in(unsigned bits)
{
    return (uint32_t)((bytes_of(bits) - offsetof(struct value_history, rising)) / sizeof(uint32_t));
}

void seen_values_prefetch(const struct seen_values *set, seen_values_size size)
{
    if (size != SEEN_VALUES_MANY)
        return;
    __builtin_prefetch(set->many.history);
    __builtin_prefetch(&set->many.history->rising[set->many.count], 1);
}

void seen_values_clear(struct seen_values *set, seen_values_size *size, struct memory *memory)
{
    if (*size == SEEN_VALUES_MANY) {
        late_values_clear(&set->many.history->late, memory);
        memory_free(memory, set->many.history, bytes_of(set->many.bits));
    }
    memset(set, 0, sizeof(*set));
    *size = 0;
}

/* Whether it lies beyond all others, late ones too, and so is new. */
static bool is_above(const struct seen_values *set, uint32_t value)
{
    return !set->many.is_wound && mod32_after(value, set->many.highest) &&
           value - set->many.history->rising[0] <= INT32_MAX;
}

static bool is_late(const struct seen_values *set, uint32_t value, const struct memory *memory)
{
    return late_values_has(&set->many.history->late, value, memory);
}

static bool is_risen(const struct seen_values *set, uint32_t value)
{
    const uint32_t *rising = set->many.history->rising;
    uint32_t beyond = value - rising[0], low = 0, high = set->many.count;

    if (beyond > set->many.highest - rising[0])
        return false;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (rising[middle] - rising[0] <= beyond)
            low = middle;
        else
            high = middle;
    }
    return rising[low] == value;
}

static bool grow(struct seen_values *set, struct memory *memory)
{
    const unsigned bits = set->many.bits + 1U;
    struct value_history *history =
        bits <= LAST_BITS
            ? memory_grow(memory, set->many.history, bytes_of(set->many.bits), bytes_of(bits))
            : NULL;

    if (!history)
        return false;
    set->many.history = history;
    set->many.bits = bits & 31U;
    return true;
}

/* Those that rise have come half around, and begin anew. */
static bool wind(struct seen_values *set, struct memory *memory)
{
    struct value_history *history = set->many.history;

    for (uint32_t i = 0; i < set->many.count; i++)
        if (!late_values_add(&history->late, history->rising[i], memory))
            return false;
    set->many.count = 0;
    set->many.is_wound = true;
    return true;
}

static bool append(struct seen_values *set, uint32_t value, struct memory *memory)
{
    if (set->many.count > 0 && value - set->many.history->rising[0] > INT32_MAX &&
        !wind(set, memory))
        return false;
    if (set->many.count == room_in(set->many.bits) && !grow(set, memory))
        return false;
    set->many.history->rising[set->many.count++] = value;
    set->many.highest = value;
    return true;
}

static bool insert(struct seen_values *set, uint32_t value, struct memory *memory)
{
    if (set->many.count == 0 || mod32_after(value, set->many.highest))
        return append(set, value, memory);
    return late_values_add(&set->many.history->late, value, memory);
}

static bool leave_few(struct seen_values *set, seen_values_size *size, struct memory *memory)
{
    const struct seen_values few = *set;
    struct value_history *history = memory_alloc(memory, bytes_of(FIRST_BITS));

    if (!history)
        return false;
    memset(set, 0, sizeof(*set));
    set->many.history = history;
    set->many.bits = FIRST_BITS;
    *size = SEEN_VALUES_MANY;
    for (uint32_t i = 0; i < SEEN_VALUES_FEW; i++)
        if (!insert(set, few.few[i], memory)) {
            seen_values_clear(set, size, memory);
            *set = few;
            *size = SEEN_VALUES_FEW;
            return false;
        }
    return true;
}

/* Forgets all but `value`; what holds those that rise stays, it will soon be needed again. */
static void start_over(struct seen_values *set, seen_values_size *size, uint32_t value,
                       struct memory *memory)
{
    if (*size != SEEN_VALUES_MANY) {
        seen_values_clear(set, size, memory);
        set->few[(*size)++] = value;
        return;
    }
    late_values_clear(&set->many.history->late, memory);
    set->many.count = 0;
    set->many.is_wound = false;
    append(set, value, memory);
}

static bool add_to_few(struct seen_values *set, seen_values_size *size, uint32_t value)
{
    for (uint32_t i = 0; i < *size; i++)
        if (set->few[i] == value)
            return false;
    set->few[(*size)++] = value;
    return true;
}

static bool is_among_few(const struct seen_values *set, uint32_t value)
{
    for (uint32_t i = 0; i < SEEN_VALUES_FEW; i++)
        if (set->few[i] == value)
            return true;
    return false;
}

static uint32_t total(const struct seen_values *set)
{
    return set->many.count + set->many.history->late.used;
}

bool seen_values_add(struct seen_values *set, seen_values_size *size, uint32_t value, uint32_t max,
                     struct memory *memory, uint64_t *evicted)
{
    if (*size < SEEN_VALUES_FEW)
        return add_to_few(set, size, value);
    if (*size == SEEN_VALUES_FEW) {
        if (is_among_few(set, value))
            return false;
        if (!leave_few(set, size, memory)) {
            start_over(set, size, value, memory);
            *evicted += SEEN_VALUES_FEW;
            return true;
        }
    }
    if (set->many.highest == value)
        return false;
    if (!is_above(set, value) && (is_risen(set, value) || is_late(set, value, memory)))
        return false;
    if ((max != 0 && total(set) >= max) || !insert(set, value, memory)) {
        *evicted += total(set);
        start_over(set, size, value, memory);
    }
    return true;
}
