/* expert.h - expert information: what a person should look at, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_EXPERT_H
#define CONNMON_PLUGIN_EXPERT_H

#include "compat.h"
#include "observation.h"
#include "stall.h"

/* Registers all rows of expert.def, and the fields of a stall. Called once. */
void expert_register(int proto_connmon);

/* Adds to the packet what is to be said of it. `stall` is that which it has ended, or NULL, and its
 * packet a frame number, or 0. `items` are the packet's fields, by enum connmon_field, and at
 * CONNMON_FIELD_NONE the protocol itself; all NULL where only Wireshark's own list is to have it.
 */
void expert_show(packet_info *pinfo, tvbuff_t *tvb, const struct connmon_observation *seen,
                 const struct stall *stall, proto_item *const *items);

#endif
