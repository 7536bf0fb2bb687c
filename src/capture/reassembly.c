/* reassembly.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reassembly.h"

#include <stdlib.h>
#include <string.h>

#include "modular.h"

enum {
    FIRST_STREAMS = 256,
    FIRST_SEGMENTS = 8,
    /* To wait in one stream: 20 MB of full segments; more would be slow to keep in order. */
    MOST_SEGMENTS = 16384,
};

/* A segment that came too early. */
struct early {
    uint32_t seqno, size, captured;
    uint8_t bytes[]; /* `captured` */
};

/* What waits in a stream. Streams that wait are in a list, in the order in which they began to. */
struct waiting {
    struct waiting *older, *newer;
    uint32_t stream;
    uint32_t first, end, room; /* of `segments` in use; and how many fit */
    struct early **segments;   /* by seqno */
};

struct stream {
    struct waiting *waiting; /* NULL: nothing does */
    uint32_t next;           /* seqno */
    bool has_begun, has_bytes;
};

struct reassembly {
    struct reassembly_config config;
    struct stream *streams;
    uint32_t room;
    struct waiting *oldest, *newest;
    size_t used; /* bytes that wait, and what it takes to keep them */
};

struct reassembly *reassembly_new(const struct reassembly_config *config)
{
    struct reassembly *reassembly = calloc(1, sizeof(*reassembly));

    if (reassembly)
        reassembly->config = *config;
    return reassembly;
}

/* ---- Waiting ---- */

static size_t cost_of(const struct early *early)
{
    return sizeof(*early) + sizeof(early) + early->captured;
}

static void drop_first(struct reassembly *reassembly, struct waiting *waiting)
{
    struct early *early = waiting->segments[waiting->first++];

    reassembly->used -= cost_of(early);
    free(early);
}

static struct waiting *begin_waiting(struct reassembly *reassembly, uint32_t stream)
{
    struct waiting *waiting = calloc(1, sizeof(*waiting));

    if (!waiting)
        return NULL;
    waiting->stream = stream;
    waiting->older = reassembly->newest;
    *(waiting->older ? &waiting->older->newer : &reassembly->oldest) = waiting;
    reassembly->newest = waiting;
    reassembly->streams[stream].waiting = waiting;
    return waiting;
}

static void discard(struct reassembly *reassembly, struct waiting *waiting)
{
    while (waiting->first < waiting->end)
        drop_first(reassembly, waiting);
    free(waiting->segments);
    free(waiting);
}

static void end_waiting(struct reassembly *reassembly, struct waiting *waiting)
{
    *(waiting->older ? &waiting->older->newer : &reassembly->oldest) = waiting->newer;
    *(waiting->newer ? &waiting->newer->older : &reassembly->newest) = waiting->older;
    reassembly->streams[waiting->stream].waiting = NULL;
    discard(reassembly, waiting);
}

void reassembly_free(struct reassembly *reassembly)
{
    struct waiting *newer;

    if (!reassembly)
        return;
    for (struct waiting *waiting = reassembly->oldest; waiting; waiting = newer) {
        newer = waiting->newer;
        discard(reassembly, waiting);
    }
    free(reassembly->streams);
    free(reassembly);
}

/* Room for one more segment behind the last. */
static bool reserve_segment(struct waiting *waiting)
{
    uint32_t count = waiting->end - waiting->first, room = waiting->room;
    struct early **segments;

    if (waiting->end < room)
        return true;
    if (count > 0)
        memmove(waiting->segments, waiting->segments + waiting->first,
                count * sizeof(*waiting->segments));
    waiting->first = 0;
    waiting->end = count;
    if (room > 0 && count <= room / 2)
        return true;
    room = room ? 2 * room : FIRST_SEGMENTS;
    segments = realloc(waiting->segments, room * sizeof(*segments));
    if (!segments)
        return false;
    waiting->segments = segments;
    waiting->room = room;
    return true;
}

