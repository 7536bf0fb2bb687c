/* fields.h - the fields of connmon in a packet's tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_FIELDS_H
#define CONNMON_PLUGIN_FIELDS_H

#include "compat.h"
#include "connmon.h"

/* Registers all fields of the table in fields.def for the protocol. Further calls do nothing. */
void fields_register(int proto_connmon);

/* Adds all fields that have a value to the packet's tree, each below its parent; `label` is that
 * of the packet's flow. Wireshark decides which of them it needs to build. */
void fields_show(tvbuff_t *tvb, proto_tree *tree, const struct connmon_result *result,
                 const char *label);

#endif
