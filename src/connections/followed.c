/* followed.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "followed.h"

#include <string.h>

#include "clock.h"
#include "connection_map.h"
#include "hash.h"

enum { FIRST_BITS = 8, LAST_BITS = 31, MOST_STALE = 64 };

/* How long a closed connection is remembered: more than the 2 MSL for which most hosts do. */
#define LINGER_NS (120 * INT64_C(1000000000))

void followed_init(struct followed *all, int64_t timeout_ns, uint32_t most)
{
    *all = (struct followed){.most = most};
    memory_init(&all->memory, connection_map_budget(most));
    last_seen_init(&all->last_seen, &all->memory);
    all->queues[FOLLOWED_OPEN].max_age_ns = timeout_ns;
    all->queues[FOLLOWED_CLOSED].max_age_ns =
        timeout_ns != 0 && timeout_ns < LINGER_NS ? timeout_ns : LINGER_NS;
}

void followed_clear(struct followed *all)
{
    for (size_t i = 0; i < last_seen_slots(&all->last_seen); i++)
        memory_free(&all->memory, all->last_seen.slots[i].of, sizeof(struct followed_entry));
    last_seen_clear(&all->last_seen);
    for (int i = 0; i < FOLLOWED_QUEUES; i++)
        deadlines_clear(&all->queues[i].deadlines, &all->memory);
    if (all->slots)
        memory_free(&all->memory, all->slots, ((size_t)1 << all->bits) * sizeof(*all->slots));
    all->slots = NULL;
    all->count = 0;
    memory_release(&all->memory);
}

/* The chain of a connection: the same for either order of its ends. */
static struct followed_entry **slot_of(const struct followed *all,
                                       const struct connmon_endpoint *one,
                                       const struct connmon_endpoint *other)
{
    return &all->slots[hash_home(hash_ends(one, other, 0, &all->memory.key), all->bits)];
}

