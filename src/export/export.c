/* export.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "folder.h"
#include "json.h"
#include "label.h"
#include "packet_outline.h"
#include "reassembly.h"

enum { BUDGET = 1 << 28, PAYLOAD_BUDGET = 1 << 26, FIRST_ROOM = 256 };

/* A connection, or a direction of one. */
struct part {
    struct connmon_endpoint ends[2]; /* of its first packet: from, to */
    struct container_file told;
    uint32_t file; /* valid if has_file */
    bool is_begun, has_time, has_file, is_told_lost;
    bool has_outline; /* which was begun, and is to be ended */
    int64_t first_ns;
    uint64_t bytes; /* of payload */
};

struct export
{
    struct export_config config;
    const bool *chosen; /* by serial number; NULL: all */
    uint32_t chosen_count;
    struct folder *folder;
    struct container *container;
    struct reassembly *reassembly; /* NULL: not of payload */
    struct part *parts;            /* by connection and, if `by_flow`, direction */
    uint32_t room;
    struct export_gap *gaps;
    size_t gap_count, gap_room;
    uint64_t lost_packets;
    uint32_t index; /* file */
};

static void lost_file(void *to, const char *name, int error)
{
    const struct export *export = to;
    const char *why = error == EEXIST ? "is there already" : strerror(error);

    export->config.lost(export->config.to, name, why);
}

/* ---- Parts ---- */

static bool reserve(struct export *export, uint32_t part)
{
    size_t room = export->room ? export->room : FIRST_ROOM;
    struct part *parts;

    if (part < export->room)
        return true;
    while (room <= part)
        room *= 2;
    parts = room > UINT32_MAX ? NULL : realloc(export->parts, room * sizeof(*parts));
    if (!parts)
        return false;
    memset(parts + export->room, 0, (room - export->room) * sizeof(*parts));
    export->parts = parts;
    export->room = (uint32_t)room;
    return true;
}

static uint32_t number_of(const struct export *export, uint32_t connection, uint8_t direction)
{
    return export->config.by_flow ? 2 * connection + direction : connection;
}

/* The part that a packet belongs to. NULL: no memory. */
static struct part *part_of(struct export *export, const struct connmon_observation *seen)
{
    uint32_t number = number_of(export, seen->result.connection, seen->result.direction);
    struct part *part;

    if (!reserve(export, number))
        return NULL;
    part = &export->parts[number];
    if (!part->is_begun) {
        part->is_begun = true;
        part->ends[0] = seen->src;
        part->ends[1] = seen->dst;
        part->has_time = !seen->time_unknown;
        part->first_ns = seen->time_ns;
    }
    return part;
}

static bool has_file(const struct export *export, struct part *part)
{
    static const char *const extensions[] = {
        [EXPORT_PCAPNG] = ".pcapng", [EXPORT_PCAP] = ".pcap",   [EXPORT_JSON] = ".jsonl",
        [EXPORT_TEXT] = ".txt",      [EXPORT_PLIST] = ".plist", [EXPORT_OUTLINE] = ".txt",
        [EXPORT_PAYLOAD] = ".bin",
    };

    _Static_assert(sizeof(extensions) / sizeof(extensions[0]) == EXPORT_PAYLOAD + 1,
                   "one for each");
    char label[CONNMON_LABEL_SIZE];

    if (part->has_file)
        return true;
    connmon_connection_label(label, sizeof(label), &part->ends[0], &part->ends[1],
                             part->has_time ? &part->first_ns : NULL);
    part->has_file =
        folder_add(export->folder, label, extensions[export->config.format], &part->file);
    return part->has_file;
}

/* ---- Payload ---- */

static void take_bytes(void *to, uint32_t stream, const uint8_t *bytes, size_t size)
{
    struct export *export = to;
    struct part *part = &export->parts[stream];

    if (!has_file(export, part))
        return;
    folder_append(export->folder, part->file, bytes, size);
    part->bytes += size;
}

/* The latest gap, if it is at the same place: what is lost and what is cut off are one. */
static struct export_gap *same_gap(const struct export *export, uint32_t stream)
{
    struct export_gap *gap = export->gap_count ? &export->gaps[export->gap_count - 1] : NULL;

    return gap && gap->stream == stream && gap->at == export->parts[stream].bytes ? gap : NULL;
}

