/* extract.h - from the tree of a dissected packet to the segment that the core takes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_EXTRACT_H
#define CONNMON_PLUGIN_EXTRACT_H

#include <stdbool.h>

#include "compat.h"
#include "connmon.h"

/* Looks up the fields of other protocols. False if this Wireshark lacks one of them. To be called
 * when all protocols are registered. */
bool extract_init(void);

/* The fields to ask Wireshark for, as set_postdissector_wanted_hfids() takes them; the caller owns
 * the array. */
GArray *extract_wanted_fields(void);

/* Whether the packet was dissected with the wanted fields. Wireshark's GUI applies a read filter to
 * a dissection of its own, without them. */
bool extract_is_possible(proto_tree *tree);

/* The packet's time in nanoseconds since 1970, as far as 64 bits reach. */
int64_t extract_time(const packet_info *pinfo);

/* Fills `segment`, all but its packet number, from the innermost TCP header of the packet that no
 * ICMP error quotes. Returns false if there is none that was captured up to its flags. */
bool extract_segment(packet_info *pinfo, proto_tree *tree, struct connmon_segment *segment);

#endif
