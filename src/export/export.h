/* export.h - a capture as one file per connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EXPORT_H
#define CONNMON_EXPORT_H

#include "line.h"
#include "observation.h"
#include "outline.h"
#include "record.h"

enum export_format {
    EXPORT_PCAPNG,
    EXPORT_PCAP,
    EXPORT_JSON,    /* json.h */
    EXPORT_TEXT,    /* line.h */
    EXPORT_PLIST,   /* packet_outline.h, as a property list */
    EXPORT_OUTLINE, /* likewise, as an indented text */
    EXPORT_PAYLOAD, /* the bytes that TCP carries, a file for each direction that has any */
};

struct export_config {
    enum export_format format;
    bool by_flow;    /* a file for each direction; payload always is */
    bool overwrites; /* files that are there are replaced */
    struct connmon_line_format line;
    /* Which file was lost, and why, in words. Several times for one file if several are. */
    void (*lost)(void *to, const char *name, const char *why);
    void *to;
};

/* A packet that the core has matched. */
struct export_packet {
    const struct record *record;
    const struct connmon_observation *seen;
    uint32_t seqno;
    const uint8_t *payload;
    uint32_t payload_captured;
};

struct export_totals {
    uint64_t files, lost, bytes;
    uint64_t lost_packets; /* that no file has, for want of memory or of a format that could */
    uint64_t gaps;         /* in payload */
    uint64_t secrets;      /* blocks with keys, which no file has */
    uint64_t names;        /* of addresses, which no file has: too many, see names.h */
    uint64_t options;      /* of sections and interfaces, likewise, see section.h */
};

/* Where payload is missing: in front of the file's byte `at` (from 0), so many bytes. */
struct export_gap {
    uint64_t at, size;
    uint32_t stream; /* 2 * connection + direction */
};

struct export;

/* Writes to the folder `path`, which is made if it is not there. At most 256 MiB wait to be
 * written, and 64 MiB of payload for what comes before it; and each file takes about 350 bytes of
 * memory. NULL and errno if the folder cannot be had. Free with export_free(). */
struct export *export_new(const char *path, const struct export_config *config);
void export_free(struct export *export);

/* From now on exports only connections that are true by their serial number, of `count`; none after
 * that. `chosen` must outlive the export. */
void export_choose(struct export *export, const bool *chosen, uint32_t count);

/* Takes a block of a pcapng file that is no packet; a pcapng_sink. */
void export_tell(void *export, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size);

/* Takes the next packet. */
void export_take(struct export *export, const struct export_packet *packet);

/* Writes out all that was taken. */
void export_finish(struct export *export);

struct export_totals export_totals(const struct export *export);

/* After export_finish(): the name of the file that has a connection's packets, or those of one
 * direction of it. NULL if there is none. */
const char *export_file(const struct export *export, uint32_t connection, uint8_t direction);

/* After export_finish(): the gaps of a direction of a connection, by place; NULL if there are none.
 */
const struct export_gap *export_gaps(const struct export *export, uint32_t connection,
                                     uint8_t direction, size_t *count);

/* One more file, "index.jsonl", "index.plist" or "index.txt", to be written by parts. False if
 * there is no memory for it. */
bool export_begin_index(struct export *export, enum outline_format format);
void export_put_index(void *export, const char *text, size_t size);
void export_end_index(struct export *export);

#endif
