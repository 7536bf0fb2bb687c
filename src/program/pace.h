/* pace.h - wall clock, and packets at the pace at which they were captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PACE_H
#define CONNMON_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds on a clock that never steps. */
int64_t pace_now(void);

/* The same as packets are stamped: nanoseconds since 1970, UTC. */
int64_t pace_time_of_day(void);

/* All zero but for the speed, before the first packet. */
struct pace {
    double speed;          /* > 0; 2: twice as fast as captured */
    int64_t most_pause_ns; /* what is longer is cut to that; 0: nothing is */
    uint64_t cut_pauses;   /* so many were */
    double cut_ns;         /* by that much, together */
    double due_ns;         /* when the latest packet is due, after the first */
    int64_t latest_time_ns, first_now_ns;
    int64_t captured_ns; /* what has passed since the first packet; steps back count as nothing */
    bool has_first;
};

/* How much capture time has passed from the first packet to one of that time, which comes next.
 * Neither a step back of the clock nor one by more than a day ahead counts. */
int64_t pace_captured(struct pace *pace, int64_t time_ns);

/* How long to wait, in ns, before a packet of that time is due; 0 if it is. May be asked again for
 * the same packet. */
int64_t pace_left(struct pace *pace, int64_t time_ns);

void pace_sleep(int64_t ns); /* or until a signal comes */

#endif
