/* bandwidth.c
 *
 * Rows are those of the interval alone; an open hash table of their numbers finds them. When the
 * interval ends, a heap of as many rows as are wanted picks the largest, and the slots of the rows
 * that there were are freed: idle connections are never looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bandwidth.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "memory.h"
#include "rates.h"
#include "text.h"

enum { FIRST_BITS = 6, LAST_BITS = 31, HEAD_SIZE = 160 };

struct bandwidth {
    struct bandwidth_config config;
    report_sink *sink;
    void *to;
    struct memory memory;
    struct rates_interval interval;
    struct rates *rows;
    const void **order; /* as many as rows */
    uint32_t *slots;    /* number of a row plus 1; 0: free */
    size_t count, capacity;
    uint64_t dropped;
    bool has_time;
    uint8_t bits;
};

struct bandwidth *bandwidth_new(const struct bandwidth_config *config, report_sink *sink, void *to)
{
    struct bandwidth *bandwidth = calloc(1, sizeof(*bandwidth));

    if (!bandwidth)
        return NULL;
    memory_init(&bandwidth->memory, 0);
    bandwidth->config = *config;
    bandwidth->sink = sink;
    bandwidth->to = to;
    bandwidth->interval.length_ns = config->interval_ns;
    return bandwidth;
}

static void forget_rows(struct bandwidth *bandwidth)
{
    for (size_t i = 0; i < bandwidth->count; i++)
        bandwidth->slots[bandwidth->rows[i].slot] = 0;
    bandwidth->count = 0;
    bandwidth->interval.bytes = 0;
}

void bandwidth_reset(struct bandwidth *bandwidth)
{
    forget_rows(bandwidth);
    bandwidth->has_time = false;
}

static void free_arrays(struct bandwidth *bandwidth)
{
    struct memory *memory = &bandwidth->memory;

    memory_free(memory, bandwidth->rows, bandwidth->capacity * sizeof(*bandwidth->rows));
    memory_free(memory, bandwidth->order, bandwidth->capacity * sizeof(*bandwidth->order));
    memory_free(memory, bandwidth->slots, ((size_t)1 << bandwidth->bits) * sizeof(uint32_t));
}

void bandwidth_free(struct bandwidth *bandwidth)
{
    if (!bandwidth)
        return;
    free_arrays(bandwidth);
    memory_release(&bandwidth->memory);
    free(bandwidth);
}

uint64_t bandwidth_dropped(const struct bandwidth *bandwidth)
{
    return bandwidth->dropped;
}

static uint64_t sum_of(const struct rates *rates)
{
    return rates->ways[0].bytes + rates->ways[1].bytes;
}

/* Whether `a` is to stand before `b`: the larger; of equal ones the one whose number is smaller, or
 * whose address. */
static int compare(const struct rates *a, const struct rates *b)
{
    if (sum_of(a) != sum_of(b))
        return sum_of(a) > sum_of(b) ? -1 : 1;
    if (a->serial != b->serial)
        return a->serial < b->serial ? -1 : 1;
    return memcmp(a->ends[0].addr, b->ends[0].addr, sizeof(a->ends[0].addr));
}

static int compare_rows(const void *a, const void *b)
{
    return compare(*(const struct rates *const *)a, *(const struct rates *const *)b);
}

/* Restores the heap, whose smallest row is at 0, below `at`. */
static void sink_row(const void **heap, size_t count, size_t at)
{
    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        const void *row = heap[at];

        if (child + 1 < count && compare_rows(&heap[child + 1], &heap[child]) > 0)
            child++;
        if (compare_rows(&heap[at], &heap[child]) >= 0)
            return;
        heap[at] = heap[child];
        heap[child] = row;
    }
}

/* Puts the largest rows, as many as are wanted, in their order. Returns their number. */
static size_t select_rows(struct bandwidth *bandwidth)
{
    const void **order = bandwidth->order;
    size_t count = bandwidth->count, top = bandwidth->config.top;

    for (size_t i = 0; i < count; i++)
        order[i] = &bandwidth->rows[i];
    if (top != 0 && count > top) {
        for (size_t i = top / 2; i-- > 0;)
            sink_row(order, top, i);
        for (size_t i = top; i < count; i++) {
            if (compare_rows(&order[i], &order[0]) < 0) {
                order[0] = order[i];
                sink_row(order, top, 0);
            }
        }
        count = top;
    }
    qsort(order, count, sizeof(*order), compare_rows);
    return count;
}

