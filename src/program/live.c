/* live.c - packets from an interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf.h"
#include "pace.h"
#include "say.h"
#include "source.h"

#define NS_PER_S INT64_C(1000000000)

enum {
    SNAPSHOT = 256, /* headers are enough, through tunnels as well */
    WAIT_MS = 100,  /* how long the kernel may collect packets before it wakes us */
};

static const int64_t DRAIN_NS = INT64_C(2) * WAIT_MS * 1000000;

struct live {
    struct source source;
    pcap_t *pcap;
    int fd; /* to wait for packets */
    int link_type;
    int64_t ns_per_unit; /* of the smaller part of a time */
    uint64_t packets;
    struct pcap_stat counted; /* what `dropped` counts already */
    struct source_drops dropped;
};

static enum source_status next(struct source *source, struct record *record)
{
    struct live *live = (struct live *)source;
    struct pollfd poll_fd = {.fd = live->fd, .events = POLLIN};
    struct pcap_pkthdr *header;
    int status = pcap_next_ex(live->pcap, &header, &record->bytes);

    if (status == 0) {
        poll(&poll_fd, 1, WAIT_MS);
        return SOURCE_IDLE;
    }
    if (status != 1) {
        snprintf(source->error, sizeof(source->error), "%s", pcap_geterr(live->pcap));
        source->exit_status = EXIT_INPUT_OUTPUT;
        return SOURCE_FAILED;
    }
    record->captured = header->caplen;
    record->original = header->len;
    record->link_type = live->link_type;
    record->time_ns = header->ts.tv_sec * NS_PER_S + header->ts.tv_usec * live->ns_per_unit;
    record->time_unknown = false;
    record->number = ++live->packets;
    return SOURCE_PACKET;
}

/* libpcap's counts have 32 bits, which weeks may wrap around. */
static struct source_drops drops(struct source *source)
{
    struct live *live = (struct live *)source;
    struct pcap_stat now;

    if (pcap_stats(live->pcap, &now) == 0) {
        live->dropped.kernel += now.ps_drop - live->counted.ps_drop;
        live->dropped.interface += now.ps_ifdrop - live->counted.ps_ifdrop;
        live->counted = now;
    }
    return live->dropped;
}

/* What the kernel has collected comes when it wakes us, if not at once. */
static void drain(struct source *source)
{
    struct live *live = (struct live *)source;
    const int64_t end_ns = pace_time_of_day(), until_ns = pace_now() + DRAIN_NS;
    struct record record;

    for (;;) {
        const enum source_status status = next(source, &record);

        if (status == SOURCE_PACKET && record.time_ns <= end_ns)
            live->dropped.unread++;
        else if (status != SOURCE_IDLE || pace_now() >= until_ns)
            return;
    }
}

static void close_live(struct source *source)
{
    struct live *live = (struct live *)source;

    if (live->pcap)
        pcap_close(live->pcap);
    free(live);
}

/* libpcap refuses none of these before it is activated, but for a precision that it does not have;
 * then times come in microseconds. */
static bool set_up(pcap_t *pcap, uint32_t buffer_kib)
{
    const int precision = pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);

    return (precision == 0 || precision == PCAP_ERROR_TSTAMP_PRECISION_NOTSUP) &&
           pcap_set_snaplen(pcap, SNAPSHOT) == 0 && pcap_set_promisc(pcap, 0) == 0 &&
           pcap_set_timeout(pcap, WAIT_MS) == 0 &&
           (buffer_kib == 0 || pcap_set_buffer_size(pcap, (int)(buffer_kib * 1024)) == 0);
}

/* Says why, and cleans up. Returns NULL. */
static struct source *refuse(struct live *live, const char *name, const char *why, int *exit_status)
{
    say("-i %s: %s", name, why);
    *exit_status = EXIT_INPUT_OUTPUT;
    if (live)
        close_live(&live->source);
    return NULL;
}

/* Says what is wrong with the interface. A status above 0 is only a warning. */
static bool activate(struct live *live, const char *name)
{
    int status = pcap_activate(live->pcap);
    const char *more = pcap_geterr(live->pcap);

    if (status == 0)
        return true;
    if (status == PCAP_ERROR_PERM_DENIED)
        say("-i %s: you may not capture there; root may, or who has CAP_NET_RAW", name);
    else
        say("-i %s: %s", name, *more ? more : pcap_statustostr(status));
    return status > 0;
}

static bool set_filter(struct live *live, const char *filter)
{
    struct bpf_program code;
    bool is_set;

    if (pcap_compile(live->pcap, &code, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return false;
    is_set = pcap_setfilter(live->pcap, &code) == 0;
    pcap_freecode(&code);
    return is_set;
}

struct source *source_open_interface(const char *name, const char *filter, uint32_t buffer_kib,
                                     int *exit_status)
{
    struct live *live = calloc(1, sizeof(*live));
    char error[PCAP_ERRBUF_SIZE];

    if (!live)
        return refuse(live, name, "no memory", exit_status);
    live->source = (struct source){
        .next = next, .drops = drops, .drain = drain, .close = close_live, .name = name};
    live->pcap = pcap_create(name, error);
    if (!live->pcap)
        return refuse(live, name, error, exit_status);
    if (!set_up(live->pcap, buffer_kib))
        return refuse(live, name, "libpcap refuses to set it up", exit_status);
    if (!activate(live, name)) {
        *exit_status = EXIT_INPUT_OUTPUT;
        close_live(&live->source);
        return NULL;
    }
    if (filter && !set_filter(live, filter)) {
        say("-f %s: %s%s", filter, pcap_geterr(live->pcap), bpf_hint(filter));
        *exit_status = EXIT_USAGE;
        close_live(&live->source);
        return NULL;
    }
    if (pcap_setnonblock(live->pcap, 1, error) != 0)
        return refuse(live, name, error, exit_status);
    live->ns_per_unit =
        pcap_get_tstamp_precision(live->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    live->fd = pcap_get_selectable_fd(live->pcap);
    live->source.socket = pcap_fileno(live->pcap);
    live->link_type = pcap_datalink(live->pcap);
    return &live->source;
}
