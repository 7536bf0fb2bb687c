/* bpf.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bpf.h"

#include <pcap/pcap.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT = 262144, LINKTYPE_RAW = 101, DLT_END = 512 /* above all that libpcap knows */ };

struct program {
    struct program *next;
    int link_type;
    bool is_compiled; /* else the filter has no meaning for the link type */
    struct bpf_program code;
};

struct bpf {
    const char *text;
    struct program *programs; /* one for each link type, the latest used first */
    bool has_judged;
    atomic_uint_fast64_t unjudged;
    char error[BPF_ERROR_SIZE]; /* of the latest link type that has no meaning */
};

static bool compile(const char *text, int dlt, struct bpf_program *code, char error[BPF_ERROR_SIZE])
{
    pcap_t *dead = pcap_open_dead(dlt, SNAPSHOT);
    bool is_good;

    snprintf(error, BPF_ERROR_SIZE, "no memory");
    if (!dead)
        return false;
    is_good = pcap_compile(dead, code, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!is_good)
        snprintf(error, BPF_ERROR_SIZE, "%s", pcap_geterr(dead));
    pcap_close(dead);
    return is_good;
}

/* Whether the filter has a meaning for any link type. If not, `error` tells what it lacks for
 * Ethernet. */
static bool has_meaning(const char *text, char error[BPF_ERROR_SIZE])
{
    struct bpf_program code;
    char other_error[BPF_ERROR_SIZE];
    bool is_good = compile(text, DLT_EN10MB, &code, error);

    for (int dlt = 0; dlt < DLT_END && !is_good; dlt++)
        is_good = pcap_datalink_val_to_name(dlt) && compile(text, dlt, &code, other_error);
    if (is_good)
        pcap_freecode(&code);
    return is_good;
}

struct bpf *bpf_new(const char *text, char error[BPF_ERROR_SIZE])
{
    struct bpf *bpf;

    if (!has_meaning(text, error))
        return NULL;
    bpf = calloc(1, sizeof(*bpf));
    if (bpf)
        bpf->text = text;
    else
        snprintf(error, BPF_ERROR_SIZE, "no memory");
    return bpf;
}

void bpf_free(struct bpf *bpf)
{
    while (bpf && bpf->programs) {
        struct program *program = bpf->programs;

        bpf->programs = program->next;
        if (program->is_compiled)
            pcap_freecode(&program->code);
        free(program);
    }
    free(bpf);
}

static struct program *find_program(struct bpf *bpf, int link_type)
{
    /* The one type that files and libpcap number differently. */
    const int dlt = link_type == LINKTYPE_RAW ? DLT_RAW : link_type;
    struct program *program;

    for (struct program **at = &bpf->programs; *at; at = &(*at)->next) {
        program = *at;
        if (program->link_type != link_type)
            continue;
        *at = program->next;
        program->next = bpf->programs;
        bpf->programs = program;
        return program;
    }
    program = calloc(1, sizeof(*program));
    if (!program) {
        snprintf(bpf->error, sizeof(bpf->error), "no memory");
        return NULL;
    }
    program->link_type = link_type;
    program->is_compiled = compile(bpf->text, dlt, &program->code, bpf->error);
    program->next = bpf->programs;
    bpf->programs = program;
    return program;
}

bool bpf_takes(struct bpf *bpf, const struct record *record)
{
    const struct pcap_pkthdr header = {.caplen = record->captured, .len = record->original};
    const struct program *program = bpf->programs;

    if (!program || program->link_type != record->link_type)
        program = find_program(bpf, record->link_type);
    if (!program || !program->is_compiled) {
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