/* Where a segment belongs: behind all that begin before it, or with it. */
static uint32_t find_place(const struct waiting *waiting, uint32_t seqno)
{
    uint32_t low = waiting->first, high = waiting->end;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (mod32_after(waiting->segments[middle]->seqno, seqno))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Whether one that waits brings all that the segment would. */
static bool is_known(const struct waiting *waiting, const struct reassembly_segment *segment)
{
    const struct early *before;
    uint32_t place;

    if (waiting->first == waiting->end)
        return false;
    place = find_place(waiting, segment->seqno);
    if (place == waiting->first)
        return false;
    before = waiting->segments[place - 1];
    return !mod32_after(segment->seqno + segment->size, before->seqno + before->size) &&
           !mod32_after(segment->seqno + segment->captured, before->seqno + before->captured);
}

static bool keep(struct reassembly *reassembly, struct waiting *waiting,
                 const struct reassembly_segment *segment)
{
    struct early *early = malloc(sizeof(*early) + segment->captured);
    uint32_t place;

    if (!early)
        return false;
    early->seqno = segment->seqno;
    early->size = segment->size;
    early->captured = segment->captured;
    if (segment->captured > 0) /* else there may be no bytes at all */
        memcpy(early->bytes, segment->bytes, segment->captured);
    place = find_place(waiting, segment->seqno);
    memmove(waiting->segments + place + 1, waiting->segments + place,
            (waiting->end - place) * sizeof(*waiting->segments));
    waiting->segments[place] = early;
    waiting->end++;
    reassembly->used += cost_of(early);
    return true;
}

static bool wait(struct reassembly *reassembly, uint32_t stream,
                 const struct reassembly_segment *segment)
{
    struct waiting *waiting = reassembly->streams[stream].waiting;
    bool is_kept;

    if (!waiting)
        waiting = begin_waiting(reassembly, stream);
    if (!waiting)
        return false;
    if (is_known(waiting, segment))
        return true;
    is_kept = reserve_segment(waiting) && keep(reassembly, waiting, segment);
    if (waiting->first == waiting->end)
        end_waiting(reassembly, waiting);
    return is_kept;
}

/* ---- Going through ---- */

/* Lets through what is new of a segment that does not begin behind what is due. What was sent but
 * not captured is a gap. */
static void pass(struct reassembly *reassembly, uint32_t stream,
                 const struct reassembly_segment *segment)
{
    struct stream *at = &reassembly->streams[stream];
    uint32_t old = at->next - segment->seqno, known;

    if (old >= segment->size)
        return;
    known = segment->captured > old ? segment->captured - old : 0;
    at->next = segment->seqno + segment->size;
    at->has_bytes = true;
    if (known > 0)
        reassembly->config.bytes(reassembly->config.to, stream, segment->bytes + old, known);
    if (segment->size - old > known)
        reassembly->config.gap(reassembly->config.to, stream, segment->size - old - known, true);
}

/* Lets through what need not wait any more. */
static void pass_waiting(struct reassembly *reassembly, uint32_t stream)
{
    struct waiting *waiting = reassembly->streams[stream].waiting;

    while (waiting && waiting->first < waiting->end) {
        const struct early *early = waiting->segments[waiting->first];

        if (mod32_after(early->seqno, reassembly->streams[stream].next))
            return;
        pass(reassembly, stream,
             &(struct reassembly_segment){.seqno = early->seqno,
                                          .size = early->size,
                                          .bytes = early->bytes,
                                          .captured = early->captured});
        drop_first(reassembly, waiting);
    }
    if (waiting)
        end_waiting(reassembly, waiting);
}

/* What lacks before the first segment that waits will not come. */
static void give_up(struct reassembly *reassembly, const struct waiting *waiting)
{
    uint32_t stream = waiting->stream;
    struct stream *at = &reassembly->streams[stream];
    uint32_t seqno = waiting->segments[waiting->first]->seqno;

    reassembly->config.gap(reassembly->config.to, stream, seqno - at->next, false);
    at->next = seqno;
    at->has_bytes = true;
    pass_waiting(reassembly, stream);
}

static bool reserve_stream(struct reassembly *reassembly, uint32_t stream)
{
    uint32_t room = reassembly->room ? reassembly->room : FIRST_STREAMS;
    struct stream *streams;

    if (stream < reassembly->room)
        return true;
    while (room <= stream)
        room = room > UINT32_MAX / 2 ? UINT32_MAX : 2 * room;
    streams = realloc(reassembly->streams, room * sizeof(*streams));
    if (!streams)
        return false;
    memset(streams + reassembly->room, 0, (room - reassembly->room) * sizeof(*streams));
    reassembly->streams = streams;
    reassembly->room = room;
    return true;
}

bool reassembly_take(struct reassembly *reassembly, uint32_t stream,
                     const struct reassembly_segment *segment)
{
    struct stream *at;
    bool is_taken = true;

    if (!reserve_stream(reassembly, stream))
        return false;
    at = &reassembly->streams[stream];
    if (!at->has_begun || (segment->is_syn && !at->has_bytes && !at->waiting)) {
        at->has_begun = true;
        at->next = segment->seqno;
    }
    if (segment->size == 0)
        return true;
    if (mod32_after(segment->seqno, at->next)) {
        is_taken = wait(reassembly, stream, segment);
    } else {
        pass(reassembly, stream, segment);
        pass_waiting(reassembly, stream);
    }
    at = &reassembly->streams[stream];
    if (at->waiting && at->waiting->end - at->waiting->first >= MOST_SEGMENTS)
        give_up(reassembly, at->waiting);
    while (reassembly->used > reassembly->config.budget && reassembly->oldest)
        give_up(reassembly, reassembly->oldest);
    return is_taken;
}

bool reassembly_next(const struct reassembly *reassembly, uint32_t stream, uint32_t *seqno)
{
    if (stream >= reassembly->room || !reassembly->streams[stream].has_begun)
        return false;
    *seqno = reassembly->streams[stream].next;
    return true;
}

bool reassembly_has_waiting(const struct reassembly *reassembly, uint32_t stream)
{
    return stream < reassembly->room && reassembly->streams[stream].waiting;
}

void reassembly_give_up(struct reassembly *reassembly, uint32_t stream, uint32_t seqno)
{
    struct stream *at = stream < reassembly->room ? &reassembly->streams[stream] : NULL;

    if (!at || !at->has_begun)
        return;
    while (at->waiting && mod32_before(at->waiting->segments[at->waiting->first]->seqno, seqno))
        give_up(reassembly, at->waiting);
    if (!mod32_before(at->next, seqno))
        return;
    reassembly->config.gap(reassembly->config.to, stream, seqno - at->next, false);
    at->next = seqno;
    at->has_bytes = true;
    pass_waiting(reassembly, stream);
}

void reassembly_drop(struct reassembly *reassembly, uint32_t stream)
{
    if (stream >= reassembly->room)
        return;
    if (reassembly->streams[stream].waiting)
        end_waiting(reassembly, reassembly->streams[stream].waiting);
    reassembly->streams[stream] = (struct stream){0};
}

void reassembly_finish(struct reassembly *reassembly)
{
    while (reassembly->oldest)
        give_up(reassembly, reassembly->oldest);
}
