/* tap_srt.c
 *
 * These windows have columns that Wireshark chose (number, minimum, maximum, average and sum), but
 * of all that a plugin can fill only theirs can turn a row into a display filter: they compare a
 * field, here tcp.stream, with the number of the row.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_srt.h"

#include "compat.h"

#include <epan/srt_table.h>

#include "observation.h"
#include "report.h"
#include "text.h"

enum { SERVER_TABLE, CLIENT_TABLE, TABLES, MOST_ROWS = 1 << 24 };

static void start(struct register_srt *srt _U_, GArray *tables)
{
    static const char *const names[TABLES] = {
        [SERVER_TABLE] = "Delay between capture point and server",
        [CLIENT_TABLE] = "Delay between capture point and client",
    };
    static const char *const short_names[TABLES] = {"Server", "Client"};

    for (int i = 0; i < TABLES; i++)
        init_srt_table(names[i], short_names[i], tables, 0, "Connection", "tcp.stream", NULL);
}

/* "client:port -> server:port" */
static void name_row(srt_stat_table *table, int row, const struct connmon_observation *seen)
{
    const bool is_clients = seen->result.side == CONNMON_CLIENT;
    char name[2 * REPORT_CELL_SIZE];
    struct text text = {name, name + sizeof(name) - 1};

    if (row < table->num_procs && table->procedures[row].procedure)
        return;
    text_endpoint(&text, is_clients ? &seen->src : &seen->dst);
    text_string(&text, " -> ");
    text_endpoint(&text, is_clients ? &seen->dst : &seen->src);
    *text.at = '\0';
    init_srt_table_row(table, row, name);
}

static tap_packet_status count(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    const struct connmon_observation *seen = observation;
    const nstime_t delay = {.secs = (time_t)(seen->result.rtt_ns / NS_PER_S),
                            .nsecs = (int)(seen->result.rtt_ns % NS_PER_S)};
    nstime_t since;
    srt_stat_table *table;

    if (seen->result.rtt_source == CONNMON_RTT_NONE || seen->discriminator >= MOST_ROWS)
        return TAP_PACKET_DONT_REDRAW;
    table = g_array_index(((srt_data_t *)data)->srt_array, srt_stat_table *,
                          seen->result.side == CONNMON_CLIENT ? CLIENT_TABLE : SERVER_TABLE);
    name_row(table, (int)seen->discriminator, seen);
    nstime_delta(&since, &pinfo->abs_ts, &delay);
    add_srt_table_data(table, (int)seen->discriminator, &since, pinfo);
    return TAP_PACKET_REDRAW;
}

void tap_srt_register(void)
{
    register_srt_table(proto_get_id_by_filter_name("connmon"), "connmon", TABLES, count, start,
                       NULL);
}
