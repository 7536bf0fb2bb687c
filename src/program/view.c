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
#include "listing.h"
#include "split.h"
#include "stalls.h"
#include "terminal.h"

enum {
    TOP = 10,             /* rows of an interval */
    MOST_BYTES = 1 << 30, /* of exchanges in progress, where there is no other limit */
};

static void print(void *output, const char *bytes, size_t size)
{
    output_write(output, bytes, size);
}

/* ---- Transactions ---- */

struct exchange_view {
    struct exchanges *exchanges;
    struct sums *sums;     /* of these */
    struct stalls *stalls; /* in these */
    struct output *output;
    enum listing_format format;
    size_t width; /* of the terminal that it goes to; 0: to none */
};

static void sum_up(void *sums, const struct exchange *exchange)
{
    sums_add(sums, exchange);
}

static void close_exchanges(void *data)
{
    struct exchange_view *view = data;

    exchanges_free(view->exchanges);
    sums_free(view->sums);
    stalls_free(view->stalls);
    free(view);
}

static void *open_exchanges(const struct options *options, uint32_t most, struct output *output)
{
    static const struct stall_limits stall_limits = {
        .floor_ns = STALL_FLOOR_MS * INT64_C(1000000),
        .rtts = STALL_RTTS,
    };
    const struct exchanges_limits limits = {
        .connections = most,
        .bytes = most ? connection_map_budget(most) : MOST_BYTES,
    };
    struct exchange_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->output = output;
    view->format = options->is_json ? LISTING_JSON : options->is_csv ? LISTING_CSV : LISTING_TEXT;
    view->width = options->write ? 0 : terminal_width();
    view->sums = sums_new(most);
    view->stalls = stalls_new(stall_limits, most);
    view->exchanges = exchanges_new(&limits, sum_up, view->sums);
    if (view->sums && view->stalls && view->exchanges)
        return view;
    close_exchanges(view);
    return NULL;
}

static void take_exchange(void *data, const struct connmon_segment *segment,
                          struct connmon_observation *seen)
{
    struct exchange_view *view = data;
    const struct stall *stall = stalls_follow(view->stalls, segment, &seen->result);

    seen->stall_ns = stall ? stall->ns : 0;
    exchanges_add(view->exchanges, seen, &(struct exchange_hints){.is_selected = true});
}

static bool finish_exchanges(void *data)
{
    struct exchange_view *view = data;

    exchanges_finish(view->exchanges);
    return listing_write_sums(view->sums, view->format, view->width, print, view->output);
}

/* Of a connection that is forgotten, all that was seen counts in the table. */
static struct connection_losses exchange_losses(const void *data)
{
    const struct exchange_view *view = data;
    struct connection_losses losses = sums_losses(view->sums);

    losses.dropped += exchanges_losses(view->exchanges).dropped;
    return losses;
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

static void *open_events(const struct options *options, uint32_t most, struct output *output)
{
    struct event_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->output = output;
    view->is_json = options->is_json;
    view->events = events_new(options->timeout_ns, most, print_event, view);
    if (view->events)
        return view;
    free(view);
    return NULL;
}

static void take_event(void *view, const struct connmon_segment *segment,
                       struct connmon_observation *seen)
{
    (void)segment;
    events_add(((struct event_view *)view)->events, seen);
}

static void pass_event_time(void *view, int64_t time_ns)
{
    events_advance(((struct event_view *)view)->events, time_ns);
}

static bool finish_events(void *view)
{
    events_finish(((struct event_view *)view)->events);
    return true;
}

static struct connection_losses event_losses(const void *view)
{
    return events_totals(((const struct event_view *)view)->events).lost;
}

static void close_events(void *view)
{
    events_free(((struct event_view *)view)->events);
    free(view);
}

/* ---- Bandwidth ---- */

static void *open_bandwidth(const struct options *options, uint32_t most, struct output *output)
{
    const struct bandwidth_config config = {
        .interval_ns = options->interval_ns,
        .top = TOP,
        .most = most,
        .by_host = options->by_host,
        .is_json = options->is_json,
        .shows_idle = options->interface != NULL,
        .width = options->write ? NULL : terminal_width,
        .redraws = !options->is_json && !options->write && isatty(STDOUT_FILENO),
    };

    return bandwidth_new(&config, print, output);
}

static void take_bandwidth(void *view, const struct connmon_segment *segment,
                           struct connmon_observation *seen)
{
    (void)segment;
    bandwidth_add(view, seen);
}

static void pass_bandwidth_time(void *view, int64_t time_ns)
{
    bandwidth_advance(view, time_ns);
}

static bool finish_bandwidth(void *view)
{
    bandwidth_finish(view);
    return true;
}

static struct connection_losses lost_bandwidth(const void *view)
{
    return bandwidth_losses(view);
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
};

static void *open_index(const struct options *options, uint32_t most, struct output *output)
{
    struct index_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->output = output;
    view->options.format = options->index_format;
    view->index = flow_index_new(most);
    if (view->index && split_select(&options->split, &view->options))
        return view;
    flow_index_free(view->index);
    free(view);
    return NULL;
}

static void take_index(void *view, const struct connmon_segment *segment,
                       struct connmon_observation *seen)
{
    (void)segment;
    flow_index_add(((struct index_view *)view)->index, seen);
}

static bool finish_index(void *data)
{
    struct index_view *view = data;

    return flow_index_write(view->index, &view->options, print, view->output);
}

static struct connection_losses index_losses(const void *view)
{
    return flow_index_losses(((const struct index_view *)view)->index);
}

static void close_index(void *view)
{
    flow_index_free(((struct index_view *)view)->index);
    free(view);
}

static const struct view_kind kinds[] = {
    [TABLE_TRANSACTIONS] = {open_exchanges, take_exchange, NULL, finish_exchanges, exchange_losses,
                            close_exchanges},
    [TABLE_EVENTS] = {open_events, take_event, pass_event_time, finish_events, event_losses,
                      close_events},
    [TABLE_BANDWIDTH] = {open_bandwidth, take_bandwidth, pass_bandwidth_time, finish_bandwidth,
                         lost_bandwidth, close_bandwidth},
    [TABLE_INDEX] = {open_index, take_index, NULL, finish_index, index_losses, close_index},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == TABLE_INDEX + 1, "a kind for each table");

const struct view_kind *view_kind(const struct options *options)
{
    return options->table >= TABLE_TRANSACTIONS ? &kinds[options->table] : NULL;
}
