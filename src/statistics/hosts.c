/* hosts.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hosts.h"

#include <string.h>

#include "hash.h"

enum { FIRST_CAPACITY = 64, FIRST_BITS = 6 };

static uint32_t home_of(const struct hosts *hosts, const struct connmon_endpoint *end,
                        bool is_server, const struct siphash_key *key)
{
    uint64_t words[3] = {0, 0, is_server};

    memcpy(words, end->addr, sizeof(end->addr));
    return hash_home(siphash_words(key, words, 3), hosts->bits);
}

/* The slot of the host, or the free one where it belongs. */
static uint32_t *find_slot(const struct hosts *hosts, const struct connmon_endpoint *end,
                           bool is_server, const struct siphash_key *key)
{
    uint32_t mask = (UINT32_C(1) << hosts->bits) - 1;
    uint32_t i = home_of(hosts, end, is_server, key);

    for (;; i = (i + 1) & mask) {
        const struct host *host;

        if (hosts->slots[i] == 0)
            return &hosts->slots[i];
        host = &hosts->rows[hosts->slots[i] - 1];
        if (host->is_server == is_server && host->end.addr_len == end->addr_len &&
            memcmp(host->end.addr, end->addr, sizeof(end->addr)) == 0)
            return &hosts->slots[i];
    }
}

static bool reserve_row(struct hosts *hosts, struct memory *memory)
{
    size_t capacity = hosts->capacity ? 2 * hosts->capacity : FIRST_CAPACITY;
    struct host *grown;

    if (hosts->count < hosts->capacity)
        return true;
    grown = memory_alloc(memory, capacity * sizeof(*grown));
    if (!grown)
        return false;
    if (hosts->count > 0)
        memcpy(grown, hosts->rows, hosts->count * sizeof(*grown));
    memory_free(memory, hosts->rows, hosts->capacity * sizeof(*grown));
    hosts->rows = grown;
    hosts->capacity = capacity;
    return true;
}

static size_t slot_bytes(const struct hosts *hosts)
{
    return sizeof(*hosts->slots) << hosts->bits;
}

/* A table that is at most half full with one more host. */
static bool reserve_slot(struct hosts *hosts, struct memory *memory)
{
    const uint8_t bits = hosts->slots ? (uint8_t)(hosts->bits + 1) : FIRST_BITS;
    uint32_t *slots;

    if (hosts->slots && 2 * (hosts->count + 1) <= (size_t)1 << hosts->bits)
        return true;
    slots = memory_alloc(memory, sizeof(*slots) << bits);
    if (!slots)
        return false;
    memory_free(memory, hosts->slots, slot_bytes(hosts));
    hosts->slots = slots;
    hosts->bits = bits;
    for (size_t i = 0; i < hosts->count; i++) {
        const struct host *host = &hosts->rows[i];

        *find_slot(hosts, &host->end, host->is_server, &memory->key) = (uint32_t)i + 1;
    }
    return true;
}

static bool add_side(struct hosts *hosts, const struct conversation *conversation,
                     uint8_t direction, bool is_server, struct memory *memory)
{
    const struct connmon_endpoint *end = &conversation->ends[direction];
    uint32_t *slot;
    struct host *host;

    if (!reserve_row(hosts, memory) || !reserve_slot(hosts, memory))
        return false;
    slot = find_slot(hosts, end, is_server, &memory->key);
    if (*slot == 0) {
        *slot = (uint32_t)++hosts->count;
        host = &hosts->rows[*slot - 1];
        host->end = *end;
        host->end.port = 0;
        host->is_server = is_server;
    }
    host = &hosts->rows[*slot - 1];
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
    memory_free(memory, hosts->slots, slot_bytes(hosts));
    *hosts = (struct hosts){0};
}