static void write_head(const struct bandwidth *bandwidth)
{
    static const char *const rates[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", NULL};
    const struct rates_interval *interval = &bandwidth->interval;
    double rate = (double)interval->bytes * 8e9 / (double)interval->length_ns;
    char head[HEAD_SIZE];
    struct text text = {head, head + sizeof(head)};

    if (bandwidth->config.redraws)
        text_string(&text, "\033[H\033[J"); /* ECMA-48: home, and erase what is below */
    text_time_of_day(&text, interval->start_ns);
    text_string(&text, " + ");
    text_duration(&text, interval->length_ns);
    text_string(&text, ": ");
    text_scaled(&text, (uint64_t)rate, rates);
    text_string(&text, ", ");
    text_unsigned(&text, interval->active, 0);
    text_string(&text, " active\n");
    bandwidth->sink(bandwidth->to, head, (size_t)(text.at - head));
}

void bandwidth_finish(struct bandwidth *bandwidth)
{
    const struct report_kind *kind =
        bandwidth->config.by_host ? &rates_of_address : &rates_of_connection;
    size_t count;

    if (bandwidth->interval.bytes == 0 && bandwidth->count == 0)
        return;
    bandwidth->interval.active = bandwidth->count;
    count = select_rows(bandwidth);
    if (bandwidth->config.is_json) {
        report_json(kind, bandwidth->order, count, bandwidth->sink, bandwidth->to);
    } else {
        write_head(bandwidth);
        report_text(kind, bandwidth->order, count, bandwidth->sink, bandwidth->to);
        bandwidth->sink(bandwidth->to, "\n", 1);
    }
    forget_rows(bandwidth);
}

void bandwidth_advance(struct bandwidth *bandwidth, int64_t time_ns)
{
    struct rates_interval *interval = &bandwidth->interval;
    uint64_t passed;

    if (!bandwidth->has_time) {
        bandwidth->has_time = true;
        interval->start_ns = time_ns;
    }
    if (time_ns < interval->start_ns) /* the clock stepped back */
        return;
    passed = ((uint64_t)time_ns - (uint64_t)interval->start_ns) / (uint64_t)interval->length_ns;
    if (passed == 0)
        return;
    bandwidth_finish(bandwidth);
    interval->start_ns =
        (int64_t)((uint64_t)interval->start_ns + passed * (uint64_t)interval->length_ns);
}

/* The slot of the row that is like `wanted`, or the free one where it belongs. */
static uint32_t find_slot(const struct bandwidth *bandwidth, const struct rates *wanted)
{
    uint32_t mask = (UINT32_C(1) << bandwidth->bits) - 1, i, number;
    uint64_t parts[2], hash = wanted->serial;

    memcpy(parts, wanted->ends[0].addr, sizeof(parts));
    if (bandwidth->config.by_host)
        hash = hash_fold(hash_fold(bandwidth->memory.salt, parts[0]), parts[1]) >> 32;
    for (i = hash_slot((uint32_t)hash, bandwidth->memory.salt, bandwidth->bits);;
         i = (i + 1) & mask) {
        number = bandwidth->slots[i];
        if (number == 0)
            return i;
        if (bandwidth->rows[number - 1].serial == wanted->serial &&
            (!bandwidth->config.by_host ||
             (bandwidth->rows[number - 1].ends[0].addr_len == wanted->ends[0].addr_len &&
              memcmp(bandwidth->rows[number - 1].ends[0].addr, wanted->ends[0].addr,
                     sizeof(wanted->ends[0].addr)) == 0)))
            return i;
    }
}

/* Room for one more row, and a table that is at most half full. */
static bool reserve(struct bandwidth *bandwidth)
{
    struct bandwidth grown = *bandwidth;

    if (bandwidth->count < bandwidth->capacity)
        return true;
    grown.bits = bandwidth->slots ? (uint8_t)(bandwidth->bits + 1) : FIRST_BITS;
    if (grown.bits > LAST_BITS)
        return false;
    grown.capacity = (size_t)1 << (grown.bits - 1);
    grown.rows = memory_alloc(&grown.memory, grown.capacity * sizeof(*grown.rows));
    grown.order = memory_alloc(&grown.memory, grown.capacity * sizeof(*grown.order));
    grown.slots = memory_alloc(&grown.memory, ((size_t)1 << grown.bits) * sizeof(*grown.slots));
    if (!grown.rows || !grown.order || !grown.slots) {
        free_arrays(&grown);
        bandwidth->memory = grown.memory;
        return false;
    }
    for (size_t i = 0; i < bandwidth->count; i++) {
        grown.rows[i] = bandwidth->rows[i];
        grown.rows[i].slot = find_slot(&grown, &grown.rows[i]);
        grown.slots[grown.rows[i].slot] = (uint32_t)i + 1;
    }
    bandwidth->memory = grown.memory;
    free_arrays(bandwidth);
    grown.memory = bandwidth->memory;
    *bandwidth = grown;
    return true;
}

/* The row that is like `wanted`; NULL if there is no memory for it. */
static struct rates *row_of(struct bandwidth *bandwidth, const struct rates *wanted)
{
    uint32_t slot;

    if (!reserve(bandwidth))
        return NULL;
    slot = find_slot(bandwidth, wanted);
    if (bandwidth->slots[slot] == 0) {
        struct rates *row = &bandwidth->rows[bandwidth->count++];

        *row = *wanted;
        row->slot = slot;
        row->interval = &bandwidth->interval;
        bandwidth->slots[slot] = (uint32_t)bandwidth->count;
    }
    return &bandwidth->rows[bandwidth->slots[slot] - 1];
}

static void add_address(struct bandwidth *bandwidth, const struct connmon_observation *seen,
                        const struct connmon_endpoint *end, int way)
{
    struct rates wanted = {.ends = {*end}};
    struct rates *row;

    wanted.ends[0].port = 0;
    row = row_of(bandwidth, &wanted);
    if (row)
        rates_add(&row->ways[way], seen);
    else
        bandwidth->dropped++;
}

static void add_connection(struct bandwidth *bandwidth, const struct connmon_observation *seen)
{
    bool is_client = seen->result.side == CONNMON_CLIENT;
    const struct rates wanted = {
        .serial = seen->result.connection,
        .stream = seen->discriminator,
        .ends = {is_client ? seen->src : seen->dst, is_client ? seen->dst : seen->src},
    };
    struct rates *row = row_of(bandwidth, &wanted);

    if (row)
        rates_add(&row->ways[is_client ? 0 : 1], seen);
    else
        bandwidth->dropped++;
}

void bandwidth_add(struct bandwidth *bandwidth, const struct connmon_observation *seen)
{
    if (!seen->time_unknown)
        bandwidth_advance(bandwidth, seen->time_ns);
    bandwidth->interval.bytes += seen->wire_len;
    if (bandwidth->config.by_host) {
        add_address(bandwidth, seen, &seen->src, 0);
        add_address(bandwidth, seen, &seen->dst, 1);
    } else {
        add_connection(bandwidth, seen);
    }
}
