/* monitor.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv.h"
#include "decode.h"
#include "json.h"
#include "line.h"
#include "local.h"
#include "summary.h"
#include "tables.h"
#include "terminal.h"
#include "view.h"

/* Bounds what hostile connections may hold; honest ones need a tenth of it. */
enum { CORE_LEAST_BYTES = 64 << 20, CORE_BYTES_EACH = 4096 };

struct monitor {
    const struct options *options;
    struct output *output;
    struct split *split; /* NULL: no files of connections are wanted */
    struct connmon *core;
    struct statistics *statistics; /* NULL: no table of them is wanted */
    const struct view_kind *kind;  /* of `view`; NULL: there is none */
    void *view;
    struct connmon_summary summary;
    struct local local; /* hosts whose side is not measured */
};

/* A file can afford memory with every packet, as Wireshark's window does, and its figures are
 * Wireshark's; but to wait for an ACK that hundreds of later ones have overtaken costs a sixth of
 * the time, for nothing. A live capture may go on for weeks. */
static struct connmon_config configure(const struct options *options)
{
    struct connmon_config config =
        options->interface ? connmon_config_default() : connmon_config_exact();

    config.max_passed = connmon_config_default().max_passed;
    config.max_age_ns = options->max_age_ns;
    config.idle_ns = options->idle_ns;
    config.keep_copies = options->keeps_copies;
    config.begin_at_syn = true; /* nobody else tells where ports are used again */
    config.max_connections = options->max_flows / 2 + options->max_flows % 2;
    if (config.max_connections != 0)
        config.max_memory = CORE_LEAST_BYTES + (size_t)config.max_connections * CORE_BYTES_EACH;
    return config;
}

struct monitor *monitor_new(const struct options *options, struct output *output,
                            struct split *split)
{
    const struct connmon_config config = configure(options);
    const bool has_statistics =
        options->table == TABLE_CONVERSATIONS || options->table == TABLE_HOSTS;
    struct monitor *monitor = calloc(1, sizeof(*monitor));

    if (!monitor)
        return NULL;
    monitor->options = options;
    monitor->output = output;
    monitor->split = split;
    if (options->interface && !options->shows_local)
        monitor->local = local_of(options->interface);
    monitor->core = connmon_new(&config);
    monitor->statistics = has_statistics ? statistics_new(config.max_connections) : NULL;
    monitor->kind = view_kind(options);
    monitor->view =
        monitor->kind ? monitor->kind->open(options, config.max_connections, output) : NULL;
    if (monitor->core && (monitor->statistics || !has_statistics) &&
        (monitor->view || !monitor->kind)) {
        if (options->is_csv && options->table == TABLE_NONE && !split)
            output_begin(output, connmon_csv_header);
        return monitor;
    }
    monitor_free(monitor);
    return NULL;
}

void monitor_free(struct monitor *monitor)
{
    connmon_free(monitor->core);
    statistics_free(monitor->statistics);
    if (monitor->view)
        monitor->kind->close(monitor->view);
    free(monitor);
}

static void print_packet(struct monitor *monitor, const struct connmon_observation *seen)
{
    const struct options *options = monitor->options;
    char text[CONNMON_JSON_SIZE]; /* the longest of them */
    size_t size;

    if (!options->is_json && !options->is_csv)
        size = connmon_line(text, sizeof(text), seen, options->line);
    else if (options->line.quick && !seen->result.tsval.present && !seen->result.seqno.present)
        size = 0;
    else if (options->is_json)
        size = connmon_json(text, sizeof(text), seen);
    else
        size = connmon_csv(text, sizeof(text), seen);
    output_write(monitor->output, text, size);
}

