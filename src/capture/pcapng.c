/* pcapng.c
 *
 * A block is [type, total length, body, total length once more]. All numbers are in the byte order
 * that the section's first block shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pcapng.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

enum option_code { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };

enum {
    HEAD_BYTES = 8, /* of a block */
    TAIL_BYTES = 4,
    ORDER_BYTES = 4, /* of a section's block: what shows the byte order */
    INTERFACE_BYTES = 8,
    SIMPLE_BYTES = 4,
    PACKET_BYTES = 20,
    /* No link has frames of that size, so a larger block is damage. */
    MAX_BODY = 1 << 24,
    MAX_INTERFACES = 1 << 16,
};

static const uint32_t ORDER = 0x1a2b3c4d, ORDER_SWAPPED = 0x4d3c2b1a;

struct interface {
    int link_type;
    uint32_t snapshot_length; /* 0: no limit */
    uint8_t resolution;       /* the option's value */
    bool has_nanoseconds;
    int64_t offset_s; /* to add to all times */
};

struct pcapng {
    FILE *stream;
    uint64_t at;     /* offset of the current block */
    uint64_t frames; /* so far, as Wireshark numbers them */
    uint8_t *block;  /* the current one */
    uint32_t block_room;
    const uint8_t *body;
    uint32_t body_bytes;
    pcapng_sink *sink; /* NULL: nobody asks for blocks without packets */
    void *to;
    struct interface *interfaces; /* of the current section */
    uint32_t interface_count, interface_room;
    bool is_swapped, is_damaged;
    char complaint[100], error[160];
};

struct pcapng *pcapng_new(FILE *stream)
{
    struct pcapng *pcapng = calloc(1, sizeof(*pcapng));

    if (pcapng)
        pcapng->stream = stream;
    return pcapng;
}

void pcapng_free(struct pcapng *pcapng)
{
    if (!pcapng)
        return;
    free(pcapng->block);
    free(pcapng->interfaces);
    free(pcapng);
}

void pcapng_tell(struct pcapng *pcapng, pcapng_sink *sink, void *to)
{
    pcapng->sink = sink;
    pcapng->to = to;
}

const char *pcapng_error(const struct pcapng *pcapng)
{
    return pcapng->error;
}

static bool stop(struct pcapng *pcapng)
{
    snprintf(pcapng->error, sizeof(pcapng->error), "the block at offset %" PRIu64 " %s", pcapng->at,
             pcapng->complaint);
    pcapng->is_damaged = true;
    return false;
}

/* Says, as printf() does, what is wrong with the current block; there is no reading on. False. */
#define damaged(pcapng, ...)                                                                       \
    (snprintf((pcapng)->complaint, sizeof((pcapng)->complaint), __VA_ARGS__), stop(pcapng))

static uint16_t get16(const struct pcapng *pcapng, const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return pcapng->is_swapped ? __builtin_bswap16(value) : value;
}

static uint32_t get32(const struct pcapng *pcapng, const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return pcapng->is_swapped ? __builtin_bswap32(value) : value;
}

static uint64_t get64(const struct pcapng *pcapng, const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return pcapng->is_swapped ? __builtin_bswap64(value) : value;
}

static void put32(const struct pcapng *pcapng, uint8_t *at, uint32_t value)
{
    if (pcapng->is_swapped)
        value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof(value));
}

static bool read_bytes(struct pcapng *pcapng, void *to, size_t bytes)
{
    if (fread(to, 1, bytes, pcapng->stream) == bytes)
        return true;
    return damaged(pcapng, "is cut short");
}

static bool skip_bytes(struct pcapng *pcapng, uint64_t bytes)
{
    uint8_t waste[4096];

    for (size_t part; bytes > 0; bytes -= part) {
        part = bytes < sizeof(waste) ? (size_t)bytes : sizeof(waste);
        if (!read_bytes(pcapng, waste, part))
            return false;
    }
    return true;
}

/* Bytes of the current block; what some writers do not count, its padding, included. */
static uint32_t block_size(const struct pcapng *pcapng)
{
    return HEAD_BYTES + pcapng->body_bytes + TAIL_BYTES;
}

