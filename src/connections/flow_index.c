/* flow_index.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flow_index.h"

#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "field.h"
#include "label.h"
#include "ranges.h"
#include "statistics.h"

enum { FIRST_CAPACITY = 64, PIECE_SIZE = 96, NAME_SIZE = 64, MOST_WORD = 80 };

struct entry {
    struct ranges flows[2]; /* by direction */
    int64_t first_ns;       /* of the first packet; valid if has_time */
    uint8_t first;          /* its direction */
    bool has_time, is_used;
};

struct flow_index {
    struct memory memory;
    struct statistics *statistics;
    struct entry *entries; /* by serial number */
    size_t capacity;
    uint64_t dropped;
};

struct flow_index *flow_index_new(void)
{
    struct flow_index *index = calloc(1, sizeof(*index));

    if (!index)
        return NULL;
    memory_init(&index->memory, 0);
    index->statistics = statistics_new();
    if (index->statistics)
        return index;
    free(index);
    return NULL;
}

void flow_index_reset(struct flow_index *index)
{
    for (size_t i = 0; i < index->capacity; i++) {
        ranges_clear(&index->entries[i].flows[0], &index->memory);
        ranges_clear(&index->entries[i].flows[1], &index->memory);
    }
    memory_free(&index->memory, index->entries, index->capacity * sizeof(*index->entries));
    memory_release(&index->memory);
    index->entries = NULL;
    index->capacity = 0;
    index->dropped = 0;
    statistics_reset(index->statistics);
}

void flow_index_free(struct flow_index *index)
{
    if (!index)
        return;
    flow_index_reset(index);
    statistics_free(index->statistics);
    free(index);
}

uint64_t flow_index_dropped(const struct flow_index *index)
{
    return index->dropped;
}

static struct entry *entry_of(struct flow_index *index, uint32_t serial)
{
    size_t capacity = index->capacity ? index->capacity : FIRST_CAPACITY;
    struct entry *entries;

    if (serial < index->capacity)
        return &index->entries[serial];
    while (capacity <= serial)
        capacity *= 2;
    entries = memory_alloc(&index->memory, capacity * sizeof(*entries));
    if (!entries)
        return NULL;
    if (index->capacity > 0)
        memcpy(entries, index->entries, index->capacity * sizeof(*entries));
    memory_free(&index->memory, index->entries, index->capacity * sizeof(*entries));
    index->entries = entries;
    index->capacity = capacity;
    return &entries[serial];
}

void flow_index_add(struct flow_index *index, const struct connmon_observation *seen)
{
    uint8_t direction = seen->result.direction;
    struct entry *entry = entry_of(index, seen->result.connection);

    if (!entry) {
        index->dropped++;
        return;
    }
    if (!entry->is_used) {
        entry->is_used = true;
        entry->first = direction;
        entry->has_time = !seen->time_unknown;
        entry->first_ns = seen->time_ns;
    }
    /* A packet that a read filter rejected has no number. */
    if (seen->packet != 0 && !ranges_add(&entry->flows[direction], seen->packet, &index->memory))
        index->dropped++;
    statistics_add(index->statistics, seen);
}

/* The column of this name, with its prefix if it has one; NULL if there is none. */
static const struct report_column *find_column(const char *prefix, const char *name)
{
    for (size_t i = 0; i < columns_of_conversation.column_count; i++) {
        const struct report_column *column = &columns_of_conversation.columns[i];
        char full[NAME_SIZE];

        if (prefix ? column->prefix && strcmp(column->prefix, prefix) == 0 &&
                         strcmp(column->name, name) == 0
                   : strcmp(report_column_name(column, full, sizeof(full)), name) == 0)
            return column->type == REPORT_TEXT ? NULL : column;
    }
    return NULL;
}

