/* tap_conv.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_conv.h"

#include <stdio.h>

#include "dissector.h"
#include "output.h"
#include "tables.h"
#include "taps.h"
#include "terminal.h"

/* What one -z connmon,conv or connmon,hosts needs. */
struct table_tap {
    struct statistics *statistics;
    enum tables_kind kind;
    enum tables_format format;
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

static void draw(void *data)
{
    const struct table_tap *tap = data;
    struct connmon_stats core = {0};

    dissector_stats(&core);
    if (!tables_write(tap->statistics, tap->kind, tap->format, terminal_width(), &core, print,
                      NULL)) {
        fprintf(stderr, "tshark: connmon: no memory for the statistics\n");
        return;
    }
    output_flush();
}

static void finish(void *data)
{
    struct table_tap *tap = data;

    output_close();
    statistics_free(tap->statistics);
    g_free(tap);
}

static char *start(enum tables_kind kind, enum tables_format format, const char *filter)
{
    struct table_tap *tap = g_new(struct table_tap, 1);
    char *wrong;

    *tap = (struct table_tap){statistics_new(0), kind, format};
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

char *tap_conv_start(const char *filter)
{
    return start(TABLES_CONVERSATIONS, TABLES_TEXT, filter);
}

char *tap_conv_json_start(const char *filter)
{
    return start(TABLES_CONVERSATIONS, TABLES_JSON, filter);
}

char *tap_conv_csv_start(const char *filter)
{
    return start(TABLES_CONVERSATIONS, TABLES_CSV, filter);
}

char *tap_hosts_start(const char *filter)
{
    return start(TABLES_HOSTS, TABLES_TEXT, filter);
}

char *tap_hosts_json_start(const char *filter)
{
    return start(TABLES_HOSTS, TABLES_JSON, filter);
}

char *tap_hosts_csv_start(const char *filter)
{
    return start(TABLES_HOSTS, TABLES_CSV, filter);
}
