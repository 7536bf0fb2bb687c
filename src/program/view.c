/* view.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <stdlib.h>
#include <unistd.h>

#include "bandwidth.h"
#include "event_text.h"
#include "flow_index.h"
#include "split.h"

enum { TOP = 10 }; /* rows of an interval */

static void print(void *output, const char *bytes, size_t size)
{
    output_write(output, bytes, size);
}

/* ---- Events ---- */

struct event_view {
    struct events *events;
    struct output *output;
    bool is_json;
};

static void print_event(void *to, const struct event *event)
{
    const struct event_view *view = to;
    char text[EVENT_TEXT_SIZE];

    output_write(view->output, text,
                 view->is_json ? event_json(text, sizeof(text), event)
                               : event_line(text, sizeof(text), event));
}

static void *open_events(const struct options *options, struct output *output)
{
    struct event_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->output = output;
    view->is_json = options->is_json;
    view->events = events_new(options->timeout_ns, print_event, view);
    if (view->events)
        return view;
    free(view);
    return NULL;
}

static void take_event(void *view, const struct connmon_observation *seen)
{
    events_add(((struct event_view *)view)->events, seen);
}

static void pass_event_time(void *view, int64_t time_ns)
{
    events_advance(((struct event_view *)view)->events, time_ns);
}

static uint64_t finish_events(void *view)
{
    struct events *events = ((struct event_view *)view)->events;

    events_finish(events);
    return events_totals(events).dropped;
}

static void close_events(void *view)
{
    events_free(((struct event_view *)view)->events);
    free(view);
}

/* ---- Bandwidth ---- */

static void *open_bandwidth(const struct options *options, struct output *output)
{
    const struct bandwidth_config config = {
        .interval_ns = options->interval_ns,
        .top = TOP,
        .by_host = options->by_host,
        .is_json = options->is_json,
        .redraws = !options->is_json && !options->write && isatty(STDOUT_FILENO),
    };

    return bandwidth_new(&config, print, output);
}

static void take_bandwidth(void *view, const struct connmon_observation *seen)
{
    bandwidth_add(view, seen);
}

static void pass_bandwidth_time(void *view, int64_t time_ns)
{
    bandwidth_advance(view, time_ns);
}

static uint64_t finish_bandwidth(void *view)
{
    bandwidth_finish(view);
    return bandwidth_dropped(view);
}

static void close_bandwidth(void *view)
{
    bandwidth_free(view);
}

/* ---- The index ---- */

struct index_view {
    struct flow_index *index;
    struct output *output;
    struct flow_index_options options;
    uint64_t packets;
};

static void *open_index(const struct options *options, struct output *output)
{
    struct index_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->output = output;
    view->options.format = options->index_format;
    view->index = flow_index_new();
    if (view->index && split_select(&options->split, &view->options))
        return view;
    flow_index_free(view->index);
    free(view);
    return NULL;
}

static void take_index(void *data, const struct connmon_observation *seen)
{
    struct index_view *view = data;

    flow_index_add(view->index, seen);
    view->packets++;
}

static uint64_t finish_index(void *data)
{
    struct index_view *view = data;

    return flow_index_write(view->index, &view->options, print, view->output)
               ? flow_index_dropped(view->index)
               : view->packets;
}

static void close_index(void *view)
{
    flow_index_free(((struct index_view *)view)->index);
    free(view);
}

static const struct view_kind kinds[] = {
    [TABLE_EVENTS] = {open_events, take_event, pass_event_time, finish_events, close_events},
    [TABLE_BANDWIDTH] = {open_bandwidth, take_bandwidth, pass_bandwidth_time, finish_bandwidth,
                         close_bandwidth},
    [TABLE_INDEX] = {open_index, take_index, NULL, finish_index, close_index},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == TABLE_INDEX + 1, "a kind for each table");

const struct view_kind *view_kind(const struct options *options)
{
    return options->table >= TABLE_EVENTS ? &kinds[options->table] : NULL;
}
