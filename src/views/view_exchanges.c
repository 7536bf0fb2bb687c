/* view_exchanges.c - requests and answers: summed up, or those of HTTP one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <stdlib.h>

#include "listing.h"

enum {
    MOST_KEPT = 1 << 20,  /* exchanges that are listed one by one */
    MOST_BYTES = 1 << 30, /* of exchanges, names and bodies included, without a limit of theirs */
};

struct exchange_view {
    struct view_config config;
    struct exchanges *exchanges; /* kept, if there are no sums */
    struct sums *sums;           /* of these; NULL: they are listed one by one */
};

static void exchanges_view_free(void *data)
{
    struct exchange_view *view = data;

    exchanges_free(view->exchanges);
    sums_free(view->sums);
    free(view);
}

static void sum_up(void *sums, const struct exchange *exchange)
{
    sums_add(sums, exchange);
}

static void *begin(const struct view_config *config, bool is_summed)
{
    const struct exchanges_limits limits = {
        .connections = config->most,
        .exchanges = is_summed ? 0 : MOST_KEPT,
        .bytes = config->most ? connection_map_budget(config->most) : MOST_BYTES,
    };
    struct exchange_view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->config = *config;
    view->sums = is_summed ? sums_new(config->most) : NULL;
    view->exchanges = exchanges_new(&limits, is_summed ? sum_up : NULL, view->sums);
    if (view->exchanges && (view->sums || !is_summed))
        return view;
    exchanges_view_free(view);
    return NULL;
}

static void *transactions_begin(const struct view_config *config)
{
    return begin(config, true);
}

static void *http_begin(const struct view_config *config)
{
    return begin(config, false);
}

static void exchanges_view_add(void *view, const struct connmon_observation *seen,
                               const struct exchange_hints *hints)
{
    static const struct exchange_hints all = {.is_selected = true};

    exchanges_add(((struct exchange_view *)view)->exchanges, seen, hints ? hints : &all);
}

static bool exchanges_view_finish(void *data, const struct connmon_stats *core)
{
    static const enum listing_format formats[VIEW_FORMAT_COUNT] = {
        [VIEW_TEXT] = LISTING_TEXT, [VIEW_JSON] = LISTING_JSON, [VIEW_CSV] = LISTING_CSV};
    const struct exchange_view *view = data;
    const struct view_config *config = &view->config;
    const enum listing_format format = formats[config->options.format];
    const size_t width = config->width ? config->width() : 0;

    (void)core;
    exchanges_finish(view->exchanges);
    return view->sums ? listing_write_sums(view->sums, format, width, config->sink, config->to)
                      : listing_write_http(view->exchanges, format, config->options.has_bodies,
                                           width, config->sink, config->to);
}

/* Of a connection that is forgotten, all that was seen counts in the sums. */
static struct connection_losses exchanges_view_losses(const void *data)
{
    const struct exchange_view *view = data;
    struct connection_losses losses = exchanges_losses(view->exchanges);

    if (view->sums) {
        losses.forgotten = sums_losses(view->sums).forgotten;
        losses.dropped += sums_losses(view->sums).dropped;
    }
    return losses;
}

static void exchanges_view_reset(void *data)
{
    struct exchange_view *view = data;

    exchanges_reset(view->exchanges);
    if (view->sums)
        sums_reset(view->sums);
}

#define FUNCTIONS(begins)                                                                          \
    {                                                                                              \
        .begin = (begins), .add = exchanges_view_add, .finish = exchanges_view_finish,             \
        .losses = exchanges_view_losses, .reset = exchanges_view_reset,                            \
        .free = exchanges_view_free,                                                               \
    }

const struct view_functions view_transactions = FUNCTIONS(transactions_begin);
const struct view_functions view_http = FUNCTIONS(http_begin);
