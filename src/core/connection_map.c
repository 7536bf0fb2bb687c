/* connection_map.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection_map.h"

#include <stdlib.h>
#include <string.h>

#include "serial.h"

enum { CHUNK_BITS = 6, CHUNK_ROOMS = 1 << CHUNK_BITS, FIRST_CHUNK_CAPACITY = 64, LAST_BITS = 31 };

/* What stands before an entry. */
struct room {
    uint32_t serial; /* of a free room: the next free one, plus 1 */
    bool is_used;
    bool is_touched; /* since the evicting hand last passed */
    max_align_t entry[];
};

static size_t room_bytes(const struct connection_map *map)
{
    const size_t align = _Alignof(struct room);

    return (sizeof(struct room) + map->entry_size + align - 1) / align * align;
}

static struct room *room_at(const struct connection_map *map, uint32_t number)
{
    char *chunk = map->chunks[number >> CHUNK_BITS];

    return (struct room *)(chunk + (number & (CHUNK_ROOMS - 1)) * room_bytes(map));
}

void connection_map_init(struct connection_map *map, struct memory *memory, size_t entry_size,
                         uint32_t limit)
{
    *map = (struct connection_map){.memory = memory, .entry_size = entry_size, .limit = limit};
}

static size_t slot_count(const struct connection_map *map)
{
    return map->slots ? (size_t)1 << map->bits : 0;
}

/* The slot of a connection, or the free one where it belongs. There are slots. */
static uint32_t slot_of(const struct connection_map *map, uint32_t serial)
{
    const uint32_t mask = (UINT32_C(1) << map->bits) - 1;
    uint32_t i = serial_slot(serial, map->memory->salt, map->bits);

    while (map->slots[i] != 0 && room_at(map, map->slots[i] - 1)->serial != serial)
        i = serial_next(i, mask);
    return i;
}

static struct room *find(const struct connection_map *map, uint32_t serial)
{
    uint32_t slot = map->slots ? map->slots[slot_of(map, serial)] : 0;

    return slot != 0 ? room_at(map, slot - 1) : NULL;
}

void *connection_map_find(const struct connection_map *map, uint32_t serial)
{
    struct room *room = find(map, serial);

    return room ? room->entry : NULL;
}

uint32_t connection_map_place(const struct connection_map *map, uint32_t serial)
{
    return map->slots[slot_of(map, serial)] - 1;
}

void *connection_map_at(const struct connection_map *map, uint32_t place)
{
    return room_at(map, place)->entry;
}

/* Empties the slot and closes the gap. */
static void empty_slot(struct connection_map *map, uint32_t gap)
{
    const uint32_t mask = (UINT32_C(1) << map->bits) - 1;
    uint32_t *slots = map->slots;

    for (uint32_t i = serial_next(gap, mask); slots[i] != 0; i = serial_next(i, mask)) {
        uint32_t home =
            serial_slot(room_at(map, slots[i] - 1)->serial, map->memory->salt, map->bits);

        if (serial_steps(home, i, mask) >= serial_steps(gap, i, mask)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap] = 0;
}

static void take_out(struct connection_map *map, struct room *room)
{
    const uint32_t slot = slot_of(map, room->serial), number = map->slots[slot] - 1;

    if (map->end)
        map->end(map->owner, room->entry);
    empty_slot(map, slot);
    map->count--;
    memset(room, 0, room_bytes(map));
    room->serial = map->first_free;
    map->first_free = number + 1;
}

/* Evicts an entry that was not touched since the hand last came by. False: there is none but the
 * one to be kept. */
static bool evict(struct connection_map *map, const struct room *kept)
{
    if (map->count <= (kept ? 1 : 0))
        return false;
    for (;;) {
        struct room *room = room_at(map, map->hand++ % map->rooms);

        if (room->is_used && !room->is_touched && room != kept) {
            take_out(map, room);
            map->evicted++;
            return true;
        }
        room->is_touched = false;
    }
}

/* At most half of the slots are in use. False: no memory. */
static bool reserve_slot(struct connection_map *map)
{
    const size_t old_count = slot_count(map);
    uint32_t *old = map->slots;
    uint8_t bits = old ? (uint8_t)(map->bits + 1) : SERIAL_FIRST_BITS;
    uint32_t *slots;

    if (2 * (size_t)map->count < old_count)
        return true;
    slots = bits <= LAST_BITS ? memory_alloc(map->memory, sizeof(*slots) << bits) : NULL;
    if (!slots)
        return false;
    map->slots = slots;
    map->bits = bits;
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != 0)
            slots[slot_of(map, room_at(map, old[i] - 1)->serial)] = old[i];
    memory_free(map->memory, old, old_count * sizeof(*old));
    return true;
}

