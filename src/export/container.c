/* container.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "names.h"
#include "pcapng.h"

enum {
    DLT_RAW_IP = 12, /* as libpcap may call in memory what it calls LINKTYPE_RAW in a file */
    LINKTYPE_RAW = 101,
    SECTION_BYTES = 28,
    SECTION_LENGTH_AT = 16,
    INTERFACE_BYTES = 32, /* with the options that tell the clock */
    OPTION_TSRESOL = 9,
    PACKET_HEAD = 28,
    PCAP_HEADER = 24,
    PCAP_RECORD = 16,
    MOST_BYTES = 1 << 20, /* of a section and its interfaces: each file gets them */
};

static const int64_t NS = 1000000000;

struct container {
    bool is_pcapng;
    struct names *names;
    uint64_t secrets;

    /* The current section, from 1, and the blocks that each file with packets of it begins with:
     * its own, then one for each interface. */
    uint32_t section, interfaces;
    bool is_swapped, is_too_large;
    uint8_t *blocks;
    uint32_t size, room;
    uint32_t section_size;
};

struct container *container_new(bool is_pcapng)
{
    struct container *container = calloc(1, sizeof(*container));

    if (!container)
        return NULL;
    container->is_pcapng = is_pcapng;
    container->names = names_new();
    if (container->names)
        return container;
    free(container);
    return NULL;
}

void container_free(struct container *container)
{
    if (!container)
        return;
    names_free(container->names);
    free(container->blocks);
    free(container);
}

uint64_t container_secrets(const struct container *container)
{
    return container->secrets;
}

/* ---- What the capture tells of itself ---- */

static void keep(struct container *container, const uint8_t *block, uint32_t size)
{
    uint32_t needed = container->size + size;

    if (container->is_too_large)
        return;
    if (needed > container->room) {
        uint8_t *blocks =
            needed > MOST_BYTES ? NULL : realloc(container->blocks, 2 * (size_t)needed);

        if (!blocks) {
            container->is_too_large = true;
            return;
        }
        container->blocks = blocks;
        container->room = 2 * needed;
    }
    memcpy(container->blocks + container->size, block, size);
    container->size = needed;
}

static void begin_section(struct container *container, bool is_swapped, const uint8_t *block,
                          uint32_t size)
{
    container->section++;
    container->is_swapped = is_swapped;
    container->is_too_large = false;
    container->interfaces = 0;
    container->size = 0;
    keep(container, block, size);
    container->section_size = container->size;
    if (container->size >= SECTION_BYTES) /* the length of a part is another; -1: unknown */
        memset(container->blocks + SECTION_LENGTH_AT, 0xff, 8);
}

void container_tell(void *to, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size)
{
    struct container *container = to;

    switch (type) {
    case PCAPNG_SECTION:
        begin_section(container, is_swapped, block, size);
        break;
    case PCAPNG_INTERFACE:
        container->interfaces++;
        keep(container, block, size);
        break;
    case PCAPNG_NAMES:
        names_take(container->names, is_swapped, block, size);
        break;
    case PCAPNG_SECRETS:
        container->secrets++;
        break;
    default:
        break;
    }
}

static int link_type_of(const struct record *record)
{
    return record->link_type == DLT_RAW_IP ? LINKTYPE_RAW : record->link_type;
}

/* A pcap file tells as much as one section with one interface. */
static void tell_of_pcap(struct container *container, const struct record *record)
{
    uint8_t section[SECTION_BYTES] = {0}, interface[INTERFACE_BYTES] = {0}, *at = section;

    at = bytes_put32(at, false, PCAPNG_SECTION);
    at = bytes_put32(at, false, SECTION_BYTES);
    at = bytes_put32(at, false, 0x1a2b3c4d);
    bytes_put16(at, false, 1); /* version 1.0 */
    bytes_put32(section + SECTION_BYTES - 4, false, SECTION_BYTES);
    at = bytes_put32(interface, false, PCAPNG_INTERFACE);
    at = bytes_put32(at, false, INTERFACE_BYTES);
    at = bytes_put16(at, false, (uint16_t)link_type_of(record));
    at = bytes_put32(at + 2, false, record->snapshot_length);
    at = bytes_put16(at, false, OPTION_TSRESOL);
    at = bytes_put16(at, false, 1);
    *at = record->has_nanoseconds ? 9 : 6;
    bytes_put32(interface + INTERFACE_BYTES - 4, false, INTERFACE_BYTES);
    container_tell(container, PCAPNG_SECTION, false, section, sizeof(section));
    container_tell(container, PCAPNG_INTERFACE, false, interface, sizeof(interface));
}

/* ---- Files ---- */

