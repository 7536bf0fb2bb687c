/* steady_clock.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "steady_clock.h"

#include "clock.h"

static bool is_near(const struct steady_clock *clock, int64_t a, int64_t b)
{
    return !clock_is_older(a, b, clock->most_ns) && !clock_is_older(b, a, clock->most_ns);
}

/* A small step back is a packet out of order, for which the clock waits. */
static void follow(struct steady_clock *clock, int64_t time_ns)
{
    int64_t step;

    if (clock_elapsed(clock->time_ns, time_ns, &step))
        clock->now_ns = clock->now_ns > INT64_MAX - step ? INT64_MAX : clock->now_ns + step;
    else if (is_near(clock, clock->time_ns, time_ns))
        return;
    clock->time_ns = time_ns;
}

void steady_clock_settle(struct steady_clock *clock, bool is_right)
{
    clock->has_doubt = false;
    if (is_right)
        follow(clock, clock->doubt_ns);
}

bool steady_clock_confirms(const struct steady_clock *clock, int64_t time_ns)
{
    return is_near(clock, clock->doubt_ns, time_ns);
}

void steady_clock_see(struct steady_clock *clock, int64_t time_ns)
{
    if (!clock->has_time)
        clock->time_ns = time_ns;
    clock->has_time = true;
    if (is_near(clock, clock->time_ns, time_ns)) {
        follow(clock, time_ns);
    } else {
        clock->has_doubt = true;
        clock->doubt_ns = time_ns;
    }
}
