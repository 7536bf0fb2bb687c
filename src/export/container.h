/* container.h - one connection's packets as a capture file, pcapng or pcap
 *
 * In pcapng, the blocks of packets stay as they were, and so do, up to a limit, those of their
 * section and of the interfaces that they came on, which are numbered as the file meets them; of
 * names, those of the connection's addresses are kept. Statistics of interfaces and keys that
 * decrypt say more than this connection's share, and are left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CONTAINER_H
#define CONNMON_CONTAINER_H

#include "connmon.h"
#include "folder.h"
#include "record.h"

/* What the original capture has told of itself so far. */
struct container;

/* Interfaces of a file that are remembered, the latest. One that comes again later is told again,
 * under another number. */
enum { CONTAINER_INTERFACES = 16 };

/* What one file has been told. All zero: nothing. */
struct container_file {
    uint32_t section, count; /* of pcapng: the latest section, from 1; and how many interfaces */
    uint32_t interfaces[CONTAINER_INTERFACES]; /* by their number in the file, modulo */
    int link_type;                             /* of pcap */
    bool is_begun, is_swapped, has_nanoseconds;
};

enum container_status {
    CONTAINER_GOOD,
    CONTAINER_OTHER_LINK, /* a pcap file has packets of one link type, and this is another */
    CONTAINER_OTHER_AGE,  /* a pcap file has times from 1970 to 2106, and this is another */
    CONTAINER_TOO_LARGE,  /* what tells of section and interfaces takes more than 16 MiB */
};

/* For files of the one format or the other. NULL: no memory. Free with container_free(). */
struct container *container_new(bool is_pcapng);
void container_free(struct container *container);

/* Takes a block of the original capture that is no packet; a pcapng_sink. */
void container_tell(void *container, uint32_t type, bool is_swapped, const uint8_t *block,
                    uint32_t size);

/* How many blocks with keys there were. */
uint64_t container_secrets(const struct container *container);

/* What no file has because each would repeat it. */
struct container_dropped {
    uint64_t names;   /* see names.h */
    uint64_t options; /* of sections and interfaces, see section.h */
};

struct container_dropped container_dropped(const struct container *container);

/* Appends a packet to a file of `folder`, after what the file must be told first. */
enum container_status container_append(struct container *container, struct container_file *told,
                                       const struct record *record, struct folder *folder,
                                       uint32_t file);

/* Appends what comes at the end. */
void container_end(const struct container *container, const struct container_file *told,
                   const struct connmon_endpoint ends[2], struct folder *folder, uint32_t file);

#endif
