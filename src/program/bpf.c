/* bpf.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bpf.h"

#include <pcap/pcap.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT = 262144, LINKTYPE_RAW = 101 };

struct program {
    struct program *next;
    int link_type;
    struct bpf_program code;
};

struct bpf {
    const char *text;
    struct program *programs; /* one for each link type, the latest used first */
    bool is_wrong;
    char error[BPF_ERROR_SIZE];
};

struct bpf *bpf_new(const char *text)
{
    struct bpf *bpf = calloc(1, sizeof(*bpf));

    if (bpf)
        bpf->text = text;
    return bpf;
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

static bool compile(struct bpf *bpf, int link_type, struct bpf_program *code)
{
    /* The one type that files and libpcap number differently. */
    pcap_t *dead = pcap_open_dead(link_type == LINKTYPE_RAW ? DLT_RAW : link_type, SNAPSHOT);

    if (!dead)
        return false;
    if (pcap_compile(dead, code, bpf->text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(bpf->error, sizeof(bpf->error), "%s%s", pcap_geterr(dead), bpf_hint(bpf->text));
        pcap_close(dead);
        return false;
    }
    pcap_close(dead);
    return true;
}

static struct program *find_program(struct bpf *bpf, int link_type)
{
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
    snprintf(bpf->error, sizeof(bpf->error), "no memory");
    program = calloc(1, sizeof(*program));
    if (!program || !compile(bpf, link_type, &program->code)) {
        free(program);
        bpf->is_wrong = true;
        return NULL;
    }
    program->link_type = link_type;
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
    return program && pcap_offline_filter(&program->code, &header, record->bytes) != 0;
}

const char *bpf_error(const struct bpf *bpf)
{
    return bpf->is_wrong ? bpf->error : NULL;
}
