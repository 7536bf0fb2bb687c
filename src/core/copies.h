/* copies.h - packets that the capture shows more than once
 *
 * A mirror port, a capture on several interfaces or on both sides of a router shows a packet twice.
 * The second sight is neither a retransmission nor a duplicate ACK, and would spoil delays. What
 * tells it from a resend is that a host has had no time, or no reason, to send it again.
 *
 * The segments of the latest 100 ms, of all connections together, are remembered in the order of
 * capture, so memory grows with the rate of packets and not with the number of connections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_COPIES_H
#define CONNMON_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "sighting.h"

/* All bytes zero is empty. */
struct copies {
    struct recent *ring;  /* 2^bits entries, if there is one */
    struct chain *chains; /* by hash, as many */
    uint32_t next;        /* position of the next entry; positions count on, modulo 2^32 */
    uint32_t used;        /* entries */
    uint8_t bits;
};

/* Whether the segment is a copy; then its result says of what. Otherwise remembers it. To be called
 * before the segment changes anything. */
bool copies_follow(struct copies *copies, struct sighting *seen);

/* Forgets everything and gives the memory back. */
void copies_clear(struct copies *copies, struct memory *memory);

#endif
