/* view_tables.c - connections, and hosts, in figures
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view.h"

#include <stdlib.h>

#include "tables.h"

struct table {
    struct view_config config;
    struct statistics *statistics;
    enum tables_kind kind;
};

static void *begin(const struct view_config *config, enum tables_kind kind)
{
    struct table *table = malloc(sizeof(*table));

    if (!table)
        return NULL;
    *table = (struct table){.config = *config, .kind = kind};
    table->statistics = statistics_new(config->most);
    if (table->statistics)
        return table;
    free(table);
    return NULL;
}

static void *conversations_begin(const struct view_config *config)
{
    return begin(config, TABLES_CONVERSATIONS);
}

static void *hosts_begin(const struct view_config *config)
{
    return begin(config, TABLES_HOSTS);
}

static void table_add(void *view, const struct connmon_observation *seen,
                      const struct exchange_hints *hints)
{
    (void)hints;
    statistics_add(((struct table *)view)->statistics, seen);
}

static bool table_finish(void *view, const struct connmon_stats *core)
{
    static const enum tables_format formats[VIEW_FORMAT_COUNT] = {
        [VIEW_TEXT] = TABLES_TEXT, [VIEW_JSON] = TABLES_JSON, [VIEW_CSV] = TABLES_CSV};
    const struct table *table = view;
    const struct view_config *config = &table->config;

    return tables_write(table->statistics, table->kind, formats[config->options.format],
                        config->width ? config->width() : 0, core, config->sink, config->to);
}

static struct connection_losses table_losses(const void *view)
{
    return statistics_totals(((const struct table *)view)->statistics).lost;
}

static void table_reset(void *view)
{
    statistics_reset(((struct table *)view)->statistics);
}

static void table_free(void *view)
{
    statistics_free(((struct table *)view)->statistics);
    free(view);
}

#define FUNCTIONS(begins)                                                                          \
    {                                                                                              \
        .begin = (begins), .add = table_add, .finish = table_finish, .losses = table_losses,       \
        .reset = table_reset, .free = table_free,                                                  \
    }

const struct view_functions view_conversations = FUNCTIONS(conversations_begin);
const struct view_functions view_hosts = FUNCTIONS(hosts_begin);
