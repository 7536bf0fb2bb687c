/* pace.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pace.h"

#include <time.h>

#include "clock.h"

#define NS_PER_S INT64_C(1000000000)

/* What is further behind is no packet out of order: the clock stepped back, and goes on from there.
 * A longer silence is a clock that was set, for which nobody waits. */
#define MOST_DISORDER_NS NS_PER_S
#define MOST_STEP_NS (INT64_C(24) * 3600 * NS_PER_S)

int64_t pace_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t pace_time_of_day(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t pace_captured(struct pace *pace, int64_t time_ns)
{
    int64_t step;

    if (!pace->has_first) {
        pace->has_first = true;
        pace->latest_time_ns = time_ns;
        pace->first_now_ns = pace_now();
    }
    if (clock_elapsed(pace->latest_time_ns, time_ns, &step)) {
        if (step <= MOST_STEP_NS && pace->captured_ns <= INT64_MAX - step)
            pace->captured_ns += step;
        pace->latest_time_ns = time_ns;
    } else if (clock_is_older(time_ns, pace->latest_time_ns, MOST_DISORDER_NS)) {
        pace->latest_time_ns = time_ns;
    }
    return pace->captured_ns;
}

int64_t pace_left(struct pace *pace, int64_t time_ns)
{
    const double most = 9e18;
    const int64_t before_ns = pace->captured_ns;
    double pause = (double)(pace_captured(pace, time_ns) - before_ns) / pace->speed;
    int64_t passed = pace_now() - pace->first_now_ns;

    if (pace->most_pause_ns > 0 && pause > (double)pace->most_pause_ns) {
        pace->cut_pauses++;
        pace->cut_ns += pause - (double)pace->most_pause_ns;
        pause = (double)pace->most_pause_ns;
    }
    pace->due_ns += pause;
    if (pace->due_ns > most)
        return INT64_MAX;
    return (int64_t)pace->due_ns > passed ? (int64_t)pace->due_ns - passed : 0;
}

void pace_sleep(int64_t ns)
{
    const struct timespec time = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};

    nanosleep(&time, NULL);
}
