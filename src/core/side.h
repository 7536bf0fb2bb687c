/* side.h - which end of the connection is the client
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SIDE_H
#define CONNMON_SIDE_H

#include "sighting.h"

/* Follows the first SYN, and tells which end sent the segment. */
void side_follow(struct sighting *seen);

#endif
