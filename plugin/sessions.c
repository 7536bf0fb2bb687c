/* sessions.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sessions.h"

#include <glib.h>

#include "interest.h"

/* How many there were: in this session, and before it. */
static struct {
    uint32_t frames, streams, connections;
} now, before;

void sessions_take_frame(uint32_t frame)
{
    now.frames = MAX(now.frames, frame);
}

void sessions_take(const struct connmon_segment *segment, const struct connmon_result *result)
{
    now.streams = MAX(now.streams, segment->discriminator + 1);
    now.connections = MAX(now.connections, result->connection + 1);
}

void sessions_end(void)
{
    if (interest_is_tshark()) {
        before.frames += now.frames;
        before.streams += now.streams;
        before.connections += now.connections;
    }
    now.frames = now.streams = now.connections = 0;
}

/* 0 is a frame without a number. */
static void renumber(uint64_t *frame)
{
    if (*frame)
        *frame += before.frames;
}

void sessions_number(struct connmon_observation *seen)
{
    struct connmon_result *result = &seen->result;

    renumber(&seen->packet);
    renumber(&result->original);
    renumber(&result->tsval.packet);
    renumber(&result->seqno.packet);
    renumber(&result->dup_ack.packet);
    renumber(&result->turn.packet);
    seen->discriminator += before.streams;
    result->connection += before.connections;
}
