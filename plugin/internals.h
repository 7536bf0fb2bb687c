/* internals.h - what is taken from headers of Wireshark that are not meant for plugins
 *
 * The stream of a TCP segment (tcp.stream) must be asked for around TCP's dissector: a payload's
 * dissector may begin a conversation of its own between the same ends, behind which TCP's cannot be
 * found any more (VNC, SOCKS, FTP).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_INTERNALS_H
#define CONNMON_PLUGIN_INTERNALS_H

#include <stdbool.h>

#include "compat.h"
#include "connmon.h"

/* A segment on its way into a stream. Lasts no longer than the packet's dissection. */
struct internals_place {
    packet_info packet;          /* by which TCP looks for its conversation */
    struct conversation *before; /* what it finds; NULL: none */
    bool has_number;             /* that is in a stream: */
    uint32_t number, next;       /* this one; and which is the next that TCP will open */
    bool is_syn;                 /* which may open one in any case */
};

/* To be called once, when all protocols are registered. False if this Wireshark has no TCP. */
bool internals_init(void);

/* To be called when a file is opened. */
void internals_reset(void);

/* To be called for each TCP header that is dissected for the first time and was captured for
 * COMPAT_TCP_BYTES_FOR_STREAM at least, ... */
void internals_stream_before_tcp(struct internals_place *place, const packet_info *pinfo,
                                 tvbuff_t *tvb);

/* ... and when TCP has seen it: its stream. False if TCP was not dissected after all. */
bool internals_stream_after_tcp(struct internals_place *place, uint32_t *stream);

/* Reads identification and DF bit of the IPv4 header in front of a TCP header `tvb`, whose
 * dissector is called with `ip`. */
void internals_read_ipv4(struct connmon_segment *segment, tvbuff_t *tvb, void *ip);

#endif