static void take_segment(struct monitor *monitor, const struct packet *packet)
{
    const struct connmon_segment *segment = &packet->segment;
    struct connmon_observation seen;

    monitor->summary.tcp_packets++;
    monitor->summary.without_timestamps += !segment->has_timestamps;
    if (connmon_process(monitor->core, segment, &seen.result) != CONNMON_OK) {
        monitor->summary.uncounted_packets++;
        return;
    }
    monitor->summary.copies += seen.result.is_copy;
    if (local_has(&monitor->local, &segment->src))
        connmon_unmeasure(&seen.result);
    connmon_observe(&seen, segment);
    seen.discriminator = seen.result.connection;
    if (monitor->split)
        split_take(monitor->split, &packet->record, &seen, segment, &packet->payload);
    if (monitor->statistics)
        statistics_add(monitor->statistics, &seen);
    else if (monitor->view)
        monitor->kind->take(monitor->view, segment, &seen);
    else if (!monitor->split)
        print_packet(monitor, &seen);
}

void monitor_pass_time(struct monitor *monitor, int64_t time_ns)
{
    if (monitor->view && monitor->kind->pass_time)
        monitor->kind->pass_time(monitor->view, time_ns);
}

void monitor_expect(struct monitor *monitor, const struct packet *packet)
{
    if (packet->outcome == CONNMON_DECODE_TCP)
        connmon_expect(monitor->core, &packet->segment);
}

void monitor_take(struct monitor *monitor, const struct packet *packet)
{
    struct connmon_summary *summary = &monitor->summary;

    summary->packets++;
    if (!packet->record.time_unknown && packet->outcome != CONNMON_DECODE_TCP)
        monitor_pass_time(monitor, packet->record.time_ns);
    switch (packet->outcome) {
    case CONNMON_DECODE_TCP:
        take_segment(monitor, packet);
        break;
    case CONNMON_DECODE_FRAGMENT:
        summary->fragments++;
        break;
    case CONNMON_DECODE_CUT:
        summary->cut++;
        break;
    case CONNMON_DECODE_MALFORMED:
        summary->malformed++;
        break;
    case CONNMON_DECODE_UNKNOWN_LINK:
        summary->unknown_links++;
        break;
    case CONNMON_DECODE_OTHER:
        break;
    }
}

static void print(void *output, const char *bytes, size_t size)
{
    output_write(output, bytes, size);
}

/* Of the terminal that a table goes to; 0: to none. */
static size_t width_of(const struct options *options)
{
    return options->write ? 0 : terminal_width();
}

bool monitor_print_table(struct monitor *monitor)
{
    const struct options *options = monitor->options;
    const struct connmon_stats core = connmon_stats(monitor->core);
    enum tables_format format = options->is_json  ? TABLES_JSON
                                : options->is_csv ? TABLES_CSV
                                                  : TABLES_TEXT;

    if (monitor->view)
        return monitor->kind->finish(monitor->view) &&
               monitor->kind->losses(monitor->view).dropped == 0;
    return options->table == TABLE_NONE ||
           tables_write(monitor->statistics,
                        options->table == TABLE_HOSTS ? TABLES_HOSTS : TABLES_CONVERSATIONS, format,
                        width_of(options), &core, print, monitor->output);
}

void monitor_summarize(const struct monitor *monitor, struct source_drops drops)
{
    const struct connmon_stats core = connmon_stats(monitor->core);
    struct connmon_summary summary = monitor->summary;
    char text[CONNMON_SUMMARY_SIZE], dropped[TABLES_DROPPED_SIZE];
    struct connection_losses losses = {0};

    summary.flows = core.flows;
    summary.one_way_flows = 2 * core.connections - core.flows;
    summary.dropped_by_kernel = drops.kernel;
    summary.dropped_by_interface = drops.interface;
    summary.unread = drops.unread;
    summary.unjudged = drops.unjudged;
    fwrite(text, 1, connmon_summary_text(text, sizeof(text), &summary), stderr);
    if (monitor->statistics)
        losses = statistics_totals(monitor->statistics).lost;
    else if (monitor->view)
        losses = monitor->kind->losses(monitor->view);
    fputs(tables_dropped(dropped, sizeof(dropped), &core, losses), stderr);
}
