/* outstanding.h - what a flow has sent that still awaits its answer
 *
 * TSvals wait for their TSecr, sequence ends for their ackno. Both live here together, each with
 * the time and the packet of its first sight; an answer takes its entry out. What is never
 * answered is swept out when its room is needed: once it is older than the max age, or, where
 * hundreds of sequence ends are left because ACKs are cumulative, once a later ackno has passed
 * it.
 *
 * Not a hash_index.h: each data segment adds an entry and an ACK takes it out, so values are hashed
 * by one multiplication, which spreads their regular distances, and three cost no allocation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OUTSTANDING_H
#define CONNMON_OUTSTANDING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "memory.h"

enum outstanding_kind {
    OUTSTANDING_NONE = 0, /* a free slot */
    OUTSTANDING_TSVAL_DATA,
    OUTSTANDING_TSVAL_PURE_ACK, /* the TSval came on a segment that occupies no sequence space */
    OUTSTANDING_SEQ_END,
};

/* Of the packet's number only the lower bits are kept: an entry is never so old that 2^30 packets
 * have passed since. */
#define OUTSTANDING_PACKET_BITS 30

struct outstanding_entry {
    uint32_t time[2]; /* an int64_t, which as a member would cost four bytes more: see below */
    uint32_t value;
    uint32_t end;      /* of the segment in sequence space; of a sequence end, the value itself */
    uint32_t kind : 2; /* enum outstanding_kind */
    uint32_t packet : OUTSTANDING_PACKET_BITS;
};

/* When the entry began, in ns. */
static inline int64_t outstanding_time(const struct outstanding_entry *entry)
{
    int64_t ns;

    memcpy(&ns, entry->time, sizeof(ns));
    return ns;
}

static inline void outstanding_set_time(struct outstanding_entry *entry, int64_t ns)
{
    memcpy(entry->time, &ns, sizeof(ns));
}

#define OUTSTANDING_FEW 3

/* Embedded in a flow; up to three entries cost nothing more. All bytes zero is "none". */
struct outstanding {
    union {
        struct outstanding_entry few[OUTSTANDING_FEW];
        struct {
            struct outstanding_entry *slots; /* open addressing */
            uint64_t factor;                 /* that spreads them, odd */
            uint32_t used;
            uint32_t walked; /* slots, in all, by entries that came to stand far from home */
            uint8_t bits;    /* 2^bits slots */
            uint8_t turn;    /* of those that tables take at spreading their entries */
        } table;
    };
};

/* How many entries are in `few`; OUTSTANDING_TABLE if they have outgrown it. Kept by the owner. */
typedef uint8_t outstanding_size;
#define OUTSTANDING_TABLE UINT8_MAX

/* What bounds the entries of one flow. */
struct outstanding_limits {
    int64_t max_age_ns;
    uint32_t max;        /* entries; 0: no limit */
    uint32_t max_passed; /* as max, while sequence ends up to `acked` are there that could go */
    uint32_t acked;      /* highest ackno that has answered; valid if has_acked */
    bool has_acked;
};

/* The entry for a TSval (`is_tsval`) or else a sequence end; NULL if there is none. Valid until
 * the next call. */
struct outstanding_entry *outstanding_find(struct outstanding *all, outstanding_size size,
                                           bool is_tsval, uint32_t value);

/* Has the processor fetch what outstanding_find() will look at. */
void outstanding_prefetch(const struct outstanding *all, outstanding_size size, bool is_tsval,
                          uint32_t value);

/* Takes out an entry that outstanding_find() has returned. */
void outstanding_remove(struct outstanding *all, outstanding_size *size,
                        struct outstanding_entry *entry);

/* What made room for others before its time. */
struct outstanding_dropped {
    uint64_t shed;   /* the oldest, at a limit */
    uint64_t passed; /* sequence ends that a later ackno had passed */
};

/* Adds an entry, and counts what it drops; NULL then. If there is one for the same TSval or
 * sequence end, returns that, valid until the next call. */
struct outstanding_entry *outstanding_find_or_add(struct outstanding *all, outstanding_size *size,
                                                  const struct outstanding_entry *entry,
                                                  const struct outstanding_limits *limits,
                                                  struct memory *memory,
                                                  struct outstanding_dropped *dropped);

/* Drops all sequence ends: their sequence space is over. */
void outstanding_drop_seq_ends(struct outstanding *all, outstanding_size *size);

/* Gives the memory back if all there is is older than `max_age_ns` at `now_ns`, and drops it. */
void outstanding_release(struct outstanding *all, outstanding_size *size, int64_t now_ns,
                         int64_t max_age_ns, struct memory *memory);

/* Drops everything and gives the memory back. */
void outstanding_clear(struct outstanding *all, outstanding_size *size, struct memory *memory);

#endif
