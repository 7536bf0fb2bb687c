/* tap_conv.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_conv.h"

#include <stdio.h>

#include "columns.h"
#include "dissector.h"
#include "output.h"
#include "statistics.h"
#include "taps.h"

typedef const void *const *get_rows(struct statistics *statistics, size_t *count);
typedef void write_rows(const struct report_kind *kind, const void *const *rows, size_t count,
                        report_sink *sink, void *to);

/* What one -z connmon,conv or connmon,hosts needs. */
struct table_tap {
    struct statistics *statistics;
    const struct report_kind *kind;
    get_rows *rows;
    write_rows *write;
};

static void reset(void *data)
{
    statistics_reset(((struct table_tap *)data)->statistics);
}

static tap_packet_status count(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    statistics_add(((struct table_tap *)data)->statistics, observation);
    return TAP_PACKET_DONT_REDRAW;
}

static void print(void *to _U_, const char *bytes, size_t size)
{
    output_write(bytes, size);
}

static void print_words(const char *words)
{
    output_write(words, strlen(words));
}

/* What the core's limits and ours dropped, of the whole file. */
static void print_dropped(const struct statistics_totals *totals)
{
    struct connmon_stats core = {0};
    char line[400];

    dissector_stats(&core);
    if (core.evicted_outstanding + core.evicted_answered + core.evicted_holes +
            core.unmeasured_segments + totals->dropped ==
        0) {
        print_words("limits dropped nothing\n");
        return;
    }
    snprintf(line, sizeof(line),
             "limits dropped %" PRIu64 " values that awaited an answer, %" PRIu64
             " answered ones, %" PRIu64 " holes and %" PRIu64
             " packets; memory was short for %" PRIu64 " packets of these statistics\n",
             core.evicted_outstanding, core.evicted_answered, core.evicted_holes,
             core.unmeasured_segments, totals->dropped);
    print_words(line);
}

static void print_totals(const struct statistics *statistics)
{
    const struct statistics_totals totals = statistics_totals(statistics);
    char line[200];

    snprintf(line, sizeof(line),
             "\n%" PRIu64 " connections, %" PRIu64 " of them one-way\n%" PRIu64 " packets, %" PRIu64
             " of them without timestamps; %" PRIu64 " bytes\n",
             totals.connections, totals.one_way, totals.packets, totals.packets_without_timestamps,
             totals.bytes);
    print_words(line);
    print_dropped(&totals);
}

static void draw(void *data)
{
    const struct table_tap *tap = data;
    size_t size;
    const void *const *rows = tap->rows(tap->statistics, &size);

    if (!rows) {
        fprintf(stderr, "tshark: connmon: no memory for the statistics\n");
        return;
    }
    tap->write(tap->kind, rows, size, print, NULL);
    if (tap->write == report_text)
        print_totals(tap->statistics);
    output_flush();
}

static void finish(void *data)
{
    struct table_tap *tap = data;

    output_close();
    statistics_free(tap->statistics);
    g_free(tap);
}

static char *start(const struct table_tap *as, const char *filter)
{
    struct table_tap *tap = g_new(struct table_tap, 1);
    char *wrong;

    *tap = *as;
    tap->statistics = statistics_new();
    if (!tap->statistics) {
        g_free(tap);
        return g_strdup("no memory");
    }
    wrong = taps_listen("connmon", tap, filter, reset, count, draw, finish);
    if (wrong) {
        statistics_free(tap->statistics);
        g_free(tap);
        return wrong;
    }
    output_open();
    return NULL;
}

static char *start_conversations(write_rows *write, const char *filter)
{
    return start(
        &(struct table_tap){NULL, &columns_of_conversation, statistics_conversations, write},
        filter);
}

static char *start_hosts(write_rows *write, const char *filter)
{
    return start(&(struct table_tap){NULL, &columns_of_host, statistics_hosts, write}, filter);
}

char *tap_conv_start(const char *filter)
{
    return start_conversations(report_text, filter);
}

char *tap_conv_json_start(const char *filter)
{
    return start_conversations(report_json, filter);
}

char *tap_conv_csv_start(const char *filter)
{
    return start_conversations(report_csv, filter);
}

char *tap_hosts_start(const char *filter)
{
    return start_hosts(report_text, filter);
}

char *tap_hosts_json_start(const char *filter)
{
    return start_hosts(report_json, filter);
}

char *tap_hosts_csv_start(const char *filter)
{
    return start_hosts(report_csv, filter);
}
