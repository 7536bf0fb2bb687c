/* packet_outline.h - a packet as an object of an outline: of a property list, or of indented text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PACKET_OUTLINE_H
#define CONNMON_PACKET_OUTLINE_H

#include "observation.h"
#include "outline.h"

/* Writes the packet as the next object, with the keys and values that it has in JSON (json.h). As
 * JSON, it is the same to the byte, but takes longer than connmon_json(). */
void connmon_outline(struct outline *outline, const struct connmon_observation *seen);

#endif
