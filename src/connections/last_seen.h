/* last_seen.h - when each connection was seen last, found by the core's number of it
 *
 * All that most packets change of their connection is here, in one cache line; the rest is the
 * caller's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LAST_SEEN_H
#define CONNMON_LAST_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "serial.h"

struct last_seen {
    int64_t clock_ns; /* the caller's clock */
    int64_t time_ns;  /* capture time of the latest packet */
    void *of;         /* the caller's; NULL: a free slot */
    uint32_t serial;
    uint8_t client; /* the direction in which the client sends, as the caller counts */
    uint8_t turned; /* 1: the core's directions are the caller's exchanged */
};

/* An open hash table. */
struct last_seen_table {
    struct memory *memory;
    struct last_seen *slots; /* 2^bits, at most half of them in use */
    size_t count;
    uint8_t bits;
};

/* An empty table, which lives in this memory. */
static inline void last_seen_init(struct last_seen_table *table, struct memory *memory)
{
    *table = (struct last_seen_table){.memory = memory};
}

static inline uint32_t last_seen_home(const struct last_seen_table *table, uint32_t serial)
{
    return serial_slot(serial, table->memory->salt, table->bits);
}

/* NULL: not there. */
static inline struct last_seen *last_seen_find(const struct last_seen_table *table, uint32_t serial)
{
    uint32_t mask = (UINT32_C(1) << table->bits) - 1;

    if (!table->slots)
        return NULL;
    for (uint32_t i = last_seen_home(table, serial); table->slots[i].of; i = serial_next(i, mask))
        if (table->slots[i].serial == serial)
            return &table->slots[i];
    return NULL;
}

/* Adds one that is not there; all that were found before may have moved. NULL: no memory. */
struct last_seen *last_seen_add(struct last_seen_table *table, uint32_t serial, void *of);

/* Takes out one, if it is there; others may have moved. */
void last_seen_remove(struct last_seen_table *table, uint32_t serial);

/* Takes out all. */
void last_seen_clear(struct last_seen_table *table);

/* How many slots there are, to look at all of them. */
static inline size_t last_seen_slots(const struct last_seen_table *table)
{
    return table->slots ? (size_t)1 << table->bits : 0;
}

#endif
