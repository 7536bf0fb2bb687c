/* extract.h - from a packet that Wireshark dissects to the segment that the core takes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_EXTRACT_H
#define CONNMON_PLUGIN_EXTRACT_H

#include <stdbool.h>

#include "compat.h"
#include "connmon.h"

/* To be called once, when all protocols are registered. False if this Wireshark has no TCP. */
bool extract_init(void);

/* Begins to look at the TCP headers that Wireshark comes upon, and forgets those of packets before.
 * To be called for each file that is opened, since the user may have changed who dissects TCP. */
void extract_start(void);

/* Looks at no more of them. */
void extract_stop(void);

/* The packet's time in nanoseconds since 1970, as far as 64 bits reach. */
int64_t extract_time(const packet_info *pinfo);

/* Fills `segment`, all but its packet number, from the innermost TCP header of the packet that no
 * ICMP error quotes and no sample carries, and forgets that header. To be called once for each
 * packet at the end of its dissection. Returns false if there is no such header that was captured
 * up to its flags. */
bool extract_segment(const packet_info *pinfo, struct connmon_segment *segment);

#endif
