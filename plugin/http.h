/* http.h - what Wireshark's dissectors of HTTP and TLS say of a packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_HTTP_H
#define CONNMON_PLUGIN_HTTP_H

#include "compat.h"
#include "exchanges.h"

/* A display filter that every TCP packet matches, and for which Wireshark puts all that is read
 * here into the packet's tree. Free with g_free(). */
char *http_filter(void);

/* Fills `hints`, but for is_selected. What it points to lives as long as the packet is dissected.
 * Bodies only if `has_bodies`. */
void http_read(packet_info *pinfo, const epan_dissect_t *edt, bool has_bodies,
               struct exchange_hints *hints);

#endif
