/* flow_index.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flow_index.h"

#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "conversation.h"
#include "field.h"
#include "label.h"
#include "ranges.h"

enum { PIECE_SIZE = 96 };

struct entry {
    struct conversation row;
    struct ranges flows[2]; /* by direction */
    int64_t first_ns;       /* of the first packet; valid if has_time */
    uint8_t first;          /* its direction */
    bool has_time, is_used;
};

struct flow_index {
    struct memory memory;
    struct connection_map entries;
    uint64_t dropped;
};

static void end_entry(void *owner, void *data)
{
    struct flow_index *index = owner;
    struct entry *entry = data;

    conversation_clear(&entry->row, &index->memory);
    ranges_clear(&entry->flows[0], &index->memory);
    ranges_clear(&entry->flows[1], &index->memory);
}

struct flow_index *flow_index_new(uint32_t most)
{
    struct flow_index *index = calloc(1, sizeof(*index));

    if (!index)
        return NULL;
    memory_init(&index->memory, connection_map_budget(most));
    connection_map_init(&index->entries, &index->memory, sizeof(struct entry), most);
    index->entries.end = end_entry;
    index->entries.owner = index;
    return index;
}

void flow_index_reset(struct flow_index *index)
{
    connection_map_clear(&index->entries);
    memory_release(&index->memory);
    index->dropped = 0;
}

void flow_index_free(struct flow_index *index)
{
    if (!index)
        return;
    flow_index_reset(index);
    free(index);
}

struct connection_losses flow_index_losses(const struct flow_index *index)
{
    return (struct connection_losses){.forgotten = index->entries.evicted,
                                      .dropped = index->dropped};
}

static bool add(struct flow_index *index, struct entry *entry,
                const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction;
    bool is_whole = conversation_add(&entry->row, seen, &index->memory);

    if (!entry->is_used) {
        entry->is_used = true;
        entry->first = direction;
        entry->has_time = !seen->time_unknown;
        entry->first_ns = seen->time_ns;
    }
    /* A packet that a read filter rejected has no number. */
    return (seen->packet == 0 ||
            ranges_add(&entry->flows[direction], seen->packet, &index->memory)) &&
           is_whole;
}

void flow_index_add(struct flow_index *index, const struct connmon_observation *seen)
{
    const uint32_t serial = seen->result.connection;
    struct entry *entry = connection_map_use(&index->entries, serial);

    index->dropped += !entry || !add(index, entry, seen);
    connection_map_fit(&index->entries, serial);
}

/* Pasted into Wireshark, it selects the connection's frames and no others: not those that quote one
 * in an ICMP error, nor those that carry it around another TCP header. */
static void put_filter(struct outline *outline, const struct flow_index_options *options,
                       const struct entry *entry)
{
    const struct conversation *row = &entry->row;
    char piece[PIECE_SIZE], label[CONNMON_LABEL_SIZE];
    struct text text = {piece, piece + sizeof(piece) - 1};
    uint64_t bounds[2] = {UINT64_MAX, 0}, first, last;

    for (int i = 0; i < 2; i++) {
        struct ranges_cursor cursor = {0};

        while (ranges_next(&entry->flows[i], &cursor, &first, &last)) {
            bounds[0] = first < bounds[0] ? first : bounds[0];
            bounds[1] = last > bounds[1] ? last : bounds[1];
        }
    }
    text_string(&text, options->has_streams ? "tcp.stream == " : "frame.number >= ");
    text_unsigned(&text, options->has_streams ? row->discriminator : bounds[0], 0);
    if (!options->has_streams) {
        text_string(&text, " && frame.number <= ");
        text_unsigned(&text, bounds[1], 0);
    }
    *text.at = '\0';
    outline_begin_string(outline, "filter");
    outline_piece(outline, piece);
    for (int i = 0; i < 2; i++) {
        outline_piece(outline, i == 0 ? " && (connmon.flow == \"" : "\" || connmon.flow == \"");
        outline_piece(outline,
                      connmon_flow_label(label, sizeof(label), &row->ends[i], &row->ends[!i]));
    }
    outline_piece(outline, "\")");
    outline_end_string(outline);
}

/* "1,3-9,12", as Wireshark and editcap take it. */
static void put_frames(struct outline *outline, const struct ranges *ranges)
{
    struct ranges_cursor cursor = {0};
    uint64_t first, last;
    bool is_first = true;

    outline_begin_string(outline, "frames");
    while (ranges_next(ranges, &cursor, &first, &last)) {
        char piece[PIECE_SIZE];
        struct text text = {piece, piece + sizeof(piece) - 1};

        text_string(&text, is_first ? "" : ",");
        text_unsigned(&text, first, 0);
        if (last > first) {
            text_char(&text, '-');
            text_unsigned(&text, last, 0);
        }
        *text.at = '\0';
        outline_piece(outline, piece);
        is_first = false;
    }
    outline_end_string(outline);
}

