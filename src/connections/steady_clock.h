/* steady_clock.h - how much time has passed in a capture, for time-outs
 *
 * Times of capture may step back (captures that were appended), or be wrong (of one frame). This
 * clock runs as they do and never back. A step by which something could time out, or as far back,
 * is doubted until a second packet confirms it: one packet with a wrong time ends nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_STEADY_CLOCK_H
#define CONNMON_STEADY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* All zero but for most_ns, before the first packet. */
struct steady_clock {
    int64_t most_ns;  /* steps up to this are believed */
    int64_t now_ns;   /* what has passed since the first packet */
    int64_t time_ns;  /* the capture time that it stands for; valid if has_time */
    int64_t doubt_ns; /* another one, which no second packet has confirmed; valid if has_doubt */
    bool has_time, has_doubt;
};

/* Settles a doubt: `is_right` if that time is to be believed. */
void steady_clock_settle(struct steady_clock *clock, bool is_right);

/* Whether the doubtful time is confirmed by this one. */
bool steady_clock_confirms(const struct steady_clock *clock, int64_t time_ns);

/* Goes on to a packet's time, or begins to doubt it. There must be no doubt before. */
void steady_clock_see(struct steady_clock *clock, int64_t time_ns);

#endif
