/* source.h - where packets come from: a file or an interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SOURCE_H
#define CONNMON_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "input.h"
#include "record.h"

enum source_status {
    SOURCE_PACKET,
    SOURCE_IDLE,  /* nothing came for a tenth of a second: ask again */
    SOURCE_END,   /* nothing will come any more */
    SOURCE_FAILED /* nor here; `error` says why */
};

/* Packets that were lost before they reached us. */
struct source_drops {
    uint64_t kernel;    /* because its buffer was full */
    uint64_t interface; /* as far as the interface tells */
    uint64_t unread;    /* see `drain` */
    uint64_t unjudged;  /* of link types for which the filter has no meaning */
};

struct source {
    enum source_status (*next)(struct source *source, struct record *record);
    struct source_drops (*drops)(struct source *source); /* NULL: it cannot lose any */
    /* Counts as unread what was captured until now and not taken; what comes later is nobody's.
     * NULL: it does not collect any. */
    void (*drain)(struct source *source);
    void (*close)(struct source *source);
    const char *name;          /* as the user knows it */
    const struct input *input; /* the file; NULL: it is none */
    struct pcapng *pcapng;     /* its reader; NULL: it is no such file */
    int socket;                /* through which packets come; -1: none */
    int exit_status;           /* of the program, after SOURCE_FAILED */
    char error[512];           /* in words, without an end of line */
};

/* A capture file of whatever kind, or standard input by the name "-". Packets that the filter (in
 * the language of pcap-filter(7); NULL: all) rejects are numbered, but not returned. `waiting` is
 * called as in input.h. NULL, a line on standard error and the program's exit status if it cannot
 * be opened. */
struct source *source_open_file(const char *name, const char *filter, input_waiting *waiting,
                                void *data, int *exit_status);

/* An interface of this machine, with a buffer of so many KiB in the kernel (0: as libpcap thinks
 * fit). As above. */
struct source *source_open_interface(const char *name, const char *filter, uint32_t buffer_kib,
                                     int *exit_status);

#endif
