/* view_events.c - what becomes of each connection, as it happens
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <stdlib.h>

#include "event_text.h"

struct event_view {
    struct view_config config;
    struct events *events;
};

static void write_event(void *to, const struct event *event)
{
    const struct view_config *config = &((const struct event_view *)to)->config;
    char text[EVENT_TEXT_SIZE];

    config->sink(config->to, text,
                 config->options.format == VIEW_JSON ? event_json(text, sizeof(text), event)
                                                     : event_line(text, sizeof(text), event));
}

static void *events_view_begin(const struct view_config *config)
{
    struct event_view *view = malloc(sizeof(*view));

    if (!view)
        return NULL;
    view->config = *config;
    view->events = events_new(config->options.timeout_ns, config->most, write_event, view);
    if (view->events)
        return view;
    free(view);
    return NULL;
}

static void events_view_add(void *view, const struct connmon_observation *seen,
                            const struct exchange_hints *hints)
{
    (void)hints;
    events_add(((struct event_view *)view)->events, seen);
}

static void events_view_advance(void *view, int64_t time_ns)
{
    events_advance(((struct event_view *)view)->events, time_ns);
}

static bool events_view_finish(void *view, const struct connmon_stats *core)
{
    (void)core;
    events_finish(((struct event_view *)view)->events);
    return true;
}

static struct connection_losses events_view_losses(const void *view)
{
    return events_totals(((const struct event_view *)view)->events).lost;
}

static void events_view_reset(void *view)
{
    events_reset(((struct event_view *)view)->events);
}

static void events_view_free(void *view)
{
    events_free(((struct event_view *)view)->events);
    free(view);
}

const struct view_functions view_events = {
    .begin = events_view_begin,
    .add = events_view_add,
    .advance = events_view_advance,
    .finish = events_view_finish,
    .losses = events_view_losses,
    .reset = events_view_reset,
    .free = events_view_free,
};