static bool parse_limit(struct flow_index_options *options, char *name, double value)
{
    struct flow_index_limit *limit = &options->limits[options->limit_count];

    if (options->limit_count == FLOW_INDEX_LIMITS || !(value >= 0 && value < 9e9))
        return false;
    for (char *at = name; *at; at++)
        if (*at == '-')
            *at = '_';
    limit->columns[0] = find_column(NULL, name);
    if (!limit->columns[0]) {
        limit->columns[0] = find_column("client", name);
        limit->columns[1] = find_column("server", name);
    }
    if (!limit->columns[0])
        return false;
    if (limit->columns[0]->type == REPORT_TIME || limit->columns[0]->type == REPORT_DATE)
        value *= 1e9;
    limit->value = (int64_t)value;
    options->limit_count++;
    return true;
}

/* A decimal number, whatever the locale says. */
static bool parse_number(const char *text, double *number)
{
    double scale = 1;
    bool is_fraction = false, has_digits = false;

    for (*number = 0; *text; text++) {
        if (*text == '.' && !is_fraction) {
            is_fraction = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        has_digits = true;
        scale *= is_fraction ? 10 : 1;
        *number = *number * 10 + (*text - '0');
    }
    *number /= scale;
    return has_digits;
}

enum flow_index_option flow_index_take(struct flow_index_options *options, const char *word,
                                       size_t length)
{
    char name[MOST_WORD];
    double value;
    char *equals;

    if (length >= sizeof(name))
        return FLOW_INDEX_UNKNOWN;
    memcpy(name, word, length);
    name[length] = '\0';
    if (strncmp(name, "worst=", 6) != 0 && strncmp(name, "min-", 4) != 0 &&
        strncmp(name, "max-", 4) != 0)
        return FLOW_INDEX_UNKNOWN;
    equals = strchr(name, '=');
    if (!equals || !parse_number(equals + 1, &value))
        return FLOW_INDEX_WRONG;
    *equals = '\0';
    if (strcmp(name, "worst") == 0) {
        if (value < 1 || value > UINT32_MAX)
            return FLOW_INDEX_WRONG;
        options->worst = (uint32_t)value;
        return FLOW_INDEX_TAKEN;
    }
    options->limits[options->limit_count % FLOW_INDEX_LIMITS].is_maximum = name[1] == 'a';
    return parse_limit(options, name + strlen("min-"), value) ? FLOW_INDEX_TAKEN : FLOW_INDEX_WRONG;
}

static bool is_within(const struct conversation *row, const struct flow_index_limit *limit)
{
    for (int i = 0; i < 2 && limit->columns[i]; i++) {
        struct report_cell cell;

        columns_of_conversation.cell(row, limit->columns[i], &cell);
        if (cell.is_present &&
            (limit->is_maximum ? cell.number <= limit->value : cell.number >= limit->value))
            return true;
    }
    return false;
}

static bool is_wanted(const struct conversation *row, const struct flow_index_options *options)
{
    for (unsigned i = 0; i < options->limit_count; i++)
        if (!is_within(row, &options->limits[i]))
            return false;
    return true;
}

/* Pasted into Wireshark, it selects the connection's frames and no others: not those that quote one
 * in an ICMP error, nor those that carry it around another TCP header. */
static void put_filter(struct tree *tree, const struct flow_index_options *options,
                       const struct conversation *row, const struct entry *entry)
{
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
    tree_begin_string(tree, "filter");
    tree_piece(tree, piece);
    for (int i = 0; i < 2; i++) {
        tree_piece(tree, i == 0 ? " && (connmon.flow == \"" : "\" || connmon.flow == \"");
        tree_piece(tree, connmon_flow_label(label, sizeof(label), &row->ends[i], &row->ends[!i]));
    }
    tree_piece(tree, "\")");
    tree_end_string(tree);
}

/* "1,3-9,12", as Wireshark and editcap take it. */
static void put_frames(struct tree *tree, const struct ranges *ranges)
{
    struct ranges_cursor cursor = {0};
    uint64_t first, last;
    bool is_first = true;

    tree_begin_string(tree, "frames");
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
        tree_piece(tree, piece);
        is_first = false;
    }
    tree_end_string(tree);
}

