/* ending.h - how a connection ended
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ENDING_H
#define CONNMON_ENDING_H

#include "sighting.h"

/* Follows FINs and resets, and tells how the connection has ended. Of a RST that its receiver may
 * have believed, what follows tells more (RFC 5961 section 3.2: a host answers a RST whose seqno is
 * in its window but not the expected one, and ignores it): once either host acknowledges what the
 * other has sent after it, the connection was not reset, and goes on. To be called after all other
 * rules. */
void ending_follow(struct sighting *seen);

#endif
