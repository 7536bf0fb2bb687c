/* dup_ack.h - duplicate acknowledgments
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_DUP_ACK_H
#define CONNMON_DUP_ACK_H

#include "sighting.h"

/* Tells whether the segment is a duplicate ACK (RFC 5681 section 2; RFC 6675 where it carries SACK
 * blocks) and how old the original is. To be called after the segment took its place in the
 * sequence space. */
void dup_ack_follow(struct sighting *seen);

#endif
