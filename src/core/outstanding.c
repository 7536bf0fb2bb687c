/* outstanding.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "outstanding.h"

#include <string.h>

#include "clock.h"
#include "hash.h"
#include "modular.h"

enum {
    FIRST_TABLE_BITS = 4,
    LAST_TABLE_BITS = 28,
    FAR = 64, /* slots from home */
    LAST_TURN = 15,
};

static bool is_free(const struct outstanding_entry *entry)
{
    return entry->kind == OUTSTANDING_NONE;
}

static bool is_tsval_entry(const struct outstanding_entry *entry)
{
    return entry->kind != OUTSTANDING_SEQ_END;
}

static bool is_for(const struct outstanding_entry *entry, bool is_tsval, uint32_t value)
{
    return entry->value == value && !is_free(entry) && is_tsval_entry(entry) == is_tsval;
}

static size_t table_bytes(uint8_t bits)
{
    return ((size_t)1 << bits) * sizeof(struct outstanding_entry);
}

/* By multiplication alone (Fibonacci hashing), which spreads values at regular distances, such as
 * seqnos and TSvals, more evenly than chance would: they hardly ever meet. For each distance there
 * are factors that put them all in a few places instead; if entries cluster, the table is rebuilt
 * with the next turn's factor. TSvals and sequence ends with equal values start in different
 * places. */
static uint32_t home_slot(const struct outstanding *all, bool is_tsval, uint32_t value)
{
    return hash_home((is_tsval ? ~value : value) * all->table.factor, all->table.bits);
}

/* The factors of two turns have nothing in common, so that no values cluster under both for one
 * reason. */
static uint64_t factor_of(uint8_t turn, const struct memory *memory)
{
    return turn == 0 ? memory->salt : siphash_value(&memory->key, turn) | 1;
}

static struct outstanding_entry *slot_of(const struct outstanding *all, bool is_tsval,
                                         uint32_t value)
{
    struct outstanding_entry *slots = all->table.slots;
    uint32_t mask = ((uint32_t)1 << all->table.bits) - 1;
    uint32_t i = home_slot(all, is_tsval, value);

    while (!is_free(&slots[i]) && !is_for(&slots[i], is_tsval, value))
        i = (i + 1) & mask;
    return &slots[i];
}

static struct outstanding_entry *slot_for(const struct outstanding *all,
                                          const struct outstanding_entry *entry)
{
    return slot_of(all, is_tsval_entry(entry), entry->value);
}

void outstanding_prefetch(const struct outstanding *all, outstanding_size size, bool is_tsval,
                          uint32_t value)
{
    if (size == OUTSTANDING_TABLE)
        __builtin_prefetch(&all->table.slots[home_slot(all, is_tsval, value)], 1);
}

struct outstanding_entry *outstanding_find(struct outstanding *all, outstanding_size size,
                                           bool is_tsval, uint32_t value)
{
    struct outstanding_entry *entry;

    if (size == OUTSTANDING_TABLE) {
        entry = slot_of(all, is_tsval, value);
        return is_free(entry) ? NULL : entry;
    }
    for (entry = all->few; entry < all->few + size; entry++)
        if (is_for(entry, is_tsval, value))
            return entry;
    return NULL;
}