static void put_end(struct tree *tree, const char *key, const struct connmon_endpoint *end)
{
    char piece[PIECE_SIZE];
    struct text text = {piece, piece + sizeof(piece) - 1};

    text_endpoint(&text, end);
    *text.at = '\0';
    tree_string(tree, key, piece);
}

static void put_connection(struct tree *tree, const struct flow_index_options *options,
                           const struct flow_index *index, uint32_t serial)
{
    const struct conversation *row = statistics_conversation(index->statistics, serial);
    const struct entry *entry = &index->entries[serial];
    char label[CONNMON_LABEL_SIZE];
    const uint8_t client = row->client, first = entry->first;

    tree_begin_object(tree);
    tree_string(tree, "label",
                connmon_connection_label(label, sizeof(label), &row->ends[first],
                                         &row->ends[!first],
                                         entry->has_time ? &entry->first_ns : NULL));
    tree_number(tree, "stream", row->discriminator);
    put_end(tree, "client", &row->ends[client]);
    put_end(tree, "server", &row->ends[!client]);
    if (row->has_time) {
        tree_time(tree, "start", row->first_time);
        tree_time(tree, "end", row->last_time);
    }
    tree_string(tree, "ended", connmon_end_name(row->end));
    put_filter(tree, options, row, entry);
    tree_begin_list(tree, "flows");
    for (int i = 0; i < 2; i++) {
        uint8_t direction = i == 0 ? client : !client;

        tree_begin_object(tree);
        tree_string(tree, "flow",
                    connmon_flow_label(label, sizeof(label), &row->ends[direction],
                                       &row->ends[!direction]));
        put_frames(tree, &entry->flows[direction]);
        if (options->describe_flow)
            options->describe_flow(options->to, tree, serial, direction);
        tree_end_object(tree);
    }
    tree_end_list(tree);
    if (options->describe)
        options->describe(options->to, tree, serial);
    else if (!options->describe_flow)
        tree_nothing(tree, "file");
    tree_end_object(tree);
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

        columns_of_conversation.cell(row, find_column(sides[i], "rtt_p95"), &cell);
        if (cell.is_present && cell.number > most)
            most = cell.number;
    }
    return most;
}

/* The connections that are wanted, in their order, to be freed by the caller; NULL: no memory. */
static struct pick *pick(const struct flow_index *index, const struct flow_index_options *options,
                         size_t *picked)
{
    size_t room = index->capacity + 1, count = 0;
    struct pick *picks = calloc(room, sizeof(*picks));

    if (!picks)
        return NULL;
    for (uint32_t serial = 0; serial < index->capacity; serial++) {
        const struct conversation *row = statistics_conversation(index->statistics, serial);
        int64_t slowness = row && options->worst != 0 ? slowness_of(row) : 0;

        if (row && index->entries[serial].is_used && slowness >= 0 && is_wanted(row, options))
            picks[count++] = (struct pick){slowness, serial};
    }
    if (options->worst != 0) {
        qsort(picks, count, sizeof(*picks), compare);
        count = count < options->worst ? count : options->worst;
    }
    *picked = count;
    return picks;
}

bool *flow_index_choose(const struct flow_index *index, const struct flow_index_options *options,
                        uint32_t *size)
{
    size_t count;
    struct pick *picks = pick(index, options, &count);
    bool *chosen = calloc(index->capacity + 1, sizeof(*chosen));

    *size = (uint32_t)index->capacity;
    for (size_t i = 0; picks && chosen && i < count; i++)
        chosen[picks[i].serial] = true;
    if (!picks) {
        free(chosen);
        return NULL;
    }
    free(picks);
    return chosen;
}

bool flow_index_write(struct flow_index *index, const struct flow_index_options *options,
                      report_sink *sink, void *to)
{
    size_t count;
    struct pick *picks = pick(index, options, &count);
    struct tree tree;

    if (!picks)
        return false;
    tree_begin(&tree, options->format, sink, to);
    for (size_t i = 0; i < count; i++)
        put_connection(&tree, options, index, picks[i].serial);
    tree_end(&tree);
    free(picks);
    return true;
}
