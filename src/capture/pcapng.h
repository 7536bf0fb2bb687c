/* pcapng.h - reads the packets of a pcapng file
 *
 * As draft-ietf-opsawg-pcapng describes it: any number of sections of either byte order, each with
 * any number of interfaces of whatever link type and clock. (libpcap, which reads the older format
 * for us, gives up where two interfaces differ in link type or snapshot length.)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PCAPNG_H
#define CONNMON_PCAPNG_H

#include <stdio.h>

#include "record.h"

enum pcapng_status {
    PCAPNG_PACKET,
    PCAPNG_END,    /* between two blocks */
    PCAPNG_DAMAGED /* see pcapng_error() */
};

struct pcapng;

/* A reader of the stream, which stays the caller's and must outlive it. NULL: no memory. Free with
 * pcapng_free(). */
struct pcapng *pcapng_new(FILE *stream);
void pcapng_free(struct pcapng *pcapng);

/* Reads on to the next packet; blocks without one are skipped. After any other status than
 * PCAPNG_PACKET it stays as it is. */
enum pcapng_status pcapng_next(struct pcapng *pcapng, struct record *record);

/* What is wrong with the file, in words without an end of line. */
const char *pcapng_error(const struct pcapng *pcapng);

#endif
