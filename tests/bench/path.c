/* path.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "path.h"

#include <stdlib.h>
#include <string.h>

enum {
    HELD = 64, /* segments under way that others have overtaken */
    LATE_ONE_IN = 500,
    LATE_BY = 3, /* segments of each connection */
    LOST_ONE_IN = 1000,
    RESENT_AFTER = 6,
    TICK_NS = 1000000, /* of the hosts' timestamp clocks */
    IPV6_HEADER_MORE = 20,
};

struct path {
    struct traffic *traffic;
    uint32_t open;
    uint64_t arrived, seed;
    int64_t now;
    struct held {
        uint64_t due; /* when so many have arrived; 0: a free place */
        struct connmon_segment segment;
    } held[HELD];
    uint64_t next_due; /* of the earliest; UINT64_MAX: none */
};

struct path *path_new(struct traffic *traffic, uint32_t open)
{
    struct path *path = calloc(1, sizeof(*path));

    if (!path)
        return NULL;
    path->traffic = traffic;
    path->open = open;
    path->seed = 2463534242U;
    path->next_due = UINT64_MAX;
    return path;
}

void path_free(struct path *path)
{
    free(path);
}

static uint32_t draw(struct path *path, uint32_t below)
{
    path->seed = path->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((path->seed >> 32) * below) >> 32);
}

static void turn_to_ipv6(struct connmon_endpoint *end)
{
    static const uint8_t prefix[12] = {0x20, 0x01, 0x0d, 0xb8};

    memcpy(end->addr + sizeof(prefix), end->addr, 4);
    memcpy(end->addr, prefix, sizeof(prefix));
    end->addr_len = 16;
}

/* Connections go by the parity of the client's port. The server's is odd. */
static void send(struct path *path, struct connmon_segment *segment)
{
    traffic_next(path->traffic, segment);
    path->now = segment->time_ns;
    if (!((segment->src.port ^ segment->dst.port) & 1))
        return;
    turn_to_ipv6(&segment->src);
    turn_to_ipv6(&segment->dst);
    segment->wire_len += IPV6_HEADER_MORE;
}

static uint32_t delay_of(struct path *path, const struct connmon_segment *segment)
{
    if (segment->payload_len > 0 && draw(path, LOST_ONE_IN) == 0)
        return RESENT_AFTER * path->open;
    return draw(path, LATE_ONE_IN) == 0 ? 1 + draw(path, LATE_BY * path->open) : 0;
}

/* False: there is no place. */
static bool hold(struct path *path, const struct connmon_segment *segment, uint32_t delay)
{
    for (int i = 0; i < HELD; i++) {
        if (path->held[i].due != 0)
            continue;
        path->held[i] = (struct held){path->arrived + delay, *segment};
        if (path->held[i].due < path->next_due)
            path->next_due = path->held[i].due;
        return true;
    }
    return false;
}

/* A resent segment has a newer TSval. So has a late one that is late by a tick or more, which is
 * wrong, and of no matter here. */
static void release(struct path *path, struct connmon_segment *segment)
{
    struct held *earliest = path->held;

    while (earliest->due != path->next_due)
        earliest++;
    *segment = earliest->segment;
    earliest->due = 0;
    path->next_due = UINT64_MAX;
    for (int i = 0; i < HELD; i++)
        if (path->held[i].due != 0 && path->held[i].due < path->next_due)
            path->next_due = path->held[i].due;
    segment->tsval += (uint32_t)((path->now - segment->time_ns) / TICK_NS);
    segment->time_ns = path->now;
}

void path_next(struct path *path, struct connmon_segment *segment)
{
    uint32_t delay;

    path->arrived++;
    if (path->next_due <= path->arrived) {
        release(path, segment);
        return;
    }
    do {
        send(path, segment);
        delay = delay_of(path, segment);
    } while (delay > 0 && hold(path, segment, delay));
}
