/* view_bandwidth.c - who uses the link, interval by interval
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include "bandwidth.h"

static void *bandwidth_view_begin(const struct view_config *config)
{
    const struct view_options *options = &config->options;
    const bool is_json = options->format == VIEW_JSON;
    const struct bandwidth_config what = {
        .interval_ns = options->interval_ns,
        .top = options->top,
        .most = config->most,
        .by_host = options->by_host,
        .is_json = is_json,
        .shows_idle = config->is_live,
        .redraws = config->redraws && !is_json,
        .width = config->width,
    };

    return bandwidth_new(&what, config->sink, config->to);
}

static void bandwidth_view_add(void *view, const struct connmon_observation *seen,
                               const struct exchange_hints *hints)
{
    (void)hints;
    bandwidth_add(view, seen);
}

static void bandwidth_view_advance(void *view, int64_t time_ns)
{
    bandwidth_advance(view, time_ns);
}

static bool bandwidth_view_finish(void *view, const struct connmon_stats *core)
{
    (void)core;
    bandwidth_finish(view);
    return true;
}

static struct connection_losses bandwidth_view_losses(const void *view)
{
    return bandwidth_losses(view);
}

static void bandwidth_view_reset(void *view)
{
    bandwidth_reset(view);
}

static void bandwidth_view_free(void *view)
{
    bandwidth_free(view);
}

const struct view_functions view_bandwidth = {
    .begin = bandwidth_view_begin,
    .add = bandwidth_view_add,
    .advance = bandwidth_view_advance,
    .finish = bandwidth_view_finish,
    .losses = bandwidth_view_losses,
    .reset = bandwidth_view_reset,
    .free = bandwidth_view_free,
};
