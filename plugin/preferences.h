/* preferences.h - what the user can set: Preferences, Protocols, connmon; or -o connmon.NAME:VALUE
 *
 * After a change Wireshark dissects all packets of the file anew, so it takes effect on all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_PREFERENCES_H
#define CONNMON_PLUGIN_PREFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"
#include "stall.h"

/* Registers all preferences of the protocol. Called once. */
void preferences_register(int proto_connmon);

/* The limits of the core, as the preferences are now. */
struct connmon_config preferences_config(void);

/* How long a connection may be silent until it has timed out, in the events; 0: for ever. */
int64_t preferences_timeout_ns(void);

/* Whether what two interfaces captured of one connection is measured as two. */
bool preferences_split_interfaces(void);

/* Expert information tells of delays that are more than this above the smallest. */
int64_t preferences_queueing_ns(void);

/* Which pauses are stalls. */
struct stall_limits preferences_stall_limits(void);

#endif
