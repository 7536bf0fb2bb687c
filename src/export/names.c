/* names.c
 *
 * A block with names is a list of records [type, length, address, names, padding], and options,
 * which are not needed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "hash_index.h"
#include "memory.h"
#include "pcapng.h"

enum record_type { RECORD_END = 0, RECORD_IPV4 = 1, RECORD_IPV6 = 2 };

enum {
    HEAD_BYTES = 8,
    TAIL_BYTES = 4,
    RECORD_HEAD = 4,
    FIRST_CAPACITY = 256,
    MOST_OF_ADDRESS = 1024,
    MOST_BYTES = 1 << 24,
};

struct name {
    struct name *next; /* of the same address */
    uint16_t type, size;
    bool is_last_too; /* the first of an address: it was also the last that was told */
    uint8_t bytes[];  /* the address, then names that each end with a NUL */
};

struct names {
    struct memory memory;
    uint64_t dropped;
    struct name **addresses; /* the names of each, one or more, in the order they were told */
    uint32_t count, capacity;
    struct hash_index index; /* of `addresses` */
};

struct names *names_new(void)
{
    struct names *names = calloc(1, sizeof(*names));

    if (names)
        memory_init(&names->memory, MOST_BYTES);
    return names;
}

static size_t size_of(const struct name *name)
{
    return sizeof(*name) + name->size;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    for (uint32_t i = 0; i < names->count; i++) {
        for (struct name *name = names->addresses[i], *next; name; name = next) {
            next = name->next;
            memory_free(&names->memory, name, size_of(name));
        }
    }
    memory_free(&names->memory, names->addresses, names->capacity * sizeof(*names->addresses));
    hash_index_clear(&names->index, &names->memory);
    memory_release(&names->memory);
    free(names);
}

static uint16_t address_size(uint16_t type)
{
    return type == RECORD_IPV4 ? 4 : 16;
}

static uint32_t hash_of(const struct names *names, uint16_t type, const uint8_t *address)
{
    return (uint32_t)(siphash_bytes(&names->memory.key, address, address_size(type)) >> 32);
}

/* The first name of an address; NULL: there is none. */
static struct name *first_of(const struct names *names, uint32_t hash, uint16_t type,
                             const uint8_t *address)
{
    uint32_t slot = hash_index_begin(&names->index, hash), number;

    while (hash_index_next(&names->index, hash, &slot, &number)) {
        struct name *first = names->addresses[number];

        if (first->type == type && memcmp(first->bytes, address, address_size(type)) == 0)
            return first;
    }
    return NULL;
}

static bool reserve(struct names *names)
{
    const uint32_t capacity = names->capacity ? 2 * names->capacity : FIRST_CAPACITY;
    struct name **addresses;

    if (names->count < names->capacity)
        return true;
    addresses = memory_grow(&names->memory, names->addresses, names->capacity * sizeof(*addresses),
                            capacity * sizeof(*addresses));
    if (!addresses)
        return false;
    names->addresses = addresses;
    names->capacity = capacity;
    return true;
}

/* Begins an address with its first name. */
static bool begin_address(struct names *names, uint32_t hash, struct name *first)
{
    if (!hash_index_reserve(&names->index, &names->memory) || !reserve(names))
        return false;
    hash_index_add(&names->index, hash, names->count);
    names->addresses[names->count++] = first;
    return true;
}

static bool is_same(const struct name *name, const uint8_t *bytes, uint16_t size)
{
    return name->size == size && memcmp(name->bytes, bytes, size) == 0;
}

/* Takes the same record, if it was told before, out of what follows `first`; else NULL. */
static struct name *take_out(struct name *first, const uint8_t *bytes, uint16_t size)
{
    for (struct name **at = &first->next, *name; (name = *at) != NULL; at = &name->next) {
        if (is_same(name, bytes, size)) {
            *at = name->next;
            return name;
        }
    }
    return NULL;
}

static struct name *make(struct names *names, uint16_t type, const uint8_t *bytes, uint16_t size)
{
    struct name *name =
        size > MOST_OF_ADDRESS ? NULL : memory_alloc(&names->memory, sizeof(*name) + size);

    if (!name)
        return NULL;
    name->type = type;
    name->size = size;
    memcpy(name->bytes, bytes, size);
    return name;
}

/* Puts a name behind those of its address, and drops the oldest of these that are too many, but for
 * the first. */
