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
#include "hash.h"
#include "memory.h"
#include "pcapng.h"

enum record_type { RECORD_END = 0, RECORD_IPV4 = 1, RECORD_IPV6 = 2 };

enum {
    HEAD_BYTES = 8,
    TAIL_BYTES = 4,
    RECORD_HEAD = 4,
    FIRST_BITS = 8,
    LAST_BITS = 24,
    MOST_OF_ADDRESS = 1024,
    MOST_BYTES = 1 << 24,
};

struct name {
    struct name *next; /* of the same slot */
    uint16_t type, size;
    bool is_last_too; /* the first of an address: it was also the last that was told */
    uint8_t bytes[];  /* the address, then names that each end with a NUL */
};

struct names {
    struct memory memory; /* also its key */
    uint64_t dropped;
    struct name **slots; /* 2^bits chains, by address; those of an address as they were told */
    size_t count;
    uint8_t bits;
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

static size_t slot_count(const struct names *names)
{
    return names->slots ? (size_t)1 << names->bits : 0;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    for (size_t i = 0; i < slot_count(names); i++) {
        for (struct name *name = names->slots[i], *next; name; name = next) {
            next = name->next;
            memory_free(&names->memory, name, size_of(name));
        }
    }
    memory_free(&names->memory, names->slots, slot_count(names) * sizeof(*names->slots));
    memory_release(&names->memory);
    free(names);
}

static uint16_t address_size(uint16_t type)
{
    return type == RECORD_IPV4 ? 4 : 16;
}

static uint32_t slot_of(const struct names *names, uint16_t type, const uint8_t *address)
{
    return hash_home(siphash_bytes(&names->memory.key, address, address_size(type)), names->bits);
}

/* At least as many slots as names, as long as there is memory; false if there are none. */
static bool reserve(struct names *names)
{
    const size_t old_count = slot_count(names);
    struct name **old = names->slots, **slots;
    const uint8_t bits = old ? (uint8_t)(names->bits + 1) : FIRST_BITS;

    if (names->count < old_count || bits > LAST_BITS)
        return true;
    slots = memory_alloc(&names->memory, ((size_t)1 << bits) * sizeof(*slots));
    if (!slots)
        return old != NULL;
    names->slots = slots;
    names->bits = bits;
    for (size_t i = 0; i < old_count; i++) {
        struct name **ends[2] = {&slots[2 * i], &slots[2 * i + 1]}; /* one bit more decides */

        for (struct name *name = old[i]; name; name = name->next) {
            struct name ***end = &ends[slot_of(names, name->type, name->bytes) & 1];

            **end = name;
            *end = &name->next;
        }
        *ends[0] = *ends[1] = NULL;
    }
    memory_free(&names->memory, old, old_count * sizeof(*old));
    return true;
}

static bool is_of_address(const struct name *name, uint16_t type, const uint8_t *address)
{
    return name->type == type && memcmp(name->bytes, address, address_size(type)) == 0;
}

static bool is_same(const struct name *name, uint16_t type, const uint8_t *bytes, uint16_t size)
{
    return name->size == size && name->type == type && memcmp(name->bytes, bytes, size) == 0;
}

/* The first name of an address in its slot; NULL: there is none. */
static struct name *first_of(struct name *slot, uint16_t type, const uint8_t *address)
{
    while (slot && !is_of_address(slot, type, address))
        slot = slot->next;
    return slot;
}

/* Takes the same record, if it was told before, out of what follows `first`; else NULL. */
static struct name *take_out(struct name *first, uint16_t type, const uint8_t *bytes, uint16_t size)
{
    for (struct name **at = &first->next, *name; (name = *at) != NULL; at = &name->next) {
        if (is_same(name, type, bytes, size)) {
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
    names->count++;
    return name;
}

/* Puts a name behind those of its slot, and drops the oldest of its address that are too many, but
 * for the first. */
static void put(struct names *names, struct name **slot, struct name *name)
{
    struct name *first;
    size_t sum = 0;

    for (struct name **at = slot;; at = &(*at)->next) {
        if (!*at) {
            name->next = NULL;
            *at = name;
        }
        sum += is_of_address(*at, name->type, name->bytes) ? (*at)->size : 0;
        if (*at == name)
            break;
    }
    first = first_of(*slot, name->type, name->bytes);
    for (struct name **at = &first->next, *old; sum > MOST_OF_ADDRESS && (old = *at) != name;) {
        if (!is_of_address(old, name->type, name->bytes)) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        sum -= old->size;
        names->dropped++;
        names->count--;
        memory_free(&names->memory, old, size_of(old));
    }
}

/* Names are told again and again. Which one of an address is shown depends on Wireshark: the one
 * that was told last, or from 4.2 on the first. */
static void take_record(struct names *names, uint16_t type, const uint8_t *bytes, uint16_t size)
{
    struct name **slot, *first, *name = NULL;

    if (!reserve(names)) {
        names->dropped++;
        return;
    }
    slot = &names->slots[slot_of(names, type, bytes)];
    first = first_of(*slot, type, bytes);
    if (first) {
        first->is_last_too = is_same(first, type, bytes, size);
        if (first->is_last_too)
            return;
        name = take_out(first, type, bytes, size);
    }
    if (!name)
        name = make(names, type, bytes, size);
    if (name)
        put(names, slot, name);
    else
        names->dropped++;
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

/* The next name of an address behind `name`, or the first of all if that is NULL. */
static const struct name *find_next(const struct names *names, const struct connmon_endpoint *end,
                                    const struct name *name)
{
    uint16_t type = end->addr_len == 4 ? RECORD_IPV4 : RECORD_IPV6;

    if (!names->slots)
        return NULL;
    name = name ? name->next : names->slots[slot_of(names, type, end->addr)];
    while (name && (name->type != type || memcmp(name->bytes, end->addr, end->addr_len) != 0))
        name = name->next;
    return name;
}

/* The first name of an address if it is to be written as the last, too; else NULL. */
static const struct name *find_last(const struct names *names, const struct connmon_endpoint *end)
{
    const struct name *first = find_next(names, end, NULL);

    return first && first->is_last_too && find_next(names, end, first) ? first : NULL;
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
    uint8_t head[HEAD_BYTES], tail[RECORD_HEAD + TAIL_BYTES] = {0};
    const struct name *name;
    uint32_t size = empty;

    for (int i = 0; i < 2; i++) {
        for (name = NULL; (name = find_next(names, &ends[i], name)) != NULL;)
            size += size_of_record(name);
        size += size_of_record(find_last(names, &ends[i]));
    }
    if (size == empty)
        return;
    bytes_put32(bytes_put32(head, is_swapped, PCAPNG_NAMES), is_swapped, size);
    folder_append(folder, file, head, sizeof(head));
    for (int i = 0; i < 2; i++) {
        for (name = NULL; (name = find_next(names, &ends[i], name)) != NULL;)
            append_record(name, is_swapped, folder, file);
        append_record(find_last(names, &ends[i]), is_swapped, folder, file);
    }
    bytes_put32(tail + RECORD_HEAD, is_swapped, size);
    folder_append(folder, file, tail, sizeof(tail));
}
