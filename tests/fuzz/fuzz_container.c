/* fuzz_container.c - any bytes as a pcapng file whose packets go to files of their own
 *
 * What is written to a pcapng file reads as the packets that went there; a pcap file has as many
 * bytes as its packets take.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "container.h"

#include <string.h>

#include "bytes.h"
#include "files.h"
#include "input.h"
#include "pcapng.h"

enum { MOST_PACKETS = 256, PCAP_HEADER = 24, PCAP_RECORD = 16 };

/* In the byte order of this machine, as most that fuzz have it. */
static const uint32_t begin[] = {
    0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28, /* section, of unknown length */
    1,          20, 1,          0, 20,                         /* interface: Ethernet */
};

static const struct connmon_endpoint ends[2] = {{.addr_len = 4}, {.addr_len = 16}};

/* A packet that went to a file. */
struct sent {
    struct record record;
    uint8_t *bytes;
    uint32_t file;
};

struct fixture {
    struct container *container;
    bool is_pcapng;
    struct folder folder;
    struct container_file told[FILES];
    struct sent sent[MOST_PACKETS];
    size_t count;
};

static struct pcapng *open_reader(uint8_t *bytes, size_t size, FILE **stream)
{
    struct pcapng *pcapng;

    *stream = fmemopen(bytes, size, "rb");
    check(*stream != NULL);
    pcapng = pcapng_new(*stream);
    check(pcapng != NULL);
    return pcapng;
}

static void close_reader(struct pcapng *pcapng, FILE *stream)
{
    pcapng_free(pcapng);
    fclose(stream);
}

static void send(struct fixture *f, const struct record *record)
{
    const uint32_t file = record->captured ? record->bytes[0] % FILES : 0;
    const bool fits =
        container_append(f->container, &f->told[file], record, &f->folder, file) == CONTAINER_GOOD;
    struct sent *sent = &f->sent[f->count];

    check(fits || !f->is_pcapng);
    if (!fits) /* of another link type */
        return;
    *sent = (struct sent){.record = *record, .file = file, .bytes = malloc(record->captured + 1)};
    check(sent->bytes != NULL);
    memcpy(sent->bytes, record->bytes, record->captured);
    f->count++;
}

static void split(struct fixture *f, uint8_t *bytes, size_t size)
{
    FILE *stream;
    struct pcapng *pcapng = open_reader(bytes, size, &stream);
    struct record record;

    pcapng_tell(pcapng, container_tell, f->container);
    while (f->count < MOST_PACKETS && pcapng_next(pcapng, &record) == PCAPNG_PACKET)
        send(f, &record);
    for (uint32_t i = 0; i < FILES; i++)
        if (f->folder.files[i].size > 0)
            container_end(f->container, &f->told[i], ends, &f->folder, i);
    close_reader(pcapng, stream);
}

static void check_pcapng(struct fixture *f, uint32_t file)
{
    FILE *stream;
    struct pcapng *pcapng =
        open_reader(f->folder.files[file].bytes, f->folder.files[file].size, &stream);
    struct record read;

    for (size_t i = 0; i < f->count; i++) {
        const struct record *sent = &f->sent[i].record;

        if (f->sent[i].file != file)
            continue;
        check(pcapng_next(pcapng, &read) == PCAPNG_PACKET);
        check(read.captured == sent->captured && read.original == sent->original);
        check(read.link_type == sent->link_type && read.interface == sent->interface);
        check(read.time_ns == sent->time_ns && read.time_unknown == sent->time_unknown);
        check(memcmp(read.bytes, f->sent[i].bytes, sent->captured) == 0);
    }
    check(pcapng_next(pcapng, &read) == PCAPNG_END);
    close_reader(pcapng, stream);
}

static void check_pcap(const struct fixture *f, uint32_t file)
{
    const uint8_t *bytes = f->folder.files[file].bytes, *at = bytes + PCAP_HEADER;

    for (size_t i = 0; i < f->count; i++) {
        const struct record *sent = &f->sent[i].record;

        if (f->sent[i].file != file)
            continue;
        check(bytes_get32(at + 8, false) == sent->captured);
        check(bytes_get32(at + 12, false) == sent->original);
        check(memcmp(at + PCAP_RECORD, f->sent[i].bytes, sent->captured) == 0);
        at += PCAP_RECORD + sent->captured;
    }
    check(at == bytes + f->folder.files[file].size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    struct fixture f = {.is_pcapng = take(&in) % 4 != 0};
    uint8_t *file = malloc(sizeof(begin) + in.size);

    f.container = container_new(f.is_pcapng);
    check(file && f.container);
    memcpy(file, begin, sizeof(begin));
    if (in.size > 0)
        memcpy(file + sizeof(begin), in.data, in.size);
    split(&f, file, sizeof(begin) + in.size);
    for (uint32_t i = 0; i < FILES; i++) {
        if (f.folder.files[i].size == 0)
            continue;
        if (f.is_pcapng)
            check_pcapng(&f, i);
        else
            check_pcap(&f, i);
    }
    for (size_t i = 0; i < f.count; i++)
        free(f.sent[i].bytes);
    files_clear(&f.folder);
    container_free(f.container);
    free(file);
    return 0;
}