static bool reserve_chunk(struct connection_map *map)
{
    uint32_t capacity = map->chunk_capacity ? 2 * map->chunk_capacity : FIRST_CHUNK_CAPACITY;
    void **chunks;

    if (map->chunk_count < map->chunk_capacity)
        return true;
    chunks = memory_grow(map->memory, map->chunks, map->chunk_capacity * sizeof(*chunks),
                         capacity * sizeof(*chunks));
    if (!chunks)
        return false;
    map->chunks = chunks;
    map->chunk_capacity = capacity;
    return true;
}

static bool take_room(struct connection_map *map, uint32_t *number)
{
    if (map->first_free != 0) {
        *number = map->first_free - 1;
        map->first_free = room_at(map, *number)->serial;
        return true;
    }
    if (map->rooms == map->chunk_count * CHUNK_ROOMS) {
        if (map->chunk_count > UINT32_MAX / CHUNK_ROOMS - 1 || !reserve_chunk(map))
            return false;
        map->chunks[map->chunk_count] = memory_alloc(map->memory, CHUNK_ROOMS * room_bytes(map));
        if (!map->chunks[map->chunk_count])
            return false;
        map->chunk_count++;
    }
    *number = map->rooms++;
    return true;
}

static struct room *begin(struct connection_map *map, uint32_t serial)
{
    struct room *room;
    uint32_t number;

    if (map->limit != 0 && map->count >= map->limit)
        evict(map, NULL);
    while (!reserve_slot(map) || !take_room(map, &number))
        if (!evict(map, NULL))
            return NULL;
    room = room_at(map, number);
    room->serial = serial;
    room->is_used = true;
    map->slots[slot_of(map, serial)] = number + 1;
    map->count++;
    return room;
}

void *connection_map_use(struct connection_map *map, uint32_t serial)
{
    struct room *room = find(map, serial);

    if (!room)
        room = begin(map, serial);
    if (!room)
        return NULL;
    room->is_touched = true;
    return room->entry;
}

void connection_map_fit(struct connection_map *map, uint32_t serial)
{
    if (!memory_is_tight(map->memory))
        return;
    for (const struct room *kept = find(map, serial);
         memory_is_tight(map->memory) && evict(map, kept);)
        ;
}

void connection_map_remove(struct connection_map *map, uint32_t serial)
{
    struct room *room = find(map, serial);

    if (room)
        take_out(map, room);
}

void connection_map_clear(struct connection_map *map)
{
    struct memory *memory = map->memory;

    for (uint32_t i = 0; i < map->rooms; i++) {
        struct room *room = room_at(map, i);

        if (room->is_used && map->end)
            map->end(map->owner, room->entry);
    }
    for (uint32_t i = 0; i < map->chunk_count; i++)
        memory_free(memory, map->chunks[i], CHUNK_ROOMS * room_bytes(map));
    memory_free(memory, map->chunks, map->chunk_capacity * sizeof(*map->chunks));
    memory_free(memory, map->slots, slot_count(map) * sizeof(*map->slots));
    *map = (struct connection_map){.memory = memory,
                                   .end = map->end,
                                   .owner = map->owner,
                                   .entry_size = map->entry_size,
                                   .limit = map->limit};
}

static int compare(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

uint32_t *connection_map_serials(const struct connection_map *map, size_t *count)
{
    uint32_t *serials = memory_alloc(map->memory, ((size_t)map->count + 1) * sizeof(*serials));
    bool is_sorted = true;

    *count = 0;
    for (uint32_t i = 0; serials && i < map->rooms; i++) {
        const struct room *room = room_at(map, i);

        if (!room->is_used)
            continue;
        is_sorted &= *count == 0 || serials[*count - 1] < room->serial;
        serials[(*count)++] = room->serial;
    }
    if (!is_sorted)
        qsort(serials, *count, sizeof(*serials), compare);
    return serials;
}
