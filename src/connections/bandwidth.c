/* bandwidth.c
 *
 * Rows are those of the interval alone. When it ends, a heap of as many rows as are wanted picks
 * the largest: idle connections are never looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bandwidth.h"

#include <stdlib.h>
#include <string.h>

#include "rates_table.h"
#include "text.h"

enum { HEAD_SIZE = 160, MOST_WAITING = 16 };

struct bandwidth {
    struct bandwidth_config config;
    text_sink *sink;
    void *to;
    struct rates_interval interval;
    struct rates_table table;
    uint64_t dropped;
    bool has_time;
    uint8_t waiting; /* packets that are not in their rows yet */
    struct rates_packet packets[MOST_WAITING];
};

struct bandwidth *bandwidth_new(const struct bandwidth_config *config, text_sink *sink, void *to)
{
    struct bandwidth *bandwidth = calloc(1, sizeof(*bandwidth));

    if (!bandwidth)
        return NULL;
    rates_table_init(&bandwidth->table, config->by_host, config->most);
    bandwidth->config = *config;
    bandwidth->sink = sink;
    bandwidth->to = to;
    bandwidth->interval.length_ns = config->interval_ns;
    return bandwidth;
}

static void forget_interval(struct bandwidth *bandwidth)
{
    rates_table_clear(&bandwidth->table);
    bandwidth->waiting = 0;
    bandwidth->interval.bytes = 0;
}

void bandwidth_reset(struct bandwidth *bandwidth)
{
    forget_interval(bandwidth);
    bandwidth->has_time = false;
}

void bandwidth_free(struct bandwidth *bandwidth)
{
    if (!bandwidth)
        return;
    rates_table_release(&bandwidth->table);
    free(bandwidth);
}

struct connection_losses bandwidth_losses(const struct bandwidth *bandwidth)
{
    return (struct connection_losses){.forgotten = bandwidth->table.forgotten,
                                      .dropped = bandwidth->dropped};
}

/* Restores the heap, whose smallest row is at 0, below `at`. */
static void sink_row(const void **heap, size_t count, size_t at)
{
    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        const void *row = heap[at];

        if (child + 1 < count && rates_compare(&heap[child + 1], &heap[child]) > 0)
            child++;
        if (rates_compare(&heap[at], &heap[child]) >= 0)
            return;
        heap[at] = heap[child];
        heap[child] = row;
    }
}

/* Puts the largest rows, as many as are wanted, in their order. Returns their number. */
static size_t select_rows(struct bandwidth *bandwidth)
{
    const struct rates_table *table = &bandwidth->table;
    const void **order = table->order;
    size_t count = table->count, top = bandwidth->config.top;

    for (size_t i = 0; i < count; i++) {
        table->rows[i].interval = &bandwidth->interval;
        order[i] = &table->rows[i];
    }
    if (top != 0 && count > top) {
        for (size_t i = top / 2; i-- > 0;)
            sink_row(order, top, i);
        for (size_t i = top; i < count; i++) {
            if (rates_compare(&order[i], &order[0]) < 0) {
                order[0] = order[i];
                sink_row(order, top, 0);
            }
        }
        count = top;
    }
    if (count > 1) /* there may be no array */
        qsort(order, count, sizeof(*order), rates_compare);
    return count;
}