static void take_gap(void *to, uint32_t stream, uint32_t size, bool is_cut)
{
    (void)is_cut;
    struct export *export = to;
    struct export_gap *gap = same_gap(export, stream);

    if (gap) {
        gap->size += size;
        return;
    }
    if (export->gap_count == export->gap_room) {
        size_t room = export->gap_room ? 2 * export->gap_room : FIRST_ROOM;
        struct export_gap *gaps = realloc(export->gaps, room * sizeof(*gaps));

        if (!gaps)
            return;
        export->gaps = gaps;
        export->gap_room = room;
    }
    export->gaps[export->gap_count++] = (struct export_gap){
        .at = export->parts[stream].bytes,
        .size = size,
        .stream = stream,
    };
}

static void take_payload(struct export *export, const struct export_packet *packet)
{
    const struct connmon_observation *seen = packet->seen;
    uint32_t size = seen->result.payload_len;
    const struct reassembly_segment segment = {
        .is_syn = (seen->flags & CONNMON_SYN) != 0,
        .seqno = packet->seqno + ((seen->flags & CONNMON_SYN) != 0),
        .size = size,
        .bytes = packet->payload,
        .captured = packet->payload_captured < size ? packet->payload_captured : size,
    };

    if (seen->flags & CONNMON_RST) /* what it carries is no part of the stream */
        return;
    if (!reassembly_take(export->reassembly,
                         number_of(export, seen->result.connection, seen->result.direction),
                         &segment))
        export->lost_packets++;
}

static int by_place(const void *a, const void *b)
{
    const struct export_gap *one = a, *other = b;

    if (one->stream != other->stream)
        return one->stream < other->stream ? -1 : 1;
    return one->at < other->at ? -1 : one->at > other->at;
}

/* ---- Packets ---- */

static void take_record(struct export *export, struct part *part, const struct record *record)
{
    static const char *const reasons[] = {
        [CONTAINER_OTHER_LINK] = "has packets of several link types, as only pcapng can",
        [CONTAINER_OTHER_AGE] = "has times before 1970 or after 2106, as only pcapng can",
        [CONTAINER_TOO_LARGE] = "would need more than 16 MiB of interfaces",
    };
    enum container_status status =
        container_append(export->container, &part->told, record, export->folder, part->file);
    const char *name = folder_name(export->folder, part->file);

    if (status == CONTAINER_GOOD)
        return;
    export->lost_packets++;
    if (!part->is_told_lost && name)
        export->config.lost(export->config.to, name, reasons[status]);
    part->is_told_lost = true;
}

static void take_text(const struct export *export, const struct part *part,
                      const struct connmon_observation *seen)
{
    char text[CONNMON_JSON_SIZE > CONNMON_LINE_SIZE ? CONNMON_JSON_SIZE : CONNMON_LINE_SIZE];
    size_t size = export->config.format == EXPORT_JSON
                      ? connmon_json(text, sizeof(text), seen)
                      : connmon_line(text, sizeof(text), seen, export->config.line);

    folder_append(export->folder, part->file, text, size);
}

/* ---- Packets as outlines ---- */

struct target {
    struct folder *folder;
    uint32_t file;
};

static void append(void *to, const char *text, size_t size)
{
    const struct target *target = to;

    folder_append(target->folder, target->file, text, size);
}

static bool has_outlines(const struct export *export)
{
    return export->config.format == EXPORT_PLIST || export->config.format == EXPORT_OUTLINE;
}

static enum outline_format outline_of(const struct export *export)
{
    return export->config.format == EXPORT_PLIST ? OUTLINE_PLIST : OUTLINE_TEXT;
}

static void take_outline(const struct export *export, struct part *part,
                         const struct connmon_observation *seen)
{
    struct target target = {export->folder, part->file};
    struct outline outline;

    if (part->has_outline)
        outline_resume(&outline, outline_of(export), append, &target);
    else
        outline_begin(&outline, outline_of(export), append, &target);
    part->has_outline = true;
    connmon_outline(&outline, seen);
    outline_flush(&outline);
}

static void end_outline(struct export *export, const struct part *part)
{
    struct target target = {export->folder, part->file};
    struct outline outline;

    outline_resume(&outline, outline_of(export), append, &target);
    outline_end(&outline);
}

/* ---- All packets ---- */

void export_choose(struct export *export, const bool *chosen, uint32_t count)
{
    export->chosen = chosen;
    export->chosen_count = count;
}

static bool is_chosen(const struct export *export, uint32_t connection)
{
    return !export->chosen || (connection < export->chosen_count && export->chosen[connection]);
}

