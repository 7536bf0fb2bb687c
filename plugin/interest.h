/* interest.h - whether anybody can see what we find out
 *
 * To measure a packet costs a run such as `tshark -q -z conv,tcp` some 7 % of its time. So a
 * capture is measured unless it is certain that nobody can look. That is known when its first
 * packet has been dissected, not before: tshark starts its statistics once the file is open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_INTEREST_H
#define CONNMON_PLUGIN_INTEREST_H

#include <stdbool.h>

#include "compat.h"

/* Whether the program is tshark, whatever its file is called: it shows statistics as text, and
 * nothing but what its command line, its settings and its scripts ask for. */
bool interest_is_tshark(void);

/* Whether somebody may see a field, an expert information or an observation of ours, now or in a
 * second pass. To be called at the end of the first packet's dissection. `proto` is our protocol,
 * `tap` the tap of observations. A field of ours that was looked up by name is the caller's to
 * know. */
bool interest_exists(proto_tree *tree, int proto, int tap);

/* Whether the protocol or one of its fields was asked for by name, or all of the tree is shown. */
bool interest_in_tree(const proto_tree *tree, int proto);

#endif
