/* bench_core.c - what a segment costs
 *
 *     bench_core [CROWD]
 *
 * Drives the core with three kinds of synthetic traffic, CROWD connections (1,000,000) in the
 * largest, and prints for each: nanoseconds per segment (median of several runs), those of the
 * floor (floor.h) for the same segments in the same session, their ratio, bytes per connection and
 * allocations per million segments. Segments are made batch by batch outside the measured time;
 * that they lie in memory then is a cost that floor and core share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "connmon.h"
#include "floor.h"
#include "traffic.h"

enum { BATCH = 1024, RUNS = 7, CROWD = 1000000, CROWD_SETTLING_SEGMENTS = 60 };

/* One kind of traffic and how long to watch it. */
struct scenario {
    const char *name;
    enum traffic_kind kind;
    uint32_t open;
    uint32_t connections;      /* that it may begin in all, for the floor's table */
    uint64_t warm_up;          /* segments until all connections are open and idle */
    uint64_t settle, segments; /* until nothing grows any more; in each run */
    int64_t idle_ns;
    double target_ns;
};

/* What is measured: the core, or the floor. */
struct subject {
    struct connmon *core;
    struct floor_table *floor;
};

struct figures {
    double ns;                   /* per segment */
    double bytes_per_connection; /* after the warm-up */
    double allocations;          /* per million segments */
    uint64_t connections, open, delays;
};

/* Of the processor, not of the wall: other programs may share the machine. */
static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void feed(const struct subject *subject, const struct connmon_segment *segments,
                 size_t count, uint64_t *delays)
{
    struct connmon_result result;
    uint64_t sum = 0;

    if (subject->core) {
        for (size_t i = 0; i < count; i++) {
            connmon_process(subject->core, &segments[i], &result);
            sum += result.rtt_source != CONNMON_RTT_NONE;
        }
    } else {
        for (size_t i = 0; i < count; i++)
            sum += floor_process(subject->floor, &segments[i]);
    }
    *delays += sum; /* so that nothing can be left out as useless */
}

/* Nanoseconds for `segments` segments, without the time to make them. */
static double run(const struct subject *subject, struct traffic *traffic, uint64_t segments,
                  uint64_t *delays)
{
    static struct connmon_segment batch[BATCH];
    double ns = 0;

    while (segments > 0) {
        size_t count = segments < BATCH ? (size_t)segments : BATCH;
        double start;

        for (size_t i = 0; i < count; i++)
            traffic_next(traffic, &batch[i]);
        start = now_ns();
        feed(subject, batch, count, delays);
        ns += now_ns() - start;
        segments -= count;
    }
    return ns;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct figures measure(const struct scenario *scenario, const struct subject *subject)
{
    struct traffic *traffic = traffic_new(scenario->kind, scenario->open);
    struct connmon_stats before = {0}, after = {0};
    struct figures figures = {0};
    double ns[RUNS];

    if (!traffic)
        abort();
    run(subject, traffic, scenario->warm_up, &figures.delays);
    if (subject->core) {
        before = connmon_stats(subject->core);
        figures.bytes_per_connection = (double)before.memory / (double)before.connections_open;
    }
    run(subject, traffic, scenario->settle, &figures.delays);
    if (subject->core)
        before = connmon_stats(subject->core);
    for (int i = 0; i < RUNS; i++)
        ns[i] =
            run(subject, traffic, scenario->segments, &figures.delays) / (double)scenario->segments;
    qsort(ns, RUNS, sizeof(ns[0]), compare);
    figures.ns = ns[RUNS / 2];
    traffic_free(traffic);
    if (!subject->core)
        return figures;
    after = connmon_stats(subject->core);
    figures.allocations = (double)(after.allocations - before.allocations) * 1e6 /
                          (double)(RUNS * scenario->segments);
    figures.connections = after.connections;
    figures.open = after.connections_open;
    return figures;
}

static struct figures measure_core(const struct scenario *scenario)
{
    struct connmon_config config = connmon_config_default();
    struct subject subject = {0};
    struct figures figures;

    config.idle_ns = scenario->idle_ns;
    subject.core = connmon_new(&config);
    if (!subject.core)
        abort();
    figures = measure(scenario, &subject);
    connmon_free(subject.core);
    return figures;
}

static struct figures measure_floor(const struct scenario *scenario, size_t record_bytes)
{
    struct subject subject = {.floor = floor_new(scenario->connections, record_bytes)};
    struct figures figures;

    if (!subject.floor)
        abort();
    figures = measure(scenario, &subject);
    floor_free(subject.floor);
    return figures;
}

static void report(const struct scenario *scenario)
{
    struct figures core = measure_core(scenario);
    /* Bulk's memory is that of one connection: its record need not be as large. */
    size_t record = scenario->open > 1 ? (size_t)core.bytes_per_connection : 0;
    struct figures bare = measure_floor(scenario, record);

    printf("%-6s %8u open %8llu begun  %6.1f ns (target %3.0f), floor %5.1f ns, ratio %4.1f, "
           "%7.0f bytes/connection, %7.1f allocations/M, %llu delays\n",
           scenario->name, (unsigned)core.open, (unsigned long long)core.connections, core.ns,
           scenario->target_ns, bare.ns, core.ns / bare.ns, core.bytes_per_connection,
           core.allocations, (unsigned long long)core.delays);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    uint32_t crowd = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : CROWD;
    struct scenario scenarios[] = {
        {"bulk", TRAFFIC_BULK, 1, 1, 2 * (uint64_t)crowd, 0, 2 * (uint64_t)crowd, 0, 60},
        {"churn", TRAFFIC_CHURN, crowd / 500 + 1, crowd, crowd, crowd / 2, crowd / 4,
         INT64_C(10000000000), 150},
        {"crowd", TRAFFIC_CROWD, crowd, crowd, (uint64_t)crowd * CROWD_FIRST_SEGMENTS,
         (uint64_t)crowd * CROWD_SETTLING_SEGMENTS, 2 * (uint64_t)crowd, 0, 250},
    };

    if (crowd == 0 || argc > 2) {
        fprintf(stderr, "usage: bench_core [CONNECTIONS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
        report(&scenarios[i]);
    return 0;
}
