/* tables.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"

/* What passed_ends and evicted_answered count is not lost to anyone: the delays of an end that was
 * passed, and of a value that was answered, have been taken. A forgotten answer that comes again is
 * taken for the first only if what it answers was sent again since. */
char *tables_dropped(char *text, size_t size, const struct connmon_stats *core,
                     struct connection_losses losses)
{
    const struct {
        uint64_t count;
        const char *of;
    } parts[] = {
        {core->evicted_connections, "connections"},
        {core->evicted_outstanding, "values that awaited an answer"},
        {core->evicted_holes, "holes"},
        {core->evicted_recent, "packets of which copies were looked for"},
        {core->unmeasured_segments, "packets"},
        {losses.forgotten, "rows of the table"},
        {losses.dropped, "packets of the table, for want of memory"},
    };
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].count > 0 && at < size)
            at += (size_t)snprintf(text + at, size - at, "%s %" PRIu64 " %s",
                                   at == 0 ? "limits dropped" : ",", parts[i].count, parts[i].of);
    if (at > 0 && at < size)
        snprintf(text + at, size - at, "\n");
    return text;
}

static void write_words(const char *words, text_sink *sink, void *to)
{
    sink(to, words, strlen(words));
}

static void write_totals(const struct statistics *statistics, const struct connmon_stats *core,
                         text_sink *sink, void *to)
{
    const struct statistics_totals totals = statistics_totals(statistics);
    char line[200], dropped[TABLES_DROPPED_SIZE];

    snprintf(line, sizeof(line),
             "\n%" PRIu64 " connections, %" PRIu64 " of them one-way\n%" PRIu64 " packets, %" PRIu64
             " of them without timestamps; %" PRIu64 " bytes\n",
             totals.connections, totals.one_way, totals.packets, totals.packets_without_timestamps,
             totals.bytes);
    write_words(line, sink, to);
    if (totals.copies > 0) {
        snprintf(line, sizeof(line), "%" PRIu64 " copies of packets, counted nowhere else\n",
                 totals.copies);
        write_words(line, sink, to);
    }
    tables_dropped(dropped, sizeof(dropped), core, totals.lost);
    write_words(dropped, sink, to);
}

bool tables_write(struct statistics *statistics, enum tables_kind kind, enum tables_format format,
                  size_t width, const struct connmon_stats *core, text_sink *sink, void *to)
{
    const bool is_hosts = kind == TABLES_HOSTS;
    const struct report_kind *columns = is_hosts ? &columns_of_host : &columns_of_conversation;
    size_t count;
    const void *const *rows = is_hosts ? statistics_hosts(statistics, &count)
                                       : statistics_conversations(statistics, &count);

    if (!rows)
        return false;
    switch (format) {
    case TABLES_CSV:
        report_csv(columns, rows, count, sink, to);
        break;
    case TABLES_JSON:
        report_json(columns, rows, count, sink, to);
        break;
    default:
        report_text(columns, rows, count, width, sink, to);
        write_totals(statistics, core, sink, to);
        break;
    }
    return true;
}