static void put_connection(struct outline *outline, const struct flow_index_options *options,
                           const struct flow_index *index, uint32_t serial)
{
    const struct entry *entry = connection_map_find(&index->entries, serial);
    const struct conversation *row = &entry->row;
    char label[CONNMON_LABEL_SIZE];
    const uint8_t client = row->client, first = entry->first;

    outline_begin_object(outline);
    outline_string(outline, "label",
                   connmon_connection_label(label, sizeof(label), &row->ends[first],
                                            &row->ends[!first],
                                            entry->has_time ? &entry->first_ns : NULL));
    outline_number(outline, "stream", row->discriminator);
    outline_endpoint(outline, "client", &row->ends[client]);
    outline_endpoint(outline, "server", &row->ends[!client]);
    if (row->has_time) {
        outline_time(outline, "start", row->first_time);
        outline_time(outline, "end", row->last_time);
    }
    outline_string(outline, "ended", connmon_end_name(row->end));
    put_filter(outline, options, entry);
    outline_begin_list(outline, "flows");
    for (int i = 0; i < 2; i++) {
        uint8_t direction = i == 0 ? client : !client;

        outline_begin_object(outline);
        outline_string(outline, "flow",
                       connmon_flow_label(label, sizeof(label), &row->ends[direction],
                                          &row->ends[!direction]));
        put_frames(outline, &entry->flows[direction]);
        if (options->describe_flow)
            options->describe_flow(options->to, outline, serial, direction);
        outline_end_object(outline);
    }
    outline_end_list(outline);
    if (options->describe)
        options->describe(options->to, outline, serial);
    else if (!options->describe_flow)
        outline_nothing(outline, "file");
    outline_end_object(outline);
}

/* A connection that is to be written. */
struct pick {
    int64_t slowness; /* -1: without a delay */
    uint32_t serial;
};

static int compare(const void *a, const void *b)
{
    const struct pick *left = a, *right = b;

    if (left->slowness != right->slowness)
        return left->slowness > right->slowness ? -1 : 1;
    return left->serial < right->serial ? -1 : 1;
}

static int64_t slowness_of(const struct conversation *row)
{
    static const char *const sides[] = {"client", "server"};
    int64_t most = -1;

    for (int i = 0; i < 2; i++) {
        struct report_cell cell;

        columns_of_conversation.cell(row, bound_column(sides[i], "rtt_p95"), &cell);
        if (cell.is_present && cell.number > most)
            most = cell.number;
    }
    return most;
}

static size_t pick_some(const struct flow_index *index, const struct flow_index_options *options,
                        const uint32_t *serials, size_t count, struct pick *picks)
{
    size_t picked = 0;

    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = connection_map_find(&index->entries, serials[i]);
        int64_t slowness = options->worst != 0 ? slowness_of(&entry->row) : 0;

        if (slowness >= 0 && bounds_hold(&options->bounds, &entry->row))
            picks[picked++] = (struct pick){slowness, serials[i]};
    }
    if (options->worst != 0) {
        qsort(picks, picked, sizeof(*picks), compare);
        picked = picked < options->worst ? picked : options->worst;
    }
    return picked;
}

/* The connections that are wanted, in their order, to be freed by the caller; and the highest
 * number of all. NULL: no memory. */
static struct pick *pick(struct flow_index *index, const struct flow_index_options *options,
                         size_t *picked, uint32_t *highest)
{
    size_t count;
    uint32_t *serials = connection_map_serials(&index->entries, &count);
    struct pick *picks = serials ? calloc(count + 1, sizeof(*picks)) : NULL;

    *highest = picks && count > 0 ? serials[count - 1] : 0;
    if (picks)
        *picked = pick_some(index, options, serials, count, picks);
    memory_free(&index->memory, serials, (count + 1) * sizeof(*serials));
    return picks;
}

bool *flow_index_choose(struct flow_index *index, const struct flow_index_options *options,
                        uint32_t *size)
{
    size_t count;
    uint32_t highest;
    struct pick *picks = pick(index, options, &count, &highest);
    bool *chosen = picks ? calloc((size_t)highest + 1, sizeof(*chosen)) : NULL;

    *size = chosen ? highest + 1 : 0;
    for (size_t i = 0; chosen && i < count; i++)
        chosen[picks[i].serial] = true;
    free(picks);
    return chosen;
}

bool flow_index_write(struct flow_index *index, const struct flow_index_options *options,
                      text_sink *sink, void *to)
{
    size_t count;
    uint32_t highest;
    struct pick *picks = pick(index, options, &count, &highest);
    struct outline outline;

    if (!picks)
        return false;
    outline_begin(&outline, options->format, sink, to);
    for (size_t i = 0; i < count; i++)
        put_connection(&outline, options, index, picks[i].serial);
    outline_end(&outline);
    free(picks);
    return true;
}