/* Closes the gap that a removal leaves, so that no search stops early at it. */
static void remove_from_table(struct outstanding *all, uint32_t gap)
{
    struct outstanding_entry *slots = all->table.slots;
    uint32_t mask = ((uint32_t)1 << all->table.bits) - 1;

    for (uint32_t i = (gap + 1) & mask; !is_free(&slots[i]); i = (i + 1) & mask) {
        uint32_t home = home_slot(all, is_tsval_entry(&slots[i]), slots[i].value);

        if (((i - home) & mask) >= ((i - gap) & mask)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap].kind = OUTSTANDING_NONE;
    all->table.used--;
}

void outstanding_remove(struct outstanding *all, outstanding_size *size,
                        struct outstanding_entry *entry)
{
    if (*size == OUTSTANDING_TABLE) {
        remove_from_table(all, (uint32_t)(entry - all->table.slots));
    } else {
        *entry = all->few[--*size];
        all->few[*size].kind = OUTSTANDING_NONE;
    }
}

/* What a sweep takes out. */
struct sweep {
    bool seq_ends; /* all sequence ends */
    bool by_age;   /* whatever is older than max_age_ns at now_ns */
    bool passed;   /* sequence ends up to `acked` */
    uint32_t acked;
    int64_t now_ns, max_age_ns;
};

static bool is_swept(const struct sweep *sweep, const struct outstanding_entry *entry)
{
    if (entry->kind == OUTSTANDING_SEQ_END &&
        (sweep->seq_ends || (sweep->passed && !mod32_after(entry->value, sweep->acked))))
        return true;
    return sweep->by_age &&
           clock_is_older(outstanding_time(entry), sweep->now_ns, sweep->max_age_ns);
}

/* Puts what stays where a search finds it, in one round that begins behind a free slot: no chain
 * of occupied slots crosses that, so whatever lies before an entry is in its place already. */
static uint32_t sweep_table(struct outstanding *all, const struct sweep *sweep)
{
    struct outstanding_entry *slots = all->table.slots, entry;
    uint32_t mask = ((uint32_t)1 << all->table.bits) - 1, before = all->table.used, start = 0;

    while (!is_free(&slots[start]))
        start++;
    for (uint32_t i = (start + 1) & mask; i != start; i = (i + 1) & mask) {
        if (is_free(&slots[i]))
            continue;
        entry = slots[i];
        slots[i].kind = OUTSTANDING_NONE;
        if (is_swept(sweep, &entry))
            all->table.used--;
        else
            *slot_for(all, &entry) = entry;
    }
    return before - all->table.used;
}

static uint32_t sweep_out(struct outstanding *all, outstanding_size *size,
                          const struct sweep *sweep)
{
    uint32_t removed = 0;

    if (*size == OUTSTANDING_TABLE)
        return sweep_table(all, sweep);
    for (uint32_t i = 0; i < *size;) {
        if (is_swept(sweep, &all->few[i])) {
            outstanding_remove(all, size, &all->few[i]);
            removed++;
        } else {
            i++;
        }
    }
    return removed;
}

/* Takes out the older half of the time span that a table covers. Repeated, it empties any table:
 * each time at least the oldest entries go. */
static uint32_t shed_older_half(struct outstanding *all)
{
    const struct outstanding_entry *slots = all->table.slots;
    size_t count = (size_t)1 << all->table.bits;
    int64_t oldest = INT64_MAX, newest = INT64_MIN, span;
    struct sweep sweep = {.by_age = true};

    for (size_t i = 0; i < count; i++) {
        const int64_t time_ns = outstanding_time(&slots[i]);

        if (is_free(&slots[i]))
            continue;
        if (time_ns < oldest)
            oldest = time_ns;
        if (time_ns > newest)
            newest = time_ns;
    }
    clock_elapsed(oldest, newest, &span);
    sweep.now_ns = newest;
    sweep.max_age_ns = span == 0 ? -1 : span / 2;
    return sweep_table(all, &sweep);
}

/* Moves all entries to a table of 2^bits slots. False, and nothing changed, if there is no memory.
 */
static bool move_to_table(struct outstanding *all, outstanding_size *size, uint8_t bits,
                          uint8_t turn, struct memory *memory)
{
    bool was_table = *size == OUTSTANDING_TABLE;
    const struct outstanding_entry *old = was_table ? all->table.slots : all->few;
    size_t old_slots = was_table ? (size_t)1 << all->table.bits : *size;
    struct outstanding other = {
        .table = {.bits = bits, .turn = turn, .factor = factor_of(turn, memory)}};

    other.table.slots = bits <= LAST_TABLE_BITS ? memory_alloc(memory, table_bytes(bits)) : NULL;
    if (!other.table.slots)
        return false;
    for (size_t i = 0; i < old_slots; i++) {
        if (is_free(&old[i]))
            continue;
        *slot_for(&other, &old[i]) = old[i];
        other.table.used++;
    }
    if (was_table)
        memory_free(memory, all->table.slots, table_bytes(all->table.bits));
    *all = other;
    *size = OUTSTANDING_TABLE;
    return true;
}

/* How many entries a table holds before room must be made for one more. */
static uint32_t room_in(const struct outstanding *all, const struct outstanding_limits *limits)
{
    uint32_t room = (uint32_t)3 << (all->table.bits - 2);

    return limits->max != 0 && limits->max < room ? limits->max : room;
}

/* A sweep that frees little would soon be needed again, so the table grows then, or where it may
 * not, the older entries go before their time. */
static void make_room(struct outstanding *all, outstanding_size *size, int64_t now_ns,
                      const struct outstanding_limits *limits, struct memory *memory,
                      struct outstanding_dropped *dropped)
{
    struct sweep expired = {.by_age = true, .now_ns = now_ns, .max_age_ns = limits->max_age_ns};
    struct sweep passed = {.passed = true, .acked = limits->acked};
    const uint32_t room = room_in(all, limits);

    sweep_out(all, size, &expired);
    if (all->table.used > room / 2 && limits->has_acked && limits->max_passed != 0 &&
        all->table.used >= limits->max_passed)
        dropped->passed += sweep_out(all, size, &passed);
    if (all->table.used <= room / 2)
        return;
    if (room != limits->max && move_to_table(all, size, (uint8_t)(all->table.bits + 1), 0, memory))
        return;
    while (all->table.used > room / 2)
        dropped->shed += shed_older_half(all);
}

/* Takes the next turn if entries came to stand far from their homes, once that has cost as much as
 * to move them all will. Some stand far by chance, where a table is large, which is borne with
 * after a few turns. */
static void avoid_crowds(struct outstanding *all, outstanding_size *size,
                         const struct outstanding_entry *slot, struct memory *memory)
{
    uint32_t mask = ((uint32_t)1 << all->table.bits) - 1;
    uint32_t home = home_slot(all, is_tsval_entry(slot), slot->value);
    uint32_t distance = ((uint32_t)(slot - all->table.slots) - home) & mask;

    if (distance <= FAR || all->table.turn == LAST_TURN)
        return;
    all->table.walked += distance;
    if (all->table.walked > mask)
        move_to_table(all, size, all->table.bits, (uint8_t)(all->table.turn + 1), memory);
}

static struct outstanding_entry *
find_or_add_to_table(struct outstanding *all, outstanding_size *size,
                     const struct outstanding_entry *entry, const struct outstanding_limits *limits,
                     struct memory *memory, struct outstanding_dropped *dropped)
{
    struct outstanding_entry *slot = slot_for(all, entry);

    if (!is_free(slot))
        return slot;
    if (all->table.used >= room_in(all, limits)) {
        make_room(all, size, outstanding_time(entry), limits, memory, dropped);
        slot = slot_for(all, entry);
    }
    *slot = *entry;
    all->table.used++;
    avoid_crowds(all, size, slot, memory);
    return NULL;
}

struct outstanding_entry *outstanding_find_or_add(struct outstanding *all, outstanding_size *size,
                                                  const struct outstanding_entry *entry,
                                                  const struct outstanding_limits *limits,
                                                  struct memory *memory,
                                                  struct outstanding_dropped *dropped)
{
    struct sweep expired = {
        .by_age = true, .now_ns = outstanding_time(entry), .max_age_ns = limits->max_age_ns};
    struct outstanding_entry *known;

    if (*size == OUTSTANDING_TABLE)
        return find_or_add_to_table(all, size, entry, limits, memory, dropped);
    known = outstanding_find(all, *size, is_tsval_entry(entry), entry->value);
    if (known)
        return known;
    if (*size == OUTSTANDING_FEW)
        sweep_out(all, size, &expired);
    if (*size < OUTSTANDING_FEW) {
        all->few[(*size)++] = *entry;
    } else if (move_to_table(all, size, FIRST_TABLE_BITS, 0, memory)) {
        find_or_add_to_table(all, size, entry, limits, memory, dropped);
    } else {
        all->few[0] = *entry; /* no memory for more than a few */
        dropped->shed++;
    }
    return NULL;
}

void outstanding_drop_seq_ends(struct outstanding *all, outstanding_size *size)
{
    struct sweep seq_ends = {.seq_ends = true};

    sweep_out(all, size, &seq_ends);
}

void outstanding_release(struct outstanding *all, outstanding_size *size, int64_t now_ns,
                         int64_t max_age_ns, struct memory *memory)
{
    struct sweep expired = {.by_age = true, .now_ns = now_ns, .max_age_ns = max_age_ns};

    if (*size != OUTSTANDING_TABLE)
        return;
    sweep_out(all, size, &expired);
    if (all->table.used == 0)
        outstanding_clear(all, size, memory);
}

void outstanding_clear(struct outstanding *all, outstanding_size *size, struct memory *memory)
{
    if (*size == OUTSTANDING_TABLE)
        memory_free(memory, all->table.slots, table_bytes(all->table.bits));
    memset(all, 0, sizeof(*all));
    *size = 0;
}