static void write_head(const struct bandwidth *bandwidth)
{
    static const char *const rates[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", NULL};
    const struct rates_interval *interval = &bandwidth->interval;
    char head[HEAD_SIZE];
    struct text text = {head, head + sizeof(head)};

    if (bandwidth->config.redraws)
        text_string(&text, "\033[H\033[J"); /* ECMA-48: home, and erase what is below */
    text_time_of_day(&text, interval->start_ns);
    text_string(&text, " + ");
    text_duration(&text, interval->length_ns);
    text_string(&text, ": ");
    text_scaled(&text, report_per_second(8 * interval->bytes, interval->length_ns), rates);
    text_string(&text, ", ");
    text_unsigned(&text, interval->active, 0);
    text_string(&text, " active\n");
    bandwidth->sink(bandwidth->to, head, (size_t)(text.at - head));
}

static void settle(struct bandwidth *bandwidth)
{
    bandwidth->dropped +=
        rates_table_add(&bandwidth->table, bandwidth->packets, bandwidth->waiting);
    bandwidth->waiting = 0;
}

static bool is_empty(const struct bandwidth *bandwidth)
{
    return bandwidth->interval.bytes == 0 && bandwidth->table.count == 0;
}

static void write_interval(struct bandwidth *bandwidth)
{
    const struct report_kind *kind =
        bandwidth->config.by_host ? &rates_of_address : &rates_of_connection;
    const struct rates_table *table = &bandwidth->table;
    size_t count;

    bandwidth->interval.active = table->begun;
    count = select_rows(bandwidth);
    if (bandwidth->config.is_json) {
        report_json(kind, table->order, count, bandwidth->sink, bandwidth->to);
    } else {
        write_head(bandwidth);
        report_text(kind, table->order, count,
                    bandwidth->config.width ? bandwidth->config.width() : 0, bandwidth->sink,
                    bandwidth->to);
        bandwidth->sink(bandwidth->to, "\n", 1);
    }
    forget_interval(bandwidth);
}

void bandwidth_finish(struct bandwidth *bandwidth)
{
    settle(bandwidth);
    if (!is_empty(bandwidth))
        write_interval(bandwidth);
}

/* Ends the interval, unless it has that time, and begins the one that has. All begin at whole
 * lengths from the first packet's time. */
static void go_to(struct bandwidth *bandwidth, int64_t time_ns)
{
    struct rates_interval *interval = &bandwidth->interval;
    const uint64_t time = (uint64_t)time_ns, length = (uint64_t)interval->length_ns;
    uint64_t start, passed;

    if (!bandwidth->has_time)
        interval->start_ns = time_ns;
    bandwidth->has_time = true;
    start = (uint64_t)interval->start_ns;
    passed = (time - start) / length;
    if (passed == 0)
        return;
    settle(bandwidth);
    if (!is_empty(bandwidth) || (bandwidth->config.shows_idle && time_ns > interval->start_ns))
        write_interval(bandwidth);
    interval->start_ns = time_ns > interval->start_ns
                             ? (int64_t)(start + passed * length)
                             : (int64_t)(start - ((start - time - 1) / length + 1) * length);
}

void bandwidth_advance(struct bandwidth *bandwidth, int64_t time_ns)
{
    if (!bandwidth->has_time || time_ns > bandwidth->interval.start_ns)
        go_to(bandwidth, time_ns);
}

/* The next one to be filled, in place: to copy it costs as much again. Rows are filled by several
 * packets at a time. */
static struct rates_packet *next_packet(struct bandwidth *bandwidth)
{
    if (bandwidth->waiting == MOST_WAITING)
        settle(bandwidth);
    return &bandwidth->packets[bandwidth->waiting++];
}

static void add_address(struct bandwidth *bandwidth, const struct connmon_observation *seen,
                        const struct connmon_endpoint *end, uint8_t way)
{
    struct rates_packet *packet = next_packet(bandwidth);

    rates_take(packet, seen);
    packet->ends[0] = *end;
    packet->ends[0].port = 0;
    packet->way = way;
}

static void add_connection(struct bandwidth *bandwidth, const struct connmon_observation *seen)
{
    struct rates_packet *packet = next_packet(bandwidth);
    bool is_client = seen->result.side == CONNMON_CLIENT;

    rates_take(packet, seen);
    packet->serial = seen->result.connection;
    packet->stream = seen->discriminator;
    packet->ends[0] = is_client ? seen->src : seen->dst;
    packet->ends[1] = is_client ? seen->dst : seen->src;
    packet->way = is_client ? 0 : 1;
}

void bandwidth_add(struct bandwidth *bandwidth, const struct connmon_observation *seen)
{
    if (seen->result.is_copy) /* the link has carried it once */
        return;
    if (!seen->time_unknown)
        go_to(bandwidth, seen->time_ns);
    bandwidth->interval.bytes += seen->wire_len;
    if (bandwidth->config.by_host) {
        add_address(bandwidth, seen, &seen->src, 0);
        add_address(bandwidth, seen, &seen->dst, 1);
    } else {
        add_connection(bandwidth, seen);
    }
}
