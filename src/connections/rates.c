/* rates.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rates.h"

#include <string.h>

#include "text.h"

enum column {
#define COLUMN(id, type, rank, name, title, help) COLUMN_##id,
#define INTERVAL_COLUMN COLUMN
#define CONNECTION_COLUMN COLUMN
#define ADDRESS_COLUMN COLUMN
#define WAY_COLUMN COLUMN
#define SHARE_COLUMN COLUMN
#include "rates.def"
};

enum { OTHER_WAY = 0x100 }; /* in a column's id: of ways[1] */

#define ROW(way, prefix, id, type, rank, name, title, help)                                        \
    {prefix, name, title, help, REPORT_##type, rank, (way) | (id)},

static const struct report_column connection_columns[] = {
#define INTERVAL_COLUMN(id, ...) ROW(0, NULL, COLUMN_##id, __VA_ARGS__)
#define CONNECTION_COLUMN INTERVAL_COLUMN
#include "rates.def"
#define WAY_COLUMN(id, ...) ROW(0, "client", COLUMN_##id, __VA_ARGS__)
#include "rates.def"
#define WAY_COLUMN(id, ...) ROW(OTHER_WAY, "server", COLUMN_##id, __VA_ARGS__)
#include "rates.def"
#define SHARE_COLUMN(id, ...) ROW(0, NULL, COLUMN_##id, __VA_ARGS__)
#include "rates.def"
};

static const struct report_column address_columns[] = {
#define INTERVAL_COLUMN(id, ...) ROW(0, NULL, COLUMN_##id, __VA_ARGS__)
#define ADDRESS_COLUMN INTERVAL_COLUMN
#include "rates.def"
#define WAY_COLUMN(id, ...) ROW(0, "sent", COLUMN_##id, __VA_ARGS__)
#include "rates.def"
#define WAY_COLUMN(id, ...) ROW(OTHER_WAY, "received", COLUMN_##id, __VA_ARGS__)
#include "rates.def"
#define SHARE_COLUMN(id, ...) ROW(0, NULL, COLUMN_##id, __VA_ARGS__)
#include "rates.def"
};

void rates_take(struct rates_packet *packet, const struct connmon_observation *seen)
{
    const struct connmon_result *result = &seen->result;

    packet->bytes = seen->wire_len;
    packet->goodput_bytes = result->new_payload;
    packet->rtt_ns = result->rtt_ns;
    packet->has_rtt = result->rtt_source != CONNMON_RTT_NONE;
}

void rates_add(struct rates_way *way, const struct rates_packet *packet)
{
    way->bytes += packet->bytes;
    way->goodput_bytes += packet->goodput_bytes;
    if (!packet->has_rtt)
        return;
    if (way->rtt_count == 0 || packet->rtt_ns < way->rtt_min)
        way->rtt_min = packet->rtt_ns;
    if (way->rtt_count == 0 || packet->rtt_ns > way->rtt_max)
        way->rtt_max = packet->rtt_ns;
    way->rtt_count++;
    way->rtt_sum =
        packet->rtt_ns > INT64_MAX - way->rtt_sum ? INT64_MAX : way->rtt_sum + packet->rtt_ns;
}

static uint64_t sum_of(const struct rates *rates)
{
    return rates->ways[0].bytes + rates->ways[1].bytes;
}

int rates_compare(const void *left, const void *right)
{
    const struct rates *a = *(const struct rates *const *)left;
    const struct rates *b = *(const struct rates *const *)right;

    if (sum_of(a) != sum_of(b))
        return sum_of(a) > sum_of(b) ? -1 : 1;
    if (a->serial != b->serial)
        return a->serial < b->serial ? -1 : 1;
    return memcmp(a->ends[0].addr, b->ends[0].addr, sizeof(a->ends[0].addr));
}

static void set_number(struct report_cell *cell, uint64_t number)
{
    cell->is_present = true;
    cell->number = number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

static void set_end(struct report_cell *cell, const struct connmon_endpoint *end)
{
    struct text text = {cell->text, cell->text + sizeof(cell->text) - 1};

    text_endpoint(&text, end);
    *text.at = '\0';
    cell->is_present = true;
}

static uint64_t per_second(const struct rates *rates, uint64_t amount)
{
    return report_per_second(amount, rates->interval->length_ns);
}

static void set_rtt(struct report_cell *cell, const struct rates_way *way, int64_t ns)
{
    if (way->rtt_count > 0)
        set_number(cell, (uint64_t)ns);
}

static void set_way(const struct rates *rates, const struct rates_way *way, enum column column,
                    struct report_cell *cell)
{
    switch (column) {
    case COLUMN_BYTES:
        set_number(cell, way->bytes);
        break;
    case COLUMN_BYTE_RATE:
        set_number(cell, per_second(rates, way->bytes));
        break;
    case COLUMN_RATE:
        set_number(cell, per_second(rates, 8 * way->bytes));
        break;
    case COLUMN_GOODPUT:
        set_number(cell, per_second(rates, 8 * way->goodput_bytes));
        break;
    case COLUMN_RTT_MIN:
        set_rtt(cell, way, way->rtt_min);
        break;
    case COLUMN_RTT_MAX:
        set_rtt(cell, way, way->rtt_max);
        break;
    default:
        set_rtt(cell, way, way->rtt_count > 0 ? way->rtt_sum / (int64_t)way->rtt_count : 0);
        break;
    }
}

static void set_share(const struct rates *rates, struct report_cell *cell)
{
    if (rates->interval->bytes > 0)
        set_number(cell, (uint64_t)((double)sum_of(rates) * 1e6 / (double)rates->interval->bytes));
}

static void set_cell(const void *row, const struct report_column *column, struct report_cell *cell)
{
    const struct rates *rates = row;
    enum column id = (enum column)(column->id & ~OTHER_WAY);

    cell->is_present = false;
    switch (id) {
    case COLUMN_START:
        cell->is_present = true;
        cell->number = rates->interval->start_ns;
        break;
    case COLUMN_SECONDS:
        set_number(cell, (uint64_t)rates->interval->length_ns);
        break;
    case COLUMN_ACTIVE:
        set_number(cell, rates->interval->active);
        break;
    case COLUMN_TOTAL:
        set_number(cell, rates->interval->bytes);
        break;
    case COLUMN_STREAM:
        set_number(cell, rates->stream);
        break;
    case COLUMN_CLIENT:
    case COLUMN_SERVER:
        set_end(cell, &rates->ends[id == COLUMN_SERVER]);
        break;
    case COLUMN_ADDRESS: /* an endpoint without its port */
        set_end(cell, &rates->ends[0]);
        *strrchr(cell->text, ':') = '\0';
        break;
    case COLUMN_SHARE:
        set_share(rates, cell);
        break;
    default:
        set_way(rates, &rates->ways[column->id & OTHER_WAY ? 1 : 0], id, cell);
        break;
    }
}

#define KIND(columns)                                                                              \
    {                                                                                              \
        columns, sizeof(columns) / sizeof(*(columns)), sizeof(struct rates), set_cell              \
    }

const struct report_kind rates_of_connection = KIND(connection_columns);
const struct report_kind rates_of_address = KIND(address_columns);
