/* lifecycle.h - from a connection's first segment to its end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LIFECYCLE_H
#define CONNMON_LIFECYCLE_H

#include "sighting.h"

/* Follows the states of both hosts (RFC 9293 section 3.3.2) and tells that of the segment's sender,
 * and what the segment means for the connection. To be called before any other rule: it compares
 * the segment with what was known before. */
void lifecycle_follow(struct sighting *seen);

#endif
