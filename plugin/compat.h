/* compat.h - what differs between Wireshark 4.0, 4.2, 4.4 and 4.6; the only place that asks for it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_COMPAT_H
#define CONNMON_PLUGIN_COMPAT_H

#include <stdlib.h>

#include <wireshark.h>
#include <ws_version.h>

#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/tap.h>

#define COMPAT_VERSION (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)

#if COMPAT_VERSION < 400 || COMPAT_VERSION >= 500
#error "connmon works with Wireshark 4.0, 4.2, 4.4 and 4.6"
#endif

#if COMPAT_VERSION < 404
/* What plugin_describe() tells: 4.0 never calls it, and 4.2 did not install the header. */
#define WS_PLUGIN_DESC_DISSECTOR (1U << 0)
#define WS_PLUGIN_DESC_TAP_LISTENER (1U << 4)
typedef gboolean compat_preference; /* that is true or false */
#else
#include <wsutil/plugins.h>
typedef bool compat_preference;
#endif

#if COMPAT_VERSION < 402
/* The value was kept in the field, not behind a pointer. */
#define compat_fvalue(finfo) (&(finfo)->value)
typedef gboolean compat_boolean; /* of callbacks */
#else
#define compat_fvalue(finfo) ((finfo)->value)
typedef bool compat_boolean;
#endif

#if COMPAT_VERSION < 406
/* The function that starts a statistic of -z ends the program if it cannot, as tshark's own do. */
#define COMPAT_TAP_INIT void
#define compat_tap_init_end(is_started)                                                            \
    do {                                                                                           \
        if (!(is_started))                                                                         \
            exit(1);                                                                               \
    } while (0)
#else
#define COMPAT_TAP_INIT bool
#define compat_tap_init_end(is_started) return is_started
#endif

/* A segment must show its header up to the window to be put into a stream; since 4.6 up to the
 * flags. */
#if COMPAT_VERSION < 406
#define COMPAT_TCP_BYTES_FOR_STREAM 16
#else
#define COMPAT_TCP_BYTES_FOR_STREAM 14
#endif

/* The conversation that the TCP dissector found by the addresses and ports in a packet_info. Since
 * 4.4 a preference may keep the conversations of several interfaces or VLANs apart. */
#if COMPAT_VERSION < 404
#define compat_find_tcp_conversation(pinfo)                                                        \
    find_conversation((pinfo)->num, &(pinfo)->src, &(pinfo)->dst, CONVERSATION_TCP,                \
                      (pinfo)->srcport, (pinfo)->destport, 0)
#elif COMPAT_VERSION < 406
#define compat_find_tcp_conversation(pinfo) find_conversation_strat(pinfo, CONVERSATION_TCP, 0)
#else
#define compat_find_tcp_conversation(pinfo)                                                        \
    find_conversation_strat(pinfo, CONVERSATION_TCP, 0, false)
#endif

#endif
