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
#include "pcapng_write.h"
#include "section.h"

enum {
    DLT_RAW_IP = 12, /* as libpcap may call in memory what it calls LINKTYPE_RAW in a file */
    LINKTYPE_RAW = 101,
    PACKET_INTERFACE_AT = 8,
    PCAP_HEADER = 24,
    PCAP_RECORD = 16,
};

static const int64_t NS = 1000000000;

struct container {
    bool is_pcapng;
    struct names *names;
    uint64_t secrets;
    struct section section; /* the current one */
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
    section_release(&container->section);
    free(container);
}

uint64_t container_secrets(const struct container *container)
{
    return container->secrets;
}

struct container_dropped container_dropped(const struct container *container)
{
    return (struct container_dropped){
        .names = names_dropped(container->names),
        .options = container->section.dropped,
    };
}

/* ---- What the capture tells of itself ---- */

void container_tell(void *to, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size)
{
    struct container *container = to;

    switch (type) {
    case PCAPNG_SECTION:
        section_begin(&container->section, is_swapped, block, size);
        break;
    case PCAPNG_INTERFACE:
        section_add_interface(&container->section, block, size);
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
    uint8_t section[CONNMON_PCAPNG_SECTION_BYTES], interface[CONNMON_PCAPNG_INTERFACE_BYTES];

    connmon_pcapng_section(section);
    connmon_pcapng_interface(interface, (uint16_t)link_type_of(record), record->snapshot_length,
                             record->has_nanoseconds ? 9 : 6);
    container_tell(container, PCAPNG_SECTION, false, section, sizeof(section));
    container_tell(container, PCAPNG_INTERFACE, false, interface, sizeof(interface));
}

/* ---- Files ---- */

static bool is_simple(const struct record *record, bool is_swapped)
{
    return record->block && bytes_get32(record->block, is_swapped) == PCAPNG_SIMPLE_PACKET;
}

/* The number in the file of an interface that was told; UINT32_MAX: it was not, or long ago. */
static uint32_t find_interface(const struct container_file *told, uint32_t interface)
{
    const uint32_t known = told->count < CONTAINER_INTERFACES ? told->count : CONTAINER_INTERFACES;

    for (uint32_t number = told->count; number > told->count - known; number--)
        if (told->interfaces[(number - 1) % CONTAINER_INTERFACES] == interface)
            return number - 1;
    return UINT32_MAX;
}

static void tell_section(const struct section *section, struct container_file *told,
                         struct folder *folder, uint32_t file)
{
    size_t size;
    const uint8_t *block = section_block(section, &size);

    folder_append(folder, file, block, size);
    told->section = section->number;
    told->is_swapped = section->is_swapped;
    told->count = 0;
}

/* The number in the file of the packet's interface, of which the file is told first if need be. A
 * simple packet's is always 0: where that is another's, the section begins anew; and so it does
 * when the 16 bits of an old block are used up. */
static uint32_t tell_interface(const struct section *section, struct container_file *told,
                               const struct record *record, struct folder *folder, uint32_t file)
{
    const bool is_zero = is_simple(record, section->is_swapped);
    uint32_t number;
    const uint8_t *block;
    size_t size;

    if (told->section != section->number)
        tell_section(section, told, folder, file);
    number = find_interface(told, record->interface);
    if (number == 0 || (number != UINT32_MAX && !is_zero))
        return number;
    if (told->count > (is_zero ? 0 : UINT16_MAX))
        tell_section(section, told, folder, file);
    block = section_interface(section, record->interface, &size);
    folder_append(folder, file, block, size);
    told->interfaces[told->count % CONTAINER_INTERFACES] = record->interface;
    return told->count++;
}

/* The packet's block, with the interface's number in the file. */
static void append_renumbered(const struct record *record, uint32_t interface, bool is_swapped,
                              struct folder *folder, uint32_t file)
{
    uint8_t head[PACKET_INTERFACE_AT + 4];

    memcpy(head, record->block, sizeof(head));
    switch (bytes_get32(head, is_swapped)) {
    case PCAPNG_PACKET_BLOCK:
        bytes_put32(head + PACKET_INTERFACE_AT, is_swapped, interface);
        break;
    case PCAPNG_OLD_PACKET:
        bytes_put16(head + PACKET_INTERFACE_AT, is_swapped, (uint16_t)interface);
        break;
    default: /* a simple one, which has no number */
        break;
    }
    folder_append(folder, file, head, sizeof(head));
    folder_append(folder, file, record->block + sizeof(head), record->block_size - sizeof(head));
}

/* The packet of a pcap file as a block. */
static void append_block(const struct record *record, struct folder *folder, uint32_t file)
{
    const struct connmon_pcapng_packet packet = {
        .ticks = (uint64_t)(record->has_nanoseconds ? record->time_ns : record->time_ns / 1000),
        .captured = record->captured,
        .original = record->original,
    };
    uint8_t head[CONNMON_PCAPNG_PACKET_HEAD_BYTES], tail[CONNMON_PCAPNG_PACKET_TAIL_BYTES];
    const uint32_t tail_size = connmon_pcapng_packet(&packet, head, tail);

    folder_append(folder, file, head, sizeof(head));
    folder_append(folder, file, record->bytes, record->captured);
    folder_append(folder, file, tail, tail_size);
}

static enum container_status append_pcapng(struct container *container, struct container_file *told,
                                           const struct record *record, struct folder *folder,
                                           uint32_t file)
{
    const struct section *section = &container->section;
    uint32_t interface;

    if (section->number == 0 && !record->block)
        tell_of_pcap(container, record);
    if (section->is_too_large || section->count <= record->interface + UINT64_C(1))
        return CONTAINER_TOO_LARGE;
    interface = tell_interface(section, told, record, folder, file);
    if (record->block)
        append_renumbered(record, interface, section->is_swapped, folder, file);
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
