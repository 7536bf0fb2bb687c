/* bpf.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bpf.h"

#include <pcap/pcap.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

enum {
    SNAPSHOT = 262144,
    LINKTYPE_ATM_RFC1483 = 100, /* the types that files and libpcap number differently */
    LINKTYPE_RAW = 101,
    LINKTYPES = 512, /* above all that are decoded */
};

struct program {
    struct program *next;
    int link_type;
    struct bpf_program code;
};

struct bpf {
    struct program *programs; /* for each link type for which it has a meaning */
    const struct program *latest;
    bool has_judged;
    atomic_uint_fast64_t unjudged;
    char error[BPF_ERROR_SIZE]; /* for the latest link type for which it has none */
};

static int dlt_of(int link_type)
{
    return link_type == LINKTYPE_RAW           ? DLT_RAW
           : link_type == LINKTYPE_ATM_RFC1483 ? DLT_ATM_RFC1483
                                               : link_type;
}

static bool compile(const char *text, int link_type, struct bpf_program *code,
                    char error[BPF_ERROR_SIZE])
{
    pcap_t *dead = pcap_open_dead(dlt_of(link_type), SNAPSHOT);
    bool is_good;

    snprintf(error, BPF_ERROR_SIZE, "no memory");
    if (!dead)
        return false;
    is_good = pcap_compile(dead, code, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!is_good)
        snprintf(error, BPF_ERROR_SIZE, "%s%s", pcap_geterr(dead), bpf_hint(text));
    pcap_close(dead);
    return is_good;
}

static bool is_decoded(int link_type)
{
    struct connmon_segment segment;

    return connmon_decode(link_type, NULL, 0, 0, &segment) != CONNMON_DECODE_UNKNOWN_LINK;
}

static bool add_program(struct bpf *bpf, const char *text, int link_type)
{
    struct program *program = calloc(1, sizeof(*program));

    if (program && compile(text, link_type, &program->code, bpf->error)) {
        program->link_type = link_type;
        program->next = bpf->programs;
        bpf->programs = program;
        return true;
    }
    free(program);
    return false;
}

/* All that packets may need is compiled at once: names of hosts and services can be looked up now,
 * but not within a sandbox. Ethernet comes last, so its error is told. */
struct bpf *bpf_new(const char *text, char error[BPF_ERROR_SIZE])
{
    struct bpf *bpf = calloc(1, sizeof(*bpf));

    snprintf(error, BPF_ERROR_SIZE, "no memory");
    if (!bpf)
        return NULL;
    for (int link_type = 0; link_type < LINKTYPES; link_type++)
        if (link_type != DLT_EN10MB && is_decoded(link_type))
            add_program(bpf, text, link_type);
    add_program(bpf, text, DLT_EN10MB);
    if (bpf->programs)
        return bpf;
    memcpy(error, bpf->error, BPF_ERROR_SIZE);
    bpf_free(bpf);
    return NULL;
}

void bpf_free(struct bpf *bpf)
{
    while (bpf && bpf->programs) {
        struct program *program = bpf->programs;

        bpf->programs = program->next;
        pcap_freecode(&program->code);
        free(program);
    }
    free(bpf);
}

const char *bpf_hint(const char *text)
{
    /* A field that is compared, or that stands first, or a protocol that libpcap does not know. */
    static const char *const pattern =
        "(^|[^[:alnum:]_.])[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+ *"
        "([=!<>~]|(eq|ne|gt|lt|ge|le|in|contains|matches)[^[:alnum:]])"
        "|^[ (!]*[a-z][a-z0-9_]*\\.[a-z]"
        "|^[ (!]*(not +)?(connmon|dns|eth|frame|http|http2|quic|tls)([ )]|$)";
    bool is_display_filter;
    regex_t regex;

    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return "";
    is_display_filter = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_display_filter ? "; this looks like a display filter, but -f takes a capture filter, "
                               "as in 'tcp port 25': see pcap-filter(7)"
                             : "";
}

static const struct program *program_of(struct bpf *bpf, int link_type)
{
    const struct program *program = bpf->latest;

    if (program && program->link_type == link_type)
        return program;
    for (program = bpf->programs; program && program->link_type != link_type;)
        program = program->next;
    bpf->latest = program;
    return program;
}

bool bpf_takes(struct bpf *bpf, const struct record *record)
{
    const struct pcap_pkthdr header = {.caplen = record->captured, .len = record->original};
    const struct program *program = program_of(bpf, record->link_type);

    if (!program) {
        atomic_fetch_add_explicit(&bpf->unjudged, 1, memory_order_relaxed);
        return false;
    }
    bpf->has_judged = true;
    return pcap_offline_filter(&program->code, &header, record->bytes) != 0;
}

uint64_t bpf_unjudged(const struct bpf *bpf)
{
    return atomic_load_explicit(&bpf->unjudged, memory_order_relaxed);
}

const char *bpf_error(const struct bpf *bpf)
{
    return bpf->has_judged || bpf_unjudged(bpf) == 0 ? NULL : bpf->error;
}