/* Where the blocks of the interfaces from number `interface` on are. */
static const uint8_t *find_interface(const struct container *container, uint32_t interface)
{
    const uint8_t *at = container->blocks + container->section_size;

    for (uint32_t i = 0; i < interface; i++)
        at += bytes_get32(at + 4, container->is_swapped);
    return at;
}

/* Tells the file of the section, and of all its interfaces so far, so that they keep their numbers
 * and all files tell the same. */
static void tell_file(const struct container *container, struct container_file *told,
                      struct folder *folder, uint32_t file)
{
    const uint8_t *at = container->blocks, *end = at + container->size;

    if (told->section == container->section)
        at = find_interface(container, told->interfaces);
    folder_append(folder, file, at, (size_t)(end - at));
    told->section = container->section;
    told->interfaces = container->interfaces;
    told->is_swapped = container->is_swapped;
}

static uint64_t ticks_of(const struct record *record, bool has_nanoseconds)
{
    return (uint64_t)(has_nanoseconds ? record->time_ns : record->time_ns / 1000);
}

/* The packet of a pcap file as a block. */
static void append_block(const struct record *record, struct folder *folder, uint32_t file)
{
    uint32_t padding = -record->captured & 3, size = PACKET_HEAD + record->captured + padding + 4;
    uint64_t ticks = ticks_of(record, record->has_nanoseconds);
    uint8_t head[PACKET_HEAD], tail[3 + 4] = {0}, *at = head;

    at = bytes_put32(at, false, PCAPNG_PACKET_BLOCK);
    at = bytes_put32(at, false, size);
    at = bytes_put32(at, false, 0); /* interface */
    at = bytes_put32(at, false, (uint32_t)(ticks >> 32));
    at = bytes_put32(at, false, (uint32_t)ticks);
    at = bytes_put32(at, false, record->captured);
    bytes_put32(at, false, record->original);
    bytes_put32(tail + padding, false, size);
    folder_append(folder, file, head, sizeof(head));
    folder_append(folder, file, record->bytes, record->captured);
    folder_append(folder, file, tail, padding + 4);
}

static enum container_status append_pcapng(struct container *container, struct container_file *told,
                                           const struct record *record, struct folder *folder,
                                           uint32_t file)
{
    if (container->section == 0)
        tell_of_pcap(container, record);
    if (container->is_too_large)
        return CONTAINER_TOO_LARGE;
    if (told->section != container->section || told->interfaces <= record->interface)
        tell_file(container, told, folder, file);
    if (record->block)
        folder_append(folder, file, record->block, record->block_size);
    else
        append_block(record, folder, file);
    return CONTAINER_GOOD;
}

static void begin_pcap(struct container_file *told, const struct record *record,
                       struct folder *folder, uint32_t file)
{
    uint8_t header[PCAP_HEADER] = {0}, *at = header;

    told->link_type = link_type_of(record);
    told->has_nanoseconds = record->has_nanoseconds;
    at = bytes_put32(at, false, told->has_nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
    at = bytes_put16(at, false, 2); /* version 2.4 */
    bytes_put16(at, false, 4);
    at =
        bytes_put32(header + 16, false, record->snapshot_length ? record->snapshot_length : 262144);
    bytes_put32(at, false, (uint32_t)told->link_type);
    folder_append(folder, file, header, sizeof(header));
}

static enum container_status append_pcap(struct container_file *told, const struct record *record,
                                         struct folder *folder, uint32_t file)
{
    uint8_t head[PCAP_RECORD], *at = head;
    int64_t s = record->time_ns / NS, ns = record->time_ns % NS;

    if (!told->is_begun)
        begin_pcap(told, record, folder, file);
    told->is_begun = true;
    if (told->link_type != link_type_of(record))
        return CONTAINER_OTHER_LINK;
    if (record->time_ns < 0 || s > UINT32_MAX)
        return CONTAINER_OTHER_AGE;
    at = bytes_put32(at, false, (uint32_t)s);
    at = bytes_put32(at, false, (uint32_t)(told->has_nanoseconds ? ns : ns / 1000));
    at = bytes_put32(at, false, record->captured);
    bytes_put32(at, false, record->original);
    folder_append(folder, file, head, sizeof(head));
    folder_append(folder, file, record->bytes, record->captured);
    return CONTAINER_GOOD;
}

enum container_status container_append(struct container *container, struct container_file *told,
                                       const struct record *record, struct folder *folder,
                                       uint32_t file)
{
    return container->is_pcapng ? append_pcapng(container, told, record, folder, file)
                                : append_pcap(told, record, folder, file);
}

void container_end(const struct container *container, const struct container_file *told,
                   const struct connmon_endpoint ends[2], struct folder *folder, uint32_t file)
{
    if (container->is_pcapng)
        names_append(container->names, ends, told->is_swapped, folder, file);
}
