/* monitor.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "decode.h"
#include "http_reader.h"
#include "local.h"
#include "stalls.h"
#include "summary.h"
#include "tables.h"
#include "terminal.h"

/* Of what is read of HTTP and TLS. */
enum {
    MESSAGE_BYTES = 256 << 20,
    EARLY_BYTES = 64 << 20, /* of segments that wait for others before them */
    BODY_BYTES = 64 << 20,  /* of one body, decoded */
};

struct monitor {
    const struct options *options;
    struct output *output;
    struct split *split; /* NULL: no files of connections are wanted */
    struct connmon *core;
    const struct view_functions *functions; /* of `view`; NULL: nothing is shown */
    void *view;
    struct stalls *stalls;        /* NULL: the view does not ask for them */
    struct http_reader *messages; /* likewise */
    struct connmon_summary summary;
    struct local local; /* hosts whose side is not measured */
};

static void print(void *output, const char *bytes, size_t size)
{
    output_write(output, bytes, size);
}

static struct http_reader *begin_messages(const struct options *options, uint32_t most)
{
    const struct http_reader_config config = {
        .connections = most,
        .bytes = MESSAGE_BYTES,
        .early_bytes = EARLY_BYTES,
        .body_bytes = BODY_BYTES,
        .has_bodies = options->view_options.has_bodies,
    };

    return http_reader_new(&config);
}

static bool begin_view(struct monitor *monitor, uint32_t most)
{
    const struct options *options = monitor->options;
    const struct view_config config = {
        .options = options->view_options,
        .most = most,
        .is_live = options->interface != NULL,
        .redraws = !options->write && isatty(STDOUT_FILENO),
        .width = options->write ? NULL : terminal_width,
        .sink = print,
        .to = monitor->output,
    };
    const unsigned traits = options->view->traits;
    const char *head = view_head(options->view, &options->view_options);

    monitor->functions = options->view->functions;
    monitor->view = monitor->functions->begin(&config);
    if (traits & VIEW_STALLS)
        monitor->stalls = stalls_new(options->settings.stall, most);
    if (traits & VIEW_MESSAGES)
        monitor->messages = begin_messages(options, most);
    if (head)
        output_begin(monitor->output, head);
    return monitor->view && (monitor->stalls || !(traits & VIEW_STALLS)) &&
           (monitor->messages || !(traits & VIEW_MESSAGES));
}

struct monitor *monitor_new(const struct options *options, struct output *output,
                            struct split *split)
{
    const struct connmon_config *config = &options->settings.core;
    struct monitor *monitor = calloc(1, sizeof(*monitor));

    if (!monitor)
        return NULL;
    monitor->options = options;
    monitor->output = output;
    monitor->split = split;
    if (options->interface && !options->shows_local)
        monitor->local = local_of(options->interface);
    monitor->core = connmon_new(config);
    if (monitor->core && (!options->view || begin_view(monitor, config->max_connections)))
        return monitor;
    monitor_free(monitor);
    return NULL;
}

void monitor_free(struct monitor *monitor)
{
    connmon_free(monitor->core);
    stalls_free(monitor->stalls);
    http_reader_free(monitor->messages);
    if (monitor->view)
        monitor->functions->free(monitor->view);
    free(monitor);
}

/* Gives the view the segment, with what it asks for besides. */
static void show_segment(struct monitor *monitor, const struct packet *packet,
                         struct connmon_observation *seen)
{
    const struct connmon_segment *segment = &packet->segment;
    struct exchange_hints hints;

    if (monitor->stalls) {
        const struct stall *stall = stalls_follow(monitor->stalls, segment, &seen->result);

        seen->stall_ns = stall ? stall->ns : 0;
    }
    if (monitor->messages) {
        http_reader_read(monitor->messages, seen, segment, packet->payload.bytes,
                         packet->payload.captured, &hints);
        hints.is_selected = true;
    }
    monitor->functions->add(monitor->view, seen, monitor->messages ? &hints : NULL);
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
    if (monitor->view)
        show_segment(monitor, packet, &seen);
}

void monitor_pass_time(struct monitor *monitor, int64_t time_ns)
{
    if (monitor->view && monitor->functions->advance)
        monitor->functions->advance(monitor->view, time_ns);
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

static struct connection_losses losses_of(const struct monitor *monitor)
{
    struct connection_losses losses = {0};

    if (monitor->view && monitor->functions->losses)
        losses = monitor->functions->losses(monitor->view);
    if (monitor->messages)
        losses.dropped += http_reader_losses(monitor->messages).dropped;
    return losses;
}

bool monitor_print_table(struct monitor *monitor)
{
    const struct connmon_stats core = connmon_stats(monitor->core);

    return !monitor->view ||
           (monitor->functions->finish(monitor->view, &core) && losses_of(monitor).dropped == 0);
}

void monitor_summarize(const struct monitor *monitor, struct source_drops drops)
{
    const struct connmon_stats core = connmon_stats(monitor->core);
    struct connmon_summary summary = monitor->summary;
    char text[CONNMON_SUMMARY_SIZE], dropped[TABLES_DROPPED_SIZE];

    summary.flows = core.flows;
    summary.one_way_flows = 2 * core.connections - core.flows;
    summary.dropped_by_kernel = drops.kernel;
    summary.dropped_by_interface = drops.interface;
    summary.unread = drops.unread;
    summary.unjudged = drops.unjudged;
    fwrite(text, 1, connmon_summary_text(text, sizeof(text), &summary), stderr);
    fputs(tables_dropped(dropped, sizeof(dropped), &core, losses_of(monitor)), stderr);
}
