/* listing.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

enum column {
#define EXCHANGE_COLUMN(id, type, rank, name, title, help) EXCHANGE_##id,
#define BODY_COLUMN EXCHANGE_COLUMN
#define SUM_COLUMN(id, type, rank, name, title, help) SUM_##id,
#include "columns.def"
};

#define ROW(id, type, rank, name, title, help) {NULL, name, title, help, REPORT_##type, rank, id},

static const struct report_column exchange_columns[] = {
#define EXCHANGE_COLUMN(id, ...) ROW(EXCHANGE_##id, __VA_ARGS__)
#include "columns.def"
#define BODY_COLUMN(id, ...) ROW(EXCHANGE_##id, __VA_ARGS__)
#include "columns.def"
};

static const struct report_column sum_columns[] = {
#define SUM_COLUMN(id, ...) ROW(SUM_##id, __VA_ARGS__)
#include "columns.def"
};

enum {
    ALL_EXCHANGE_COLUMNS = sizeof(exchange_columns) / sizeof(exchange_columns[0]),
    BODY_COLUMNS = ALL_EXCHANGE_COLUMNS - EXCHANGE_REQUEST_BODY,
    SUM_COLUMNS = sizeof(sum_columns) / sizeof(sum_columns[0]),
};

/* The ids of exchanges come first, those of bodies last of them: a column's id is its place. */
_Static_assert((int)EXCHANGE_ANSWER_BODY_BASE64 + 1 == ALL_EXCHANGE_COLUMNS, "bodies come last");
_Static_assert((int)SUM_PROTOCOL == ALL_EXCHANGE_COLUMNS, "sums come behind them");
_Static_assert((int)SUM_DELAY_COUNT <= HISTOGRAM_KINDS, "a kind for each delay");

