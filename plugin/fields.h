/* fields.h - the fields of connmon in a packet's tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_FIELDS_H
#define CONNMON_PLUGIN_FIELDS_H

#include "compat.h"
#include "connmon.h"

/* Registers all fields of the table in fields.def for the protocol. Called once. */
void fields_register(int proto_connmon);

/* Adds all fields that have a value to the packet's tree, each below its parent; `label` is that
 * of the packet's flow. Wireshark decides which of them it needs to build. `items` receives what
 * was added, by enum connmon_field, and the protocol at CONNMON_FIELD_NONE; the others stay. */
void fields_show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                 const struct connmon_result *result, const char *label, proto_item **items);

#endif
