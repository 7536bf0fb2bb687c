/* split.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "split.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "say.h"
#include "view_index.h"

struct split {
    const struct split_options *options;
    struct flow_index *index;
    struct flow_index_options index_options;
    struct export *export;
    bool is_looking; /* at all packets, before it writes some */
    bool *chosen;    /* by serial number; NULL: all */
};

static void lost(void *to, const char *name, const char *why)
{
    const struct split_options *options = to;

    say("lost: %s in %s: %s", name, options->folder, why);
}

static bool open_export(struct split *split, const struct options *options)
{
    const struct export_config config = {
        .format = options->split.format,
        .by_flow = options->split.by_flow,
        .overwrites = options->split.overwrites,
        .line = {.machine = options->view_options.is_machine,
                 .quick = options->view_options.is_quick},
        .lost = lost,
        .to = (void *)&options->split,
    };

    split->export = export_new(split->options->folder, &config);
    if (!split->export)
        say("--split %s: %s", split->options->folder, strerror(errno));
    return split->export != NULL;
}

/* ---- The index ---- */

static void put_file(const struct split *split, struct outline *outline, uint32_t connection,
                     uint8_t direction)
{
    const char *name = export_file(split->export, connection, direction);

    if (name)
        outline_string(outline, "file", name);
    else
        outline_nothing(outline, "file");
}

static void describe_flow(void *to, struct outline *outline, uint32_t connection, uint8_t direction)
{
    const struct split *split = to;
    const struct export_gap *gaps;
    size_t count;

    put_file(split, outline, connection, direction);
    if (split->options->format != EXPORT_PAYLOAD)
        return;
    gaps = export_gaps(split->export, connection, direction, &count);
    outline_begin_list(outline, "gaps");
    for (size_t i = 0; i < count; i++) {
        outline_begin_object(outline);
        outline_number(outline, "at", gaps[i].at);
        outline_number(outline, "missing", gaps[i].size);
        outline_end_object(outline);
    }
    outline_end_list(outline);
}

static void describe(void *to, struct outline *outline, uint32_t connection)
{
    put_file(to, outline, connection, 0);
}

/* By direction or by connection, as the files are. */
static void set_index(struct split *split, const struct options *all)
{
    const struct split_options *options = split->options;
    struct flow_index_options *index = &split->index_options;

    *index = view_index_options(&all->view_options);
    if (!all->view || all->view->id != VIEW_INDEX) /* whose format it is not */
        index->format = OUTLINE_JSON;
    index->to = split;
    if (options->by_flow || options->format == EXPORT_PAYLOAD)
        index->describe_flow = describe_flow;
    else
        index->describe = describe;
}

/* ---- All of it ---- */

struct split *split_new(const struct options *options)
{
    struct split *split = calloc(1, sizeof(*split));

    if (!split) {
        say("no memory");
        return NULL;
    }
    split->options = &options->split;
    split->is_looking = split_looks_first(options);
    set_index(split, options);
    split->index = flow_index_new(0);
    if (!split->index)
        say("no memory for the index");
    else if (open_export(split, options))
        return split;
    split_free(split);
    return NULL;
}

void split_free(struct split *split)
{
    if (!split)
        return;
    export_free(split->export);
    flow_index_free(split->index);
    free(split->chosen);
    free(split);
}

bool split_looks_first(const struct options *options)
{
    const struct view_options *wanted = &options->view_options;

    return options->split.folder && (wanted->worst > 0 || wanted->bounds.count > 0);
}

bool split_choose(struct split *split)
{
    uint32_t count;

    split->chosen = flow_index_choose(split->index, &split->index_options, &count);
    if (!split->chosen) {
        say("no memory for the index");
        return false;
    }
    export_choose(split->export, split->chosen, count);
    split->is_looking = false;
    return true;
}

void split_tell(void *to, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size)
{
    const struct split *split = to;

    if (!split->is_looking)
        export_tell(split->export, type, is_swapped, block, size);
}

void split_take(struct split *split, const struct record *record,
                const struct connmon_observation *seen, const struct connmon_segment *segment,
                const struct connmon_payload *payload)
{
    const struct export_packet packet = {
        .record = record,
        .seen = seen,
        .seqno = segment->seq,
        .payload = payload->bytes,
        .payload_captured = payload->captured,
    };

    if (!split->chosen)
        flow_index_add(split->index, seen);
    if (!split->is_looking)
        export_take(split->export, &packet);
}

static bool write_index(struct split *split)
{
    bool is_written;

    if (!export_begin_index(split->export, split->index_options.format)) {
        say("no memory for the index");
        return false;
    }
    is_written =
        flow_index_write(split->index, &split->index_options, export_put_index, split->export);
    if (!is_written)
        say("no memory for the index");
    export_end_index(split->export);
    return is_written;
}

bool split_finish(struct split *split)
{
    struct export_totals totals;
    uint64_t unindexed = flow_index_losses(split->index).dropped;
    bool is_indexed;

    export_finish(split->export);
    is_indexed = write_index(split);
    totals = export_totals(split->export);
    if (unindexed > 0)
        say("no memory for %" PRIu64 " packets of the index", unindexed);
    if (totals.lost_packets > 0)
        say("%" PRIu64 " packets are in no file", totals.lost_packets);
    return is_indexed && unindexed == 0 && totals.lost == 0 && totals.lost_packets == 0;
}

void split_summarize(const struct split *split)
{
    const struct export_totals totals = export_totals(split->export);

    fprintf(stderr, "%" PRIu64 " files with %" PRIu64 " bytes in %s", totals.files - totals.lost,
            totals.bytes, split->options->folder);
    if (totals.lost > 0)
        fprintf(stderr, ", %" PRIu64 " files lost", totals.lost);
    if (totals.gaps > 0)
        fprintf(stderr, ", %" PRIu64 " gaps in payload", totals.gaps);
    if (totals.secrets > 0)
        fprintf(stderr, ", %" PRIu64 " blocks of keys in none of them", totals.secrets);
    if (totals.names > 0)
        fprintf(stderr, ", %" PRIu64 " names beyond 1 KiB of an address in none", totals.names);
    if (totals.options > 0)
        fprintf(stderr, ", %" PRIu64 " options beyond 2 KiB of a section or interface in none",
                totals.options);
    fputs("\n", stderr);
}
