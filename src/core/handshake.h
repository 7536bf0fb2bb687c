/* handshake.h - the delays of the three-way handshake
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HANDSHAKE_H
#define CONNMON_HANDSHAKE_H

#include "sighting.h"

/* Follows the handshake and tells the delays that the segment completes. They run from the latest
 * SYN and the latest SYN-ACK, so that a lost one does not count as delay. */
void handshake_follow(struct sighting *seen);

#endif
