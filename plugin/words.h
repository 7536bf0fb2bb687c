/* words.h - values as a person reads them, in the memory of a packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_WORDS_H
#define CONNMON_PLUGIN_WORDS_H

#include "compat.h"
#include "connmon.h"

/* Nanoseconds, not negative, as Wireshark keeps them. */
nstime_t words_time(int64_t ns);

/* "24.9 ms". Valid as long as the packet is shown. */
const char *words_duration(packet_info *pinfo, int64_t ns);

/* "192.0.2.1:80". Likewise. */
const char *words_endpoint(packet_info *pinfo, const struct connmon_endpoint *end);

/* Says in the packet's details, in a sentence, what its fields tell together. `items` are those
 * that fields_show() has filled. */
void words_add(packet_info *pinfo, const struct connmon_result *result, proto_item *const *items);

#endif