void export_take(struct export *export, const struct export_packet *packet)
{
    struct part *part;

    if (!is_chosen(export, packet->seen->result.connection) ||
        (export->reassembly && packet->seen->result.is_copy))
        return;
    part = part_of(export, packet->seen);
    if (!part || (!export->reassembly && !has_file(export, part)))
        export->lost_packets++;
    else if (export->reassembly)
        take_payload(export, packet);
    else if (export->container)
        take_record(export, part, packet->record);
    else if (has_outlines(export))
        take_outline(export, part, packet->seen);
    else
        take_text(export, part, packet->seen);
}

void export_tell(void *to, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size)
{
    const struct export *export = to;

    if (export->container)
        container_tell(export->container, type, is_swapped, block, size);
}

/* ---- All of it ---- */

static bool make_parts(struct export *export)
{
    const struct reassembly_config payload = {
        .budget = PAYLOAD_BUDGET, .bytes = take_bytes, .gap = take_gap, .to = export};
    enum export_format format = export->config.format;

    if (format == EXPORT_PAYLOAD) {
        export->config.by_flow = true;
        export->reassembly = reassembly_new(&payload);
        return export->reassembly != NULL;
    }
    if (format != EXPORT_PCAPNG && format != EXPORT_PCAP)
        return true;
    export->container = container_new(format == EXPORT_PCAPNG);
    return export->container != NULL;
}

struct export *export_new(const char *path, const struct export_config *config)
{
    struct export *export = calloc(1, sizeof(*export));
    const struct folder_config files = {
        .budget = BUDGET, .overwrites = config->overwrites, .lost = lost_file, .to = export};
    int error;

    if (!export)
        return NULL;
    export->config = *config;
    export->folder = folder_open(path, &files);
    error = export->folder ? ENOMEM : errno;
    if (export->folder && make_parts(export))
        return export;
    export_free(export);
    errno = error;
    return NULL;
}

void export_free(struct export *export)
{
    if (!export)
        return;
    reassembly_free(export->reassembly);
    container_free(export->container);
    folder_free(export->folder);
    free(export->parts);
    free(export->gaps);
    free(export);
}

void export_finish(struct export *export)
{
    if (export->reassembly)
        reassembly_finish(export->reassembly);
    for (uint32_t i = 0; i < export->room; i++) {
        const struct part *part = &export->parts[i];

        if (!part->has_file)
            continue;
        if (export->container)
            container_end(export->container, &part->told, part->ends, export->folder, part->file);
        if (part->has_outline)
            end_outline(export, part);
        folder_finish(export->folder, part->file);
    }
    if (export->gap_count > 0)
        qsort(export->gaps, export->gap_count, sizeof(*export->gaps), by_place);
}

struct export_totals export_totals(const struct export *export)
{
    const struct folder_totals files = folder_totals(export->folder);
    struct container_dropped dropped = {0};

    if (export->container)
        dropped = container_dropped(export->container);
    return (struct export_totals){
        .files = files.files,
        .lost = files.lost,
        .bytes = files.bytes,
        .lost_packets = export->lost_packets,
        .gaps = export->gap_count,
        .secrets = export->container ? container_secrets(export->container) : 0,
        .names = dropped.names,
        .options = dropped.options,
    };
}

const char *export_file(const struct export *export, uint32_t connection, uint8_t direction)
{
    uint32_t number = number_of(export, connection, direction);

    if (number >= export->room || !export->parts[number].has_file)
        return NULL;
    return folder_name(export->folder, export->parts[number].file);
}

const struct export_gap *export_gaps(const struct export *export, uint32_t connection,
                                     uint8_t direction, size_t *count)
{
    const uint32_t stream = 2 * connection + direction;
    size_t low = 0, high = export->gap_count, end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (export->gaps[middle].stream < stream)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < export->gap_count; end++)
        if (export->gaps[end].stream != stream)
            break;
    *count = end - low;
    return *count > 0 ? &export->gaps[low] : NULL;
}

bool export_begin_index(struct export *export, enum outline_format format)
{
    static const char *const extensions[] = {
        [OUTLINE_JSON] = ".jsonl", [OUTLINE_PLIST] = ".plist", [OUTLINE_TEXT] = ".txt"};

    return folder_add(export->folder, "index", extensions[format], &export->index);
}

void export_put_index(void *to, const char *text, size_t size)
{
    const struct export *export = to;

    folder_append(export->folder, export->index, text, size);
}

void export_end_index(struct export *export)
{
    folder_finish(export->folder, export->index);
}
