/* columns.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "columns.h"

#include <string.h>

#include "field.h"
#include "text.h"

enum column {
#define CONVERSATION_COLUMN(id, type, rank, name, title, help) CONVERSATION_##id,
#define HOST_COLUMN(id, type, rank, name, title, help) HOST_##id,
#define SIDE_COLUMN(id, type, rank, name, title, help) SIDE_##id,
#define LONE_SIDE_COLUMN SIDE_COLUMN
#define VERDICT_COLUMN CONVERSATION_COLUMN
#include "columns.def"
};

enum { OF_SERVER = 0x100 }; /* in the id of a conversation's column: of the server's side */

#define ROW(side, prefix, id, type, rank, name, title, help)                                       \
    {prefix, name, title, help, REPORT_##type, rank, (side) | (id)},

static const struct report_column conversation_columns[] = {
#define CONVERSATION_COLUMN(id, ...) ROW(0, NULL, CONVERSATION_##id, __VA_ARGS__)
#include "columns.def"
#define SIDE_COLUMN(id, ...) ROW(0, "client", SIDE_##id, __VA_ARGS__)
#define LONE_SIDE_COLUMN SIDE_COLUMN
#include "columns.def"
#define SIDE_COLUMN(id, ...) ROW(OF_SERVER, "server", SIDE_##id, __VA_ARGS__)
#define LONE_SIDE_COLUMN SIDE_COLUMN
#include "columns.def"
#define VERDICT_COLUMN(id, ...) ROW(0, NULL, CONVERSATION_##id, __VA_ARGS__)
#include "columns.def"
};

static const struct report_column host_columns[] = {
#define HOST_COLUMN(id, ...) ROW(0, NULL, HOST_##id, __VA_ARGS__)
#define SIDE_COLUMN(id, ...) ROW(0, NULL, SIDE_##id, __VA_ARGS__)
#include "columns.def"
};

_Static_assert(sizeof(conversation_columns) / sizeof(conversation_columns[0]) <= REPORT_COLUMNS,
               "as many as a report can have");
_Static_assert((int)SIDE_DELAY_COUNT <= HISTOGRAM_KINDS, "a kind for each delay");

static void set_number(struct report_cell *cell, uint64_t number)
{
    cell->is_present = true;
    cell->number = number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

static void set_time(struct report_cell *cell, int64_t ns)
{
    cell->is_present = true;
    cell->number = ns;
}

static void set_text(struct report_cell *cell, const char *words)
{
    struct text text = {cell->text, cell->text + sizeof(cell->text) - 1};

    text_string(&text, words);
    *text.at = '\0';
    cell->is_present = true;
}

static void set_end(struct report_cell *cell, const struct connmon_endpoint *end)
{
    struct text text = {cell->text, cell->text + sizeof(cell->text) - 1};

    text_endpoint(&text, end);
    *text.at = '\0';
    cell->is_present = true;
}

/* An endpoint without its port. */
static void set_address(struct report_cell *cell, const struct connmon_endpoint *end)
{
    set_end(cell, end);
    *strrchr(cell->text, ':') = '\0';
}

static void set_percentile(struct report_cell *cell, const struct side *side, enum side_delay kind,
                           unsigned percent)
{
    unsigned position = histogram_position(&side->delays, kind, percent);

    if (position > 0)
        set_time(cell, histogram_value(position));
}

/* A bucket is told by its middle, which may lie beyond the extremes. */
static void set_rtt_percentile(struct report_cell *cell, const struct side *side, unsigned percent)
{
    set_percentile(cell, side, DELAY_RTT, percent);
    if (cell->is_present && cell->number > side->rtt_max)
        cell->number = side->rtt_max;
    if (cell->is_present && cell->number < side->rtt_min)
        cell->number = side->rtt_min;
}

static void set_delay(const struct side *side, enum column column, struct report_cell *cell)
{
    switch (column) {
    case SIDE_RTT_COUNT:
        set_number(cell, histogram_count(&side->delays, DELAY_RTT));
        break;
    case SIDE_RTT_MIN:
    case SIDE_RTT_MAX:
        if (side->has_rtt)
            set_time(cell, column == SIDE_RTT_MIN ? side->rtt_min : side->rtt_max);
        break;
    case SIDE_RTT_MEDIAN:
    case SIDE_RTT_P95:
        set_rtt_percentile(cell, side, column == SIDE_RTT_MEDIAN ? 50 : 95);
        break;
    case SIDE_JITTER:
        if (side->has_rtt)
            set_time(cell, side->jitter);
        break;
    case SIDE_QUEUEING_MEDIAN:
    case SIDE_QUEUEING_P95:
        set_percentile(cell, side, DELAY_QUEUEING, column == SIDE_QUEUEING_MEDIAN ? 50 : 95);
        break;
    case SIDE_HANDSHAKE:
        if (side->has_handshake)
            set_time(cell, side->handshake);
        break;
    case SIDE_RESPONSE_COUNT:
        set_number(cell, histogram_count(&side->delays, DELAY_RESPONSE));
        break;
    case SIDE_RESPONSE_MEDIAN:
    case SIDE_RESPONSE_P95:
        set_percentile(cell, side, DELAY_RESPONSE, column == SIDE_RESPONSE_MEDIAN ? 50 : 95);
        break;
    default:
        break;
    }
}

static void set_side(const struct side *side, enum column column, struct report_cell *cell)
{
    switch (column) {
    case SIDE_PACKETS:
        set_number(cell, side->packets);
        break;
    case SIDE_BYTES:
        set_number(cell, side->wire_bytes);
        break;
    case SIDE_PAYLOAD:
        set_number(cell, side->payload_bytes);
        break;
    case SIDE_HOLES:
        set_number(cell, side_troubles(side)->holes);
        break;
    case SIDE_MISSING:
        set_number(cell, side_troubles(side)->missing_bytes);
        break;
    case SIDE_RESENT:
        set_number(cell, side_troubles(side)->retransmissions);
        break;
    case SIDE_RESENT_BYTES:
        set_number(cell, side_troubles(side)->retransmitted_bytes);
        break;
    case SIDE_DUP_ACKS:
        set_number(cell, side_troubles(side)->dup_acks);
        break;
    case SIDE_KEEP_ALIVES:
        set_number(cell, side_troubles(side)->keep_alives);
        break;
    case SIDE_COPIES:
        set_number(cell, side->copies);
        break;
    case SIDE_ZERO_WINDOW:
        set_time(cell, side_troubles(side)->zero_window);
        break;
    default:
        set_delay(side, column, cell);
        break;
    }
}

static void set_throughput(const struct conversation *conversation, const struct side *side,
                           struct report_cell *cell)
{
    int64_t duration = conversation_duration(conversation);

    if (duration > 0)
        set_number(cell, report_per_second(8 * side->wire_bytes, duration));
}

static void set_verdict(const struct conversation *conversation, enum column column,
                        struct report_cell *cell)
{
    int64_t ns;
    enum conversation_cause cause = conversation_cause(conversation, &ns);

    if (column == CONVERSATION_VERDICT)
        set_text(cell, conversation_cause_name(cause));
    else if (cause != CAUSE_NOTHING)
        set_time(cell, ns);
}

static void set_whole(const struct conversation *conversation, enum column column,
                      struct report_cell *cell)
{
    const struct side *sides = conversation->sides;
    const uint8_t client = conversation->client;

    switch (column) {
    case CONVERSATION_STREAM:
        set_number(cell, conversation->discriminator);
        break;
    case CONVERSATION_CLIENT:
        set_end(cell, &conversation->ends[client]);
        break;
    case CONVERSATION_SERVER:
        set_end(cell, &conversation->ends[!client]);
        break;
    case CONVERSATION_GUESS:
        set_number(cell, conversation->client_is_guess);
        break;
    case CONVERSATION_START:
        if (conversation->has_time)
            set_time(cell, conversation->first_time);
        break;
    case CONVERSATION_DURATION:
        if (conversation->has_time)
            set_time(cell, conversation_duration(conversation));
        break;
    case CONVERSATION_END:
        set_text(cell, connmon_end_name(conversation->end));
        break;
    case CONVERSATION_PACKETS:
        set_number(cell, (uint64_t)sides[0].packets + sides[1].packets);
        break;
    case CONVERSATION_BYTES:
        set_number(cell, sides[0].wire_bytes + sides[1].wire_bytes);
        break;
    default:
        set_verdict(conversation, column, cell);
        break;
    }
}

static void conversation_cell(const void *row, const struct report_column *column,
                              struct report_cell *cell)
{
    const struct conversation *conversation = row;
    enum column id = (enum column)(column->id & ~OF_SERVER);
    const uint8_t client = conversation->client;
    const struct side *side = &conversation->sides[column->id & OF_SERVER ? !client : client];

    cell->is_present = false;
    if (!column->prefix)
        set_whole(conversation, id, cell);
    else if (id == SIDE_THROUGHPUT)
        set_throughput(conversation, side, cell);
    else if (id == SIDE_ZERO_WINDOW)
        set_time(cell, conversation_zero_window(conversation, side));
    else
        set_side(side, id, cell);
}

static void host_cell(const void *row, const struct report_column *column, struct report_cell *cell)
{
    const struct host *host = row;

    cell->is_present = false;
    switch (column->id) {
    case HOST_ROLE:
        set_text(cell, host->is_server ? "server" : "client");
        break;
    case HOST_ADDRESS:
        set_address(cell, &host->end);
        break;
    case HOST_CONNECTIONS:
        set_number(cell, host->connections);
        break;
    default:
        set_side(&host->side, (enum column)column->id, cell);
        break;
    }
}

#define KIND(columns, type, cell)                                                                  \
    {                                                                                              \
        columns, sizeof(columns) / sizeof(*(columns)), sizeof(type), cell                          \
    }

const struct report_kind columns_of_conversation =
    KIND(conversation_columns, struct conversation, conversation_cell);
const struct report_kind columns_of_host = KIND(host_columns, struct host, host_cell);
