/* line.h - a packet as a line of text, in the columns of the original connmon
 *
 *     time  TSval RTT  seqno RTT  gap  duplicate-ACK age  payload bytes  flow bytes  flow
 *
 * An RTT that is absent is a `*`, a duplicate-ACK age that is absent a `-`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LINE_H
#define CONNMON_LINE_H

#include "observation.h"

struct connmon_line_format {
    bool machine; /* seconds with six digits; else times of day, and delays with units */
    bool quick;   /* only packets that complete a TSval or seqno delay */
};

/* Room for any line. */
#define CONNMON_LINE_SIZE 320

/* Writes the packet's line with its newline, but without a NUL, into `line`, cut to `size` bytes.
 * Returns its length; 0 if nothing is to be said of the packet, which has neither a delay nor a gap
 * nor a duplicate-ACK age (with `quick`: has no delay). The machine format does not depend on time
 * zone or locale; times of day are local. Both truncate times, as a clock does. */
size_t connmon_line(char *line, size_t size, const struct connmon_observation *seen,
                    struct connmon_line_format format);

#endif
