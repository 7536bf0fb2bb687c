/* summary.h - what a capture held, in one line at its end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SUMMARY_H
#define CONNMON_SUMMARY_H

#include "observation.h"

/* Owned by the caller; starts as all zero, ends with connmon_summary_clear(). */
struct connmon_summary {
    uint64_t packets;            /* of whatever protocol: the caller counts them */
    uint64_t tcp_packets;        /* that connmon_summary_add() was given */
    uint64_t without_timestamps; /* of these, without the TCP timestamp option */
    uint64_t copies;             /* of these, packets that the capture shows again */
    uint64_t flows;              /* directions of connections of which a packet was seen */
    uint64_t one_way_flows;      /* whose opposite direction was not (yet) seen */
    uint64_t uncounted_packets;  /* no memory for their connection: flows may be too low */

    /* Of the others, where the caller knows more of them than that they are not TCP */
    uint64_t fragments, cut, malformed, unknown_links;
    /* And of those that never came: no room in the kernel, or lost by the interface */
    uint64_t dropped_by_kernel, dropped_by_interface;
    uint64_t unread; /* in the kernel's buffer when the capture ended */
    /* Or since the capture filter has no meaning for their link types */
    uint64_t unjudged;

    uint8_t *seen;      /* by connection: one bit per direction */
    size_t connections; /* that `seen` has room for */
};

/* Counts a TCP packet. Takes a byte per connection that the core has begun. */
void connmon_summary_add(struct connmon_summary *summary, const struct connmon_observation *seen);

/* Frees what the summary holds, and makes it all zero. */
void connmon_summary_clear(struct connmon_summary *summary);

/* Room for any summary's text. */
#define CONNMON_SUMMARY_SIZE 640

/* Writes "9 flows, 344 packets, 23 no TS opt, 1 one-way, 2 not TCP", and so on, with a newline, but
 * without a NUL, into `text`, cut to `size` bytes. All but the first two are left out if they are
 * 0. Returns the length. */
size_t connmon_summary_text(char *text, size_t size, const struct connmon_summary *summary);

#endif