/* Reads what is left of a block whose head and order (of a section, else NULL) were read. */
static bool read_body(struct pcapng *pcapng, const uint8_t *head, const uint8_t *order,
                      uint32_t body_bytes)
{
    uint32_t size = HEAD_BYTES + body_bytes + TAIL_BYTES, done = HEAD_BYTES;

    if (body_bytes > MAX_BODY)
        return damaged(pcapng, "has %" PRIu32 " bytes, more than any packet", body_bytes);
    if (size > pcapng->block_room) {
        uint8_t *block = realloc(pcapng->block, 2 * (size_t)size);

        if (!block)
            return damaged(pcapng, "does not fit into memory");
        pcapng->block = block;
        pcapng->block_room = 2 * size;
    }
    memcpy(pcapng->block, head, HEAD_BYTES);
    if (order) {
        memcpy(pcapng->block + done, order, ORDER_BYTES);
        done += ORDER_BYTES;
    }
    pcapng->body = pcapng->block + HEAD_BYTES;
    pcapng->body_bytes = body_bytes;
    if (!read_bytes(pcapng, pcapng->block + done, size - done))
        return false;
    put32(pcapng, pcapng->block + 4, size); /* as it should be */
    put32(pcapng, pcapng->block + size - TAIL_BYTES, size);
    return true;
}

/* Reads over a block, for whoever asks for it. */
static bool read_other(struct pcapng *pcapng, const uint8_t *head, const uint8_t *order,
                       uint32_t body_bytes)
{
    uint32_t done = order ? ORDER_BYTES : 0, type;

    if (!pcapng->sink || body_bytes > MAX_BODY)
        return skip_bytes(pcapng, (uint64_t)body_bytes - done + TAIL_BYTES);
    if (!read_body(pcapng, head, order, body_bytes))
        return false;
    type = get32(pcapng, head);
    pcapng->sink(pcapng->to, type, pcapng->is_swapped, pcapng->block, block_size(pcapng));
    return true;
}

/* A new section: its byte order, and no interface yet. What else its block tells is not needed. */
static bool begin_section(struct pcapng *pcapng, const uint8_t *head)
{
    uint8_t bytes[ORDER_BYTES];
    uint32_t order, total;

    if (!read_bytes(pcapng, bytes, sizeof(bytes)))
        return false;
    memcpy(&order, bytes, sizeof(order));
    if (order != ORDER && order != ORDER_SWAPPED)
        return damaged(pcapng, "begins a section of no known byte order");
    pcapng->is_swapped = order == ORDER_SWAPPED;
    pcapng->interface_count = 0;
    total = get32(pcapng, head + 4);
    if (total < HEAD_BYTES + ORDER_BYTES + TAIL_BYTES)
        return damaged(pcapng, "claims to have %" PRIu32 " bytes", total);
    if (!read_other(pcapng, head, bytes, total - HEAD_BYTES - TAIL_BYTES))
        return false;
    pcapng->at += total;
    return true;
}

/* What an interface's options tell of its clock; options that end behind the block are ignored. */
static void read_options(const struct pcapng *pcapng, struct interface *interface)
{
    const uint8_t *at = pcapng->body + INTERFACE_BYTES;
    uint32_t left = pcapng->body_bytes - INTERFACE_BYTES;

    while (left >= 4) {
        uint16_t code = get16(pcapng, at), length = get16(pcapng, at + 2);
        uint32_t padded = 4 + ((length + UINT32_C(3)) & ~UINT32_C(3));

        if (code == OPTION_END || padded > left)
            return;
        if (code == OPTION_TSRESOL && length == 1)
            interface->resolution = at[4];
        else if (code == OPTION_TSOFFSET && length == 8)
            interface->offset_s = (int64_t)get64(pcapng, at + 4);
        at += padded;
        left -= padded;
    }
}