static bool is_end(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return a->port == b->port && a->addr_len == b->addr_len &&
           memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

struct followed_entry *followed_by_ends(const struct followed *all,
                                        const struct connmon_observation *seen)
{
    struct followed_entry *entry = all->slots ? *slot_of(all, &seen->src, &seen->dst) : NULL;

    for (; entry; entry = entry->next)
        if ((is_end(&entry->ends[0], &seen->src) && is_end(&entry->ends[1], &seen->dst)) ||
            (is_end(&entry->ends[1], &seen->src) && is_end(&entry->ends[0], &seen->dst)))
            break;
    return entry;
}

static void chain(struct followed *all, struct followed_entry *entry)
{
    struct followed_entry **slot = slot_of(all, &entry->ends[0], &entry->ends[1]);

    entry->next = *slot;
    *slot = entry;
}

/* At least as many slots as entries, as long as there is memory; false if there are none. */
static bool reserve(struct followed *all)
{
    struct followed_entry **old = all->slots;
    size_t old_count = old ? (size_t)1 << all->bits : 0;
    uint8_t bits = old ? (uint8_t)(all->bits + 1) : FIRST_BITS;
    struct followed_entry **slots;

    if (all->count < old_count || bits > LAST_BITS)
        return true;
    slots = memory_alloc(&all->memory, ((size_t)1 << bits) * sizeof(*slots));
    if (!slots)
        return old != NULL;
    all->slots = slots;
    all->bits = bits;
    for (size_t i = 0; i < old_count; i++) {
        for (struct followed_entry *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            chain(all, entry);
        }
    }
    memory_free(&all->memory, old, old_count * sizeof(*old));
    return true;
}

/* The entry that a deadline is of; NULL if it is gone, or stands elsewhere by now. */
static struct followed_entry *entry_at(const struct followed *all, enum followed_queue which,
                                       const struct deadline *deadline)
{
    const struct last_seen *last = last_seen_find(&all->last_seen, deadline->serial);
    struct followed_entry *entry = last ? last->of : NULL;

    return entry && entry->queue == which && entry->queued_ns == deadline->seen_ns ? entry : NULL;
}

static bool is_open_at(const void *all, const struct deadline *deadline)
{
    return entry_at(all, FOLLOWED_OPEN, deadline) != NULL;
}

static bool is_closed_at(const void *all, const struct deadline *deadline)
{
    return entry_at(all, FOLLOWED_CLOSED, deadline) != NULL;
}

/* What has no entry any more would stay until its time has come: in a flood, that is too long. */
bool followed_move(struct followed *all, struct followed_entry *entry, enum followed_queue which,
                   int64_t now_ns)
{
    struct deadlines *deadlines = &all->queues[which].deadlines;

    if (deadlines->count > 2 * all->count + MOST_STALE)
        deadlines_sift(deadlines, which == FOLLOWED_OPEN ? is_open_at : is_closed_at, all);
    if ((all->queues[which].max_age_ns != 0 || all->most != 0) &&
        !deadlines_add(deadlines, now_ns, entry->serial, &all->memory))
        return false;
    entry->queue = (uint8_t)which;
    entry->queued_ns = now_ns;
    return true;
}

/* Frees an entry that is in no chain. */
static void free_entry(struct followed *all, struct followed_entry *entry)
{
    last_seen_remove(&all->last_seen, entry->serial);
    memory_free(&all->memory, entry, sizeof(*entry));
}

void followed_forget(struct followed *all, struct followed_entry *entry)
{
    struct followed_entry **link = slot_of(all, &entry->ends[0], &entry->ends[1]);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    all->count--;
    free_entry(all, entry);
}

struct followed_entry *followed_take(struct followed *all, enum followed_queue which)
{
    struct deadline first = deadlines_take(&all->queues[which].deadlines);
    struct followed_entry *entry = entry_at(all, which, &first);
    int64_t seen_ns;

    if (!entry)
        return NULL;
    seen_ns = last_seen_find(&all->last_seen, entry->serial)->clock_ns;
    if (seen_ns == first.seen_ns)
        return entry;
    followed_move(all, entry, which, seen_ns); /* where there is room for one again */
    return NULL;
}

bool followed_is_due(const struct followed *all, enum followed_queue which, int64_t now_ns)
{
    const struct deadlines *deadlines = &all->queues[which].deadlines;
    const int64_t max_age_ns = all->queues[which].max_age_ns;

    return max_age_ns != 0 && deadlines->count > 0 &&
           clock_is_older(deadlines->heap[0].seen_ns, now_ns, max_age_ns);
}

void followed_touch(struct last_seen *last, const struct connmon_observation *seen, int64_t now_ns)
{
    uint8_t direction = seen->result.direction ^ last->turned;

    last->client = seen->result.side == CONNMON_CLIENT ? direction : !direction;
    last->clock_ns = now_ns;
    if (!seen->time_unknown)
        last->time_ns = seen->time_ns;
}

/* Gives the entry the number by which the core knows it now. False: no memory. */
static bool give_number(struct followed *all, struct followed_entry *entry,
                        const struct connmon_observation *seen, int64_t now_ns)
{
    struct last_seen *last;

    entry->serial = seen->result.connection;
    last = last_seen_add(&all->last_seen, entry->serial, entry);
    if (!last)
        return false;
    last->time_ns = entry->first_ns;
    last->turned = is_end(&entry->ends[seen->result.direction], &seen->src) ? 0 : 1;
    followed_touch(last, seen, now_ns);
    return true;
}

struct followed_entry *followed_begin(struct followed *all, const struct connmon_observation *seen,
                                      int64_t now_ns)
{
    uint8_t direction = seen->result.direction;
    struct followed_entry *entry = reserve(all) ? memory_alloc(&all->memory, sizeof(*entry)) : NULL;

    if (!entry)
        return NULL;
    entry->ends[direction] = seen->src;
    entry->ends[!direction] = seen->dst;
    entry->stream = seen->discriminator;
    entry->first_ns = seen->time_ns;
    entry->has_first = !seen->time_unknown;
    if (!give_number(all, entry, seen, now_ns) ||
        !followed_move(all, entry, FOLLOWED_OPEN, now_ns)) {
        free_entry(all, entry);
        return NULL;
    }
    chain(all, entry);
    all->count++;
    return entry;
}

bool followed_renumber(struct followed *all, struct followed_entry *entry,
                       const struct connmon_observation *seen, int64_t now_ns)
{
    last_seen_remove(&all->last_seen, entry->serial);
    return give_number(all, entry, seen, now_ns) &&
           followed_move(all, entry, FOLLOWED_OPEN, now_ns);
}