static void append(struct names *names, struct name *first, struct name *name)
{
    struct name *last = first, *old;
    size_t sum = first->size + name->size;

    for (; last->next; last = last->next)
        sum += last->next->size;
    last->next = name;
    name->next = NULL;
    while (sum > MOST_OF_ADDRESS && (old = first->next) != name) {
        first->next = old->next;
        sum -= old->size;
        names->dropped++;
        memory_free(&names->memory, old, size_of(old));
    }
}

/* Names are told again and again. Which one of an address is shown depends on Wireshark: the one
 * that was told last, or from 4.2 on the first. */
static void take_record(struct names *names, uint16_t type, const uint8_t *bytes, uint16_t size)
{
    const uint32_t hash = hash_of(names, type, bytes);
    struct name *first = first_of(names, hash, type, bytes), *name = NULL;

    if (first) {
        first->is_last_too = is_same(first, bytes, size);
        if (first->is_last_too)
            return;
        name = take_out(first, bytes, size);
    }
    if (!name)
        name = make(names, type, bytes, size);
    if (name && first) {
        append(names, first, name);
    } else if (!name || !begin_address(names, hash, name)) {
        names->dropped++;
        memory_free(&names->memory, name, name ? size_of(name) : 0);
    }
}

uint64_t names_dropped(const struct names *names)
{
    return names->dropped;
}

static uint32_t padded(uint32_t size)
{
    return (size + 3) & ~UINT32_C(3);
}

void names_take(struct names *names, bool is_swapped, const uint8_t *block, uint32_t size)
{
    const uint8_t *at = block + HEAD_BYTES;
    uint32_t left = size - HEAD_BYTES - TAIL_BYTES;

    while (left >= RECORD_HEAD) {
        uint16_t type = bytes_get16(at, is_swapped), bytes = bytes_get16(at + 2, is_swapped);
        uint32_t whole = RECORD_HEAD + padded(bytes);

        if (type == RECORD_END || whole > left)
            return;
        if ((type == RECORD_IPV4 || type == RECORD_IPV6) && bytes > address_size(type))
            take_record(names, type, at + RECORD_HEAD, bytes);
        at += whole;
        left -= whole;
    }
}

/* The names of an address; NULL: it has none. */
static const struct name *names_of(const struct names *names, const struct connmon_endpoint *end)
{
    const uint16_t type = end->addr_len == 4 ? RECORD_IPV4 : RECORD_IPV6;

    return first_of(names, hash_of(names, type, end->addr), type, end->addr);
}

/* The first name of an address if it is to be written as the last, too; else NULL. */
static const struct name *last_of(const struct name *first)
{
    return first && first->is_last_too && first->next ? first : NULL;
}

static uint32_t size_of_record(const struct name *name)
{
    return name ? RECORD_HEAD + padded(name->size) : 0;
}

static void append_record(const struct name *name, bool is_swapped, struct folder *folder,
                          uint32_t file)
{
    static const uint8_t padding[3];
    uint8_t head[RECORD_HEAD];

    if (!name)
        return;
    bytes_put16(bytes_put16(head, is_swapped, name->type), is_swapped, name->size);
    folder_append(folder, file, head, sizeof(head));
    folder_append(folder, file, name->bytes, name->size);
    folder_append(folder, file, padding, padded(name->size) - name->size);
}

void names_append(const struct names *names, const struct connmon_endpoint ends[2], bool is_swapped,
                  struct folder *folder, uint32_t file)
{
    const uint32_t empty = HEAD_BYTES + RECORD_HEAD + TAIL_BYTES;
    const struct name *first[2] = {names_of(names, &ends[0]), names_of(names, &ends[1])};
    uint8_t head[HEAD_BYTES], tail[RECORD_HEAD + TAIL_BYTES] = {0};
    uint32_t size = empty;

    for (int i = 0; i < 2; i++) {
        for (const struct name *name = first[i]; name; name = name->next)
            size += size_of_record(name);
        size += size_of_record(last_of(first[i]));
    }
    if (size == empty)
        return;
    bytes_put32(bytes_put32(head, is_swapped, PCAPNG_NAMES), is_swapped, size);
    folder_append(folder, file, head, sizeof(head));
    for (int i = 0; i < 2; i++) {
        for (const struct name *name = first[i]; name; name = name->next)
            append_record(name, is_swapped, folder, file);
        append_record(last_of(first[i]), is_swapped, folder, file);
    }
    bytes_put32(tail + RECORD_HEAD, is_swapped, size);
    folder_append(folder, file, tail, sizeof(tail));
}