static bool add_interface(struct pcapng *pcapng)
{
    struct interface *interface;

    if (pcapng->body_bytes < INTERFACE_BYTES)
        return damaged(pcapng, "is too short for an interface");
    if (pcapng->interface_count == pcapng->interface_room) {
        uint32_t room = pcapng->interface_room ? 2 * pcapng->interface_room : 4;
        struct interface *grown = realloc(pcapng->interfaces, room * sizeof(*grown));

        if (!grown || room > MAX_INTERFACES) {
            pcapng->interfaces = grown ? grown : pcapng->interfaces;
            return damaged(pcapng, "is one interface too many");
        }
        pcapng->interfaces = grown;
        pcapng->interface_room = room;
    }
    interface = &pcapng->interfaces[pcapng->interface_count++];
    *interface = (struct interface){
        .link_type = get16(pcapng, pcapng->body),
        .snapshot_length = get32(pcapng, pcapng->body + 4),
        .resolution = 6, /* microseconds */
    };
    read_options(pcapng, interface);
    interface->has_nanoseconds = interface->resolution & 0x80 ? interface->resolution > 0x80 + 19
                                                              : interface->resolution > 6;
    if (pcapng->sink)
        pcapng->sink(pcapng->to, PCAPNG_INTERFACE, pcapng->is_swapped, pcapng->block,
                     block_size(pcapng));
    return true;
}

/* The parts of a second in `ticks` of 10^-n s, or with the upper bit set of 2^-n s, as nanoseconds.
 * `*seconds` gets the rest. */
static int64_t split_ticks(uint64_t ticks, uint8_t resolution, uint64_t *seconds)
{
    unsigned power = resolution & 0x7f;
    uint64_t per_second = 1;

    if (resolution & 0x80) {
        *seconds = power < 64 ? ticks >> power : 0;
        ticks -= power < 64 ? *seconds << power : 0;
        for (; power > 32; power--) /* finer than a nanosecond, and a product must fit */
            ticks >>= 1;
        return (int64_t)(ticks * (uint64_t)NS_PER_S >> power);
    }
    for (; power > 9; power--) /* as above */
        ticks /= 10;
    for (; power > 0; power--)
        per_second *= 10;
    *seconds = ticks / per_second;
    return (int64_t)(ticks % per_second * ((uint64_t)NS_PER_S / per_second));
}

/* Times that no 64 bits of nanoseconds hold are as far off as can be. */
static int64_t to_ns(const struct interface *interface, uint64_t ticks)
{
    const int64_t most = INT64_MAX / NS_PER_S - 1;
    uint64_t whole;
    int64_t part = split_ticks(ticks, interface->resolution, &whole), seconds;

    if (whole > (uint64_t)INT64_MAX ||
        __builtin_add_overflow((int64_t)whole, interface->offset_s, &seconds))
        seconds = most;
    if (seconds > most)
        seconds = most;
    if (seconds < -most)
        seconds = -most;
    return seconds * NS_PER_S + part;
}

static const struct interface *find_interface(struct pcapng *pcapng, uint32_t number)
{
    if (number < pcapng->interface_count)
        return &pcapng->interfaces[number];
    damaged(pcapng, "has a packet of interface %" PRIu32 ", which there is not", number);
    return NULL;
}

static void tell_how(const struct pcapng *pcapng, const struct interface *interface,
                     struct record *record)
{
    record->has_nanoseconds = interface->has_nanoseconds;
    record->snapshot_length = interface->snapshot_length;
    record->block = pcapng->block;
    record->block_size = block_size(pcapng);
}

/* Old blocks have 16 bits of interface and 16 bits of lost packets where new ones have 32 bits of
 * interface; all else is the same. */
static bool take_packet(struct pcapng *pcapng, bool is_old, struct record *record)
{
    const uint8_t *body = pcapng->body;
    const struct interface *interface;
    uint32_t number;
    uint64_t ticks;

    if (pcapng->body_bytes < PACKET_BYTES)
        return damaged(pcapng, "is too short for a packet");
    number = is_old ? get16(pcapng, body) : get32(pcapng, body);
    interface = find_interface(pcapng, number);
    if (!interface)
        return false;
    ticks = (uint64_t)get32(pcapng, body + 4) << 32 | get32(pcapng, body + 8);
    *record = (struct record){
        .bytes = body + PACKET_BYTES,
        .captured = get32(pcapng, body + 12),
        .original = get32(pcapng, body + 16),
        .link_type = interface->link_type,
        .time_ns = to_ns(interface, ticks),
        .interface = number,
    };
    if (record->captured > pcapng->body_bytes - PACKET_BYTES)
        return damaged(pcapng, "ends before its packet does");
    tell_how(pcapng, interface, record);
    return true;
}

