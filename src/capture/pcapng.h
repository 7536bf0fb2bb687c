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

/* What stands in a file besides packets: a block, whole, valid until this returns. Its numbers are
 * in the other byte order if `is_swapped`. */
typedef void pcapng_sink(void *to, uint32_t type, bool is_swapped, const uint8_t *block,
                         uint32_t size);

/* The types of block that matter. */
enum pcapng_block_type {
    PCAPNG_INTERFACE = 1,
    PCAPNG_OLD_PACKET = 2,
    PCAPNG_SIMPLE_PACKET = 3,
    PCAPNG_NAMES = 4,
    PCAPNG_PACKET_BLOCK = 6,
    PCAPNG_JOURNAL = 9, /* an entry of systemd's */
    PCAPNG_SECRETS = 10,
    PCAPNG_SYSDIG = 0x204, /* an event, of which there are three versions */
    PCAPNG_SYSDIG_2 = 0x216,
    PCAPNG_SYSDIG_2_LARGE = 0x221,
    PCAPNG_CUSTOM = 0xbad,
    PCAPNG_CUSTOM_UNCOPIED = 0x40000bad,
    PCAPNG_SECTION = 0x0a0d0d0a, /* reads the same in either byte order */
};

/* From now on, each block up to 16 MiB that is no packet goes to `sink` as it is read. */
void pcapng_tell(struct pcapng *pcapng, pcapng_sink *sink, void *to);

/* Reads on to the next packet; blocks without one are skipped. After any other status than
 * PCAPNG_PACKET it stays as it is. */
enum pcapng_status pcapng_next(struct pcapng *pcapng, struct record *record);

/* What is wrong with the file, in words without an end of line. */
const char *pcapng_error(const struct pcapng *pcapng);

#endif
