/* file.c - packets from a capture file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "pcapng.h"
#include "say.h"
#include "signals.h"
#include "source.h"

#define NS_PER_S INT64_C(1000000000)

enum { FIRST_OF_PCAPNG = 0x0a, FIRST_OF_GZIP = 0x1f, MAGIC_BYTES = 4 };

struct file {
    struct source source;
    struct input input;
    FILE *stream;
    pcap_t *pcap;         /* one of these two */
    uint64_t packets;     /* of `pcap` */
    int link_type;        /* of `pcap` */
    bool has_nanoseconds; /* of `pcap` */
    struct bpf *filter;
};

static enum source_status failed(struct file *file, const char *why)
{
    if (file->input.is_stopped)
        return SOURCE_END;
    if (file->input.error || ferror(file->stream))
        why = strerror(file->input.error ? file->input.error : errno);
    snprintf(file->source.error, sizeof(file->source.error), "%s", why);
    file->source.exit_status = EXIT_INPUT_OUTPUT;
    return SOURCE_FAILED;
}

/* The format's seconds have 32 bits without a sign, which last until 2106; libpcap takes them for
 * signed. */
static int64_t time_of(const struct pcap_pkthdr *header)
{
    return (uint32_t)header->ts.tv_sec * NS_PER_S + header->ts.tv_usec; /* these are ns */
}

static enum source_status next_of_pcap(struct file *file, struct record *record)
{
    struct pcap_pkthdr *header;
    int status = pcap_next_ex(file->pcap, &header, &record->bytes);

    if (status == PCAP_ERROR_BREAK)
        return ferror(file->stream) ? failed(file, "") : SOURCE_END;
    if (status != 1)
        return failed(file, pcap_geterr(file->pcap));
    *record = (struct record){
        .bytes = record->bytes,
        .captured = header->caplen,
        .original = header->len,
        .link_type = file->link_type,
        .time_ns = time_of(header),
        .number = ++file->packets,
        .has_nanoseconds = file->has_nanoseconds,
        .snapshot_length = (uint32_t)pcap_snapshot(file->pcap),
    };
    return SOURCE_PACKET;
}

static enum source_status next_of_pcapng(struct file *file, struct record *record)
{
    switch (pcapng_next(file->source.pcapng, record)) {
    case PCAPNG_PACKET:
        return SOURCE_PACKET;
    case PCAPNG_END:
        return ferror(file->stream) ? failed(file, "") : SOURCE_END;
    default:
        return failed(file, pcapng_error(file->source.pcapng));
    }
}

/* A filter that could judge nothing in the file is not the one that was meant. */
static enum source_status end_of_filter(struct file *file, enum source_status status)
{
    const char *error = bpf_error(file->filter);

    if (status != SOURCE_END || !error)
        return status;
    snprintf(file->source.error, sizeof(file->source.error), "-f %s", error);
    file->source.exit_status = EXIT_USAGE;
    return SOURCE_FAILED;
}

static enum source_status next(struct source *source, struct record *record)
{
    struct file *file = (struct file *)source;

    for (;;) {
        enum source_status status =
            file->source.pcapng ? next_of_pcapng(file, record) : next_of_pcap(file, record);

        if (!file->filter || (status == SOURCE_PACKET && bpf_takes(file->filter, record)))
            return status;
        if (status != SOURCE_PACKET)
            return end_of_filter(file, status);
        if (signals_want_end()) /* nobody else may come to ask, for a long time */
            return SOURCE_END;
    }
}

static struct source_drops drops(struct source *source)
{
    const struct file *file = (const struct file *)source;

    return (struct source_drops){.unjudged = file->filter ? bpf_unjudged(file->filter) : 0};
}

static void close_file(struct source *source)
{
    struct file *file = (struct file *)source;

    if (file->pcap)
        pcap_close(file->pcap);
    else if (file->stream)
        fclose(file->stream);
    pcapng_free(file->source.pcapng);
    bpf_free(file->filter);
    free(file);
}

/* Says why, and cleans up. Returns NULL. */
static struct source *refuse(struct file *file, const char *name, const char *why, int *exit_status)
{
    say("%s: %s", name, why);
    *exit_status = EXIT_INPUT_OUTPUT;
    if (file)
        close_file(&file->source);
    return NULL;
}

/* Likewise, but true if there is nothing wrong with the filter. */
static bool begin_filter(struct file *file, const char *filter, int *exit_status)
{
    char error[BPF_ERROR_SIZE];

    file->filter = bpf_new(filter, error);
    if (file->filter)
        return true;
    say("-f %s: %s", filter, error);
    *exit_status = EXIT_USAGE;
    close_file(&file->source);
    return false;
}

/* The older format is libpcap's. NULL, or what is wrong. */
static const char *begin_pcap(struct file *file, char error[PCAP_ERRBUF_SIZE])
{
    file->pcap =
        pcap_fopen_offline_with_tstamp_precision(file->stream, PCAP_TSTAMP_PRECISION_NANO, error);
    if (!file->pcap)
        return error;
    file->link_type = pcap_datalink(file->pcap);
    return NULL;
}

/* Looks at the first bytes, and puts them back: all libraries take back as many. Returns how many
 * there were. */
static size_t peek(FILE *stream, uint8_t first[MAGIC_BYTES])
{
    size_t count = fread(first, 1, MAGIC_BYTES, stream);

    for (size_t i = count; i > 0; i--)
        ungetc(first[i - 1], stream);
    return count;
}

/* The first bytes tell what it is. NULL, or what is wrong. */
static const char *begin(struct file *file, char error[PCAP_ERRBUF_SIZE])
{
    static const uint8_t nanoseconds[] = {0xa1, 0xb2, 0x3c, 0x4d},
                         other[] = {0x4d, 0x3c, 0xb2, 0xa1};
    uint8_t first[MAGIC_BYTES] = {0};

    if (peek(file->stream, first) == 0)
        return file->input.error ? strerror(file->input.error) : "is empty: no capture";
    if (first[0] == FIRST_OF_GZIP)
        return "is compressed: unpack it, as in zcat FILE | connmon -r -";
    file->has_nanoseconds =
        memcmp(first, nanoseconds, MAGIC_BYTES) == 0 || memcmp(first, other, MAGIC_BYTES) == 0;
    if (first[0] != FIRST_OF_PCAPNG)
        return begin_pcap(file, error);
    file->source.pcapng = pcapng_new(file->stream);
    return file->source.pcapng ? NULL : "no memory";
}

struct source *source_open_file(const char *name, const char *filter, input_waiting *waiting,
                                void *data, int *exit_status)
{
    struct file *file = calloc(1, sizeof(*file));
    char error[PCAP_ERRBUF_SIZE];
    const char *wrong, *shown = strcmp(name, "-") == 0 ? "standard input" : name;

    if (!file)
        return refuse(NULL, shown, "no memory", exit_status);
    file->source = (struct source){
        .next = next,
        .drops = drops,
        .close = close_file,
        .name = shown,
        .input = &file->input,
        .socket = -1,
    };
    file->stream = input_open(&file->input, name, waiting, data);
    if (!file->stream)
        return refuse(file, shown, strerror(errno), exit_status);
    wrong = begin(file, error);
    if (wrong)
        return refuse(file, shown, wrong, exit_status);
    if (filter && !begin_filter(file, filter, exit_status))
        return NULL;
    return &file->source;
}