static bool take_simple_packet(struct pcapng *pcapng, struct record *record)
{
    const struct interface *interface = find_interface(pcapng, 0);

    if (!interface)
        return false;
    if (pcapng->body_bytes < SIMPLE_BYTES)
        return damaged(pcapng, "is too short for a packet");
    *record = (struct record){
        .bytes = pcapng->body + SIMPLE_BYTES,
        .original = get32(pcapng, pcapng->body),
        .link_type = interface->link_type,
        .time_unknown = true,
    };
    record->captured = record->original;
    if (interface->snapshot_length != 0 && record->captured > interface->snapshot_length)
        record->captured = interface->snapshot_length;
    if (record->captured > pcapng->body_bytes - SIMPLE_BYTES)
        return damaged(pcapng, "ends before its packet does");
    tell_how(pcapng, interface, record);
    return true;
}

/* Whether Wireshark lists the block, which is no packet, among the packets, with a number. */
static bool is_numbered(uint32_t type)
{
    switch (type) {
    case PCAPNG_JOURNAL:
    case PCAPNG_SYSDIG:
    case PCAPNG_SYSDIG_2:
    case PCAPNG_SYSDIG_2_LARGE:
    case PCAPNG_CUSTOM:
    case PCAPNG_CUSTOM_UNCOPIED:
        return true;
    default:
        return false;
    }
}

/* Reads a block that lies in the current section. False if something is wrong with it. */
static bool read_block(struct pcapng *pcapng, const uint8_t *head, struct record *record,
                       bool *is_packet)
{
    uint32_t type = get32(pcapng, head), total = get32(pcapng, head + 4), body;
    bool is_good;

    if (total < HEAD_BYTES + TAIL_BYTES || total > UINT32_MAX - 3)
        return damaged(pcapng, "claims to have %" PRIu32 " bytes", total);
    total = (total + 3) & ~UINT32_C(3); /* some writers do not count the padding */
    body = total - HEAD_BYTES - TAIL_BYTES;
    *is_packet =
        type == PCAPNG_PACKET_BLOCK || type == PCAPNG_SIMPLE_PACKET || type == PCAPNG_OLD_PACKET;
    if (!*is_packet && type != PCAPNG_INTERFACE)
        is_good = read_other(pcapng, head, NULL, body);
    else if (!read_body(pcapng, head, NULL, body))
        is_good = false;
    else if (type == PCAPNG_INTERFACE)
        is_good = add_interface(pcapng);
    else if (type == PCAPNG_SIMPLE_PACKET)
        is_good = take_simple_packet(pcapng, record);
    else
        is_good = take_packet(pcapng, type == PCAPNG_OLD_PACKET, record);
    pcapng->at += is_good ? total : 0;
    pcapng->frames += is_numbered(type);
    return is_good;
}

enum pcapng_status pcapng_next(struct pcapng *pcapng, struct record *record)
{
    bool is_packet = false;

    while (!is_packet && !pcapng->is_damaged) {
        uint8_t head[HEAD_BYTES];
        size_t bytes = fread(head, 1, sizeof(head), pcapng->stream);
        uint32_t type;

        if (bytes == 0 && pcapng->at > 0)
            return PCAPNG_END;
        memcpy(&type, head, sizeof(type));
        if (bytes < sizeof(head))
            damaged(pcapng, "is cut short");
        else if (type == PCAPNG_SECTION)
            begin_section(pcapng, head);
        else if (pcapng->at == 0)
            damaged(pcapng, "does not begin a section");
        else
            read_block(pcapng, head, record, &is_packet);
    }
    if (pcapng->is_damaged)
        return PCAPNG_DAMAGED;
    record->number = ++pcapng->frames;
    return PCAPNG_PACKET;
}
