/* hosts.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hosts.h"

#include <string.h>

#include "hash.h"

enum { FIRST_CAPACITY = 64 };

static uint32_t hash_of(const struct connmon_endpoint *end, bool is_server,
                        const struct memory *memory)
{
    uint64_t words[3] = {0, 0, is_server};

    memcpy(words, end->addr, sizeof(end->addr));
    return (uint32_t)(siphash_words(&memory->key, words, 3) >> 32);
}

static struct host *find(const struct hosts *hosts, uint32_t hash,
                         const struct connmon_endpoint *end, bool is_server)
{
    uint32_t slot = hash_index_begin(&hosts->index, hash), row;

    while (hash_index_next(&hosts->index, hash, &slot, &row)) {
        struct host *host = &hosts->rows[row];

        if (host->is_server == is_server && host->end.addr_len == end->addr_len &&
            memcmp(host->end.addr, end->addr, sizeof(end->addr)) == 0)
            return host;
    }
    return NULL;
}

static bool reserve_row(struct hosts *hosts, struct memory *memory)
{
    const size_t capacity = hosts->capacity ? 2 * hosts->capacity : FIRST_CAPACITY;
    struct host *rows;

    if (hosts->count < hosts->capacity)
        return true;
    rows =
        memory_grow(memory, hosts->rows, hosts->capacity * sizeof(*rows), capacity * sizeof(*rows));
    if (!rows)
        return false;
    hosts->rows = rows;
    hosts->capacity = capacity;
    return true;
}

/* The row of a host in this role, a new one if need be. NULL: no memory. */
static struct host *row_of(struct hosts *hosts, const struct connmon_endpoint *end, bool is_server,
                           struct memory *memory)
{
    const uint32_t hash = hash_of(end, is_server, memory);
    struct host *host = find(hosts, hash, end, is_server);

    if (host)
        return host;
    if (!reserve_row(hosts, memory) || !hash_index_reserve(&hosts->index, memory))
        return NULL;
    hash_index_add(&hosts->index, hash, (uint32_t)hosts->count);
    host = &hosts->rows[hosts->count++];
    host->end = *end;
    host->end.port = 0;
    host->is_server = is_server;
    return host;
}

static bool add_side(struct hosts *hosts, const struct conversation *conversation,
                     uint8_t direction, bool is_server, struct memory *memory)
{
    struct host *host = row_of(hosts, &conversation->ends[direction], is_server, memory);

    if (!host)
        return false;
    host->connections++;
    return side_merge(&host->side, conversation, &conversation->sides[direction], memory);
}

bool hosts_add(struct hosts *hosts, const struct conversation *conversation, struct memory *memory)
{
    const uint8_t client = conversation->client;

    return add_side(hosts, conversation, client, false, memory) &&
           add_side(hosts, conversation, !client, true, memory);
}

void hosts_clear(struct hosts *hosts, struct memory *memory)
{
    for (size_t i = 0; i < hosts->count; i++)
        side_clear(&hosts->rows[i].side, memory);
    memory_free(memory, hosts->rows, hosts->capacity * sizeof(*hosts->rows));
    hash_index_clear(&hosts->index, memory);
    *hosts = (struct hosts){0};
}
