/* unmeasured.h - hosts whose side of the capture point the user does not want to be measured
 *
 * Who captures on a host sees that host's own delays, which are those of its applications, not of a
 * network.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_UNMEASURED_H
#define CONNMON_PLUGIN_UNMEASURED_H

#include "compat.h"
#include "connmon.h"

/* Adds the table of these hosts to the preferences. Called once. */
void unmeasured_register(module_t *module);

/* Takes the round-trip delays out of the result of a segment that such a host has sent. */
void unmeasured_drop(const struct connmon_segment *segment, struct connmon_result *result);

#endif
