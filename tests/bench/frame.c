/* frame.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frame.h"

#include <stdlib.h>

#include "build.h"

enum { FRAME_ROOM = 2048, NS_PER_S = 1000000000 };

void frame_begin_capture(FILE *out)
{
    static const uint32_t header[] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, FRAME_SNAPLEN, 1};

    fwrite(header, sizeof(header), 1, out);
}

void frame_write(FILE *out, const struct connmon_segment *segment, const char *payload)
{
    struct connmon_segment with_timestamps = *segment;
    uint8_t room[FRAME_ROOM];
    struct connmon_frame frame = connmon_frame_in(room, sizeof(room));
    uint32_t captured = segment->wire_len < FRAME_SNAPLEN ? segment->wire_len : FRAME_SNAPLEN;
    uint32_t record[4] = {(uint32_t)(segment->time_ns / NS_PER_S),
                          (uint32_t)(segment->time_ns % NS_PER_S), captured, segment->wire_len};

    with_timestamps.has_timestamps = true;
    if (connmon_build_segment(&frame, &with_timestamps, payload, segment->payload_len) !=
            CONNMON_BUILD_OK ||
        connmon_frame_size(&frame) != segment->wire_len)
        abort();
    fwrite(record, sizeof(record), 1, out);
    fwrite(connmon_frame_bytes(&frame), captured, 1, out);
}
