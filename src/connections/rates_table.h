/* rates_table.h - the rows of an interval, each found by its connection or its address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_RATES_TABLE_H
#define CONNMON_RATES_TABLE_H

#include "hash_index.h"
#include "memory.h"
#include "rates.h"

struct rates_table {
    struct memory memory;
    struct rates *rows;
    const void **order; /* for who sorts them: has room for as many as rows */
    size_t count, capacity;
    struct hash_index index; /* of rows, by connection or address */
    uint32_t most;           /* rows; 0: no limit */
    uint64_t begun;          /* rows since the table was clear */
    uint64_t forgotten;      /* rows in all, to make room for others */
    bool by_host;
};

/* An empty table, of addresses or of connections; of `most` rows (0: no limit) the smaller half is
 * forgotten for the next one: what sends much stays. */
void rates_table_init(struct rates_table *table, bool by_host, uint32_t most);
void rates_table_release(struct rates_table *table);

/* Forgets the rows, and looks at nothing but them. */
void rates_table_clear(struct rates_table *table);

/* Adds each packet to its row. Returns how many there was no memory for. */
size_t rates_table_add(struct rates_table *table, const struct rates_packet *packets, size_t count);

#endif
