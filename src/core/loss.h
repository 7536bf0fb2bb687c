/* loss.h - whether a segment's event tells of a loss
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LOSS_H
#define CONNMON_LOSS_H

#include "sighting.h"

/* Tells whether the segment, which has its place, tells of a loss. To be called before its window
 * and ackno are noted. */
void loss_judge(struct sighting *seen);

#endif
