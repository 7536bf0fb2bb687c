/* view_index.c - where in the capture each connection is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view_index.h"

#include <stdlib.h>

#include "view.h"

struct index_view {
    struct view_config config;
    struct flow_index *index;
};

struct flow_index_options view_index_options(const struct view_options *options)
{
    static const enum outline_format formats[VIEW_FORMAT_COUNT] = {
        [VIEW_TEXT] = OUTLINE_TEXT, [VIEW_JSON] = OUTLINE_JSON, [VIEW_PLIST] = OUTLINE_PLIST};

    return (struct flow_index_options){
        .format = formats[options->format],
        .worst = options->worst,
        .bounds = options->bounds,
    };
}

static void *index_view_begin(const struct view_config *config)
{
    struct index_view *view = malloc(sizeof(*view));

    if (!view)
        return NULL;
    view->config = *config;
    view->index = flow_index_new(config->most);
    if (view->index)
        return view;
    free(view);
    return NULL;
}

static void index_view_add(void *view, const struct connmon_observation *seen,
                           const struct exchange_hints *hints)
{
    (void)hints;
    flow_index_add(((struct index_view *)view)->index, seen);
}

static bool index_view_finish(void *data, const struct connmon_stats *core)
{
    const struct index_view *view = data;
    const struct view_config *config = &view->config;
    struct flow_index_options options = view_index_options(&config->options);

    (void)core;
    options.has_streams = config->has_streams;
    return flow_index_write(view->index, &options, config->sink, config->to);
}

static struct connection_losses index_view_losses(const void *view)
{
    return flow_index_losses(((const struct index_view *)view)->index);
}

static void index_view_reset(void *view)
{
    flow_index_reset(((struct index_view *)view)->index);
}

static void index_view_free(void *view)
{
    flow_index_free(((struct index_view *)view)->index);
    free(view);
}

const struct view_functions view_index = {
    .begin = index_view_begin,
    .add = index_view_add,
    .finish = index_view_finish,
    .losses = index_view_losses,
    .reset = index_view_reset,
    .free = index_view_free,
};