static void set_number(struct report_cell *cell, bool is_present, uint64_t number)
{
    cell->is_present = is_present;
    cell->number = number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

static void set_time(struct report_cell *cell, bool is_present, int64_t ns)
{
    cell->is_present = is_present;
    cell->number = ns;
}

static void set_name(struct report_cell *cell, bool is_present, struct words words)
{
    cell->is_present = is_present && words.bytes;
    cell->name = words.bytes;
    cell->name_size = words.size;
}

static void set_end(struct report_cell *cell, const struct connmon_endpoint *end)
{
    struct text text = {cell->text, cell->text + sizeof(cell->text) - 1};

    text_endpoint(&text, end);
    *text.at = '\0';
    cell->is_present = true;
}

static struct words host_of(const struct exchange *exchange)
{
    return exchange->asked.host.bytes ? exchange->asked.host : exchange->tls_name;
}

static void set_part(struct report_cell *cell, const struct anatomy *parts, enum column column)
{
    const int64_t times[] = {
        [EXCHANGE_CLIENT_TIME] = parts->client,   [EXCHANGE_REQUEST_TIME] = parts->request,
        [EXCHANGE_QUEUED_TIME] = parts->queued,   [EXCHANGE_NETWORK_TIME] = parts->network,
        [EXCHANGE_THINK_TIME] = parts->think,     [EXCHANGE_ANSWER_TIME] = parts->answer,
        [EXCHANGE_STALLED_TIME] = parts->stalled, [EXCHANGE_TOTAL_TIME] = parts->total,
        [EXCHANGE_WHOLE_TIME] = parts->whole,
    };

    set_time(cell, parts->is_known && (column != EXCHANGE_NETWORK_TIME || parts->has_network),
             times[column]);
}

/* What the protocol has said. */
static void set_fact(struct report_cell *cell, const struct exchange *exchange, enum column column)
{
    const struct message_facts *asked = &exchange->asked, *answered = &exchange->answered;
    const bool is_question =
        column == EXCHANGE_REQUEST_BODY || column == EXCHANGE_REQUEST_BODY_BASE64;
    const struct words body = is_question ? asked->body : answered->body;
    const bool is_text = body.bytes && escape_is_utf8(body.bytes, body.size);

    switch (column) {
    case EXCHANGE_METHOD:
        set_name(cell, true, asked->method);
        break;
    case EXCHANGE_HOST:
        set_name(cell, true, host_of(exchange));
        break;
    case EXCHANGE_PATH:
        set_name(cell, true, asked->path);
        break;
    case EXCHANGE_STATUS:
        set_number(cell, answered->status != 0, answered->status);
        break;
    case EXCHANGE_CONTENT_TYPE:
        set_name(cell, true, answered->content_type);
        break;
    case EXCHANGE_CONTENT_CODING:
        set_name(cell, true, answered->content_coding);
        break;
    case EXCHANGE_TRANSFER_CODING:
        set_name(cell, true, answered->transfer_coding);
        break;
    case EXCHANGE_CODED_BYTES:
        set_number(cell, answered->has_coded_bytes, answered->coded_bytes);
        break;
    case EXCHANGE_BODY_BYTES:
        set_number(cell, answered->has_body_bytes, answered->body_bytes);
        break;
    case EXCHANGE_REQUEST_BODY:
    case EXCHANGE_ANSWER_BODY:
        set_name(cell, is_text, body);
        break;
    default:
        set_name(cell, !is_text, body);
        break;
    }
}

static void exchange_cell(const void *row, const struct report_column *column,
                          struct report_cell *cell)
{
    const struct exchange *exchange = row;
    const struct transfer *request = &exchange->request, *answer = &exchange->answer;
    struct anatomy parts;

    switch (column->id) {
    case EXCHANGE_STREAM:
        set_number(cell, true, exchange->stream);
        break;
    case EXCHANGE_NUMBER:
        set_number(cell, exchange->number > 0, exchange->number);
        break;
    case EXCHANGE_REQUEST_FRAME:
        set_number(cell, request->packets > 0, request->last_packet);
        break;
    case EXCHANGE_ANSWER_FIRST_FRAME:
        set_number(cell, answer->packets > 0, answer->first_packet);
        break;
    case EXCHANGE_ANSWER_FRAME:
        set_number(cell, answer->packets > 0, answer->last_packet);
        break;
    case EXCHANGE_START:
        set_time(cell, request->packets > 0 && request->has_time, request->first_time);
        break;
    case EXCHANGE_CLIENT:
        set_end(cell, &exchange->client);
        break;
    case EXCHANGE_SERVER:
        set_end(cell, &exchange->server);
        break;
    case EXCHANGE_REQUEST_BYTES:
        set_number(cell, request->packets > 0, request->bytes);
        break;
    case EXCHANGE_ANSWER_BYTES:
        set_number(cell, answer->packets > 0, answer->bytes);
        break;
    case EXCHANGE_RESENT_BYTES:
        set_number(cell, true, request->resent_bytes + answer->resent_bytes);
        break;
    case EXCHANGE_CLIENT_TIME:
    case EXCHANGE_REQUEST_TIME:
    case EXCHANGE_QUEUED_TIME:
    case EXCHANGE_NETWORK_TIME:
    case EXCHANGE_THINK_TIME:
    case EXCHANGE_ANSWER_TIME:
    case EXCHANGE_STALLED_TIME:
    case EXCHANGE_TOTAL_TIME:
    case EXCHANGE_WHOLE_TIME:
        parts = exchange_anatomy(exchange);
        set_part(cell, &parts, (enum column)column->id);
        break;
    default:
        set_fact(cell, exchange, (enum column)column->id);
        break;
    }
}

static const char *kind_name(enum exchange_kind kind)
{
    static const char *const names[EXCHANGE_KIND_COUNT] = {
#define EXCHANGE_KIND(constant, name, meaning) [constant] = (name),
#include "kinds.def"
    };

    return names[kind];
}

/* A bucket is told by its middle, which may lie beyond the longest. */
static void set_percentile(struct report_cell *cell, const struct sum *sum, enum sum_delay kind,
                           unsigned percent, int64_t max)
{
    int64_t ns = histogram_value(histogram_position(&sum->delays, kind, percent));

    set_time(cell, sum->has_delays, ns < max ? ns : max);
}

static void sum_cell(const void *row, const struct report_column *column, struct report_cell *cell)
{
    const struct sum *sum = row;

    switch (column->id) {
    case SUM_PROTOCOL:
        cell->is_present = true;
        snprintf(cell->text, sizeof(cell->text), "%s", kind_name(sum->kind));
        break;
    case SUM_SERVER:
        set_end(cell, &sum->server);
        break;
    case SUM_HOST:
        set_name(cell, true, sum->host);
        break;
    case SUM_PATH:
        set_name(cell, true, sum->path);
        break;
    case SUM_COUNT:
        set_number(cell, true, sum->count);
        break;
    case SUM_ERRORS: /* which HTTP alone tells */
        set_number(cell, sum->kind == EXCHANGE_HTTP, sum->errors);
        break;
    case SUM_UNANSWERED:
        set_number(cell, true, sum->unanswered);
        break;
    case SUM_THINK_MEDIAN:
    case SUM_THINK_P95:
        set_percentile(cell, sum, DELAY_THINK, column->id == SUM_THINK_MEDIAN ? 50 : 95,
                       sum->think_max);
        break;
    case SUM_THINK_MAX:
        set_time(cell, sum->has_delays, sum->think_max);
        break;
    case SUM_TOTAL_MEDIAN:
    case SUM_TOTAL_P95:
        set_percentile(cell, sum, DELAY_TOTAL, column->id == SUM_TOTAL_MEDIAN ? 50 : 95,
                       sum->total_max);
        break;
    default:
        set_time(cell, sum->has_delays, sum->total_max);
        break;
    }
}

static void write_rows(const struct report_kind *kind, enum listing_format format,
                       const void *const *rows, size_t count, size_t width, text_sink *sink,
                       void *to)
{
    if (format == LISTING_JSON)
        report_json(kind, rows, count, sink, to);
    else if (format == LISTING_CSV)
        report_csv(kind, rows, count, sink, to);
    else
        report_text(kind, rows, count, width, sink, to);
}

/* A body below a title, its lines kept. */
static void write_body(const struct exchange *exchange, const char *of, struct words body,
                       text_sink *sink, void *to)
{
    char bytes[4096];
    struct text text = {bytes, bytes + sizeof(bytes)};

    if (!body.bytes)
        return;
    text.at += snprintf(bytes, sizeof(bytes),
                        "\nStream %" PRIu32 ", transaction %" PRIu32 ", %s body, %zu bytes:\n",
                        exchange->stream, exchange->number, of, body.size);
    for (size_t at = 0; at < body.size;) {
        if (text.end - text.at < 8) {
            sink(to, bytes, (size_t)(text.at - bytes));
            text.at = bytes;
        }
        if (body.bytes[at] == '\n') {
            text_char(&text, '\n');
            at++;
        } else {
            at += escape_plain(&text, body.bytes + at, body.size - at);
        }
    }
    text_char(&text, '\n');
    sink(to, bytes, (size_t)(text.at - bytes));
}

bool listing_write_http(const struct exchanges *all, enum listing_format format, bool has_bodies,
                        size_t width, text_sink *sink, void *to)
{
    const struct report_kind kind = {exchange_columns,
                                     ALL_EXCHANGE_COLUMNS - (has_bodies ? 0 : BODY_COLUMNS),
                                     sizeof(struct exchange), exchange_cell};
    size_t count, listed = 0;
    struct exchange *const *exchanges = exchanges_all(all, &count);
    const void **rows = calloc(count + 1, sizeof(*rows));

    if (!rows)
        return false;
    for (size_t i = 0; i < count; i++)
        if (exchanges[i]->is_http && exchange_is_selected(exchanges[i]))
            rows[listed++] = exchanges[i];
    write_rows(&kind, format, rows, listed, width, sink, to);
    for (size_t i = 0; i < listed && has_bodies && format == LISTING_TEXT; i++) {
        const struct exchange *exchange = rows[i];

        write_body(exchange, "request", exchange->asked.body, sink, to);
        write_body(exchange, "answer", exchange->answered.body, sink, to);
    }
    free(rows);
    return true;
}

bool listing_write_sums(struct sums *sums, enum listing_format format, size_t width,
                        text_sink *sink, void *to)
{
    const struct report_kind kind = {sum_columns, SUM_COLUMNS, sizeof(struct sum), sum_cell};
    size_t count;
    const void *const *rows = sums_rows(sums, &count);

    if (rows)
        write_rows(&kind, format, rows, count, width, sink, to);
    return rows != NULL;
}
