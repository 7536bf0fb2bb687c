/* tcp_header.c - the last header of the way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frame.h"
#include "numbers.h"

/* RFC 9293 section 3.1. */
enum {
    HEADER_UP_TO_FLAGS = 14,
    HEADER_UP_TO_WINDOW = 16,
    HEADER_UP_TO_CHECKSUM = 18,
    FLAGS = 0x0fff, /* of the 16 bits with the header length */
};

/* An option of `size` bytes, of which `captured` are there. */
static void read_option(const uint8_t *at, uint32_t size, uint32_t captured,
                        struct connmon_segment *segment)
{
    if (captured < 6)
        return;
    if (at[0] == TCP_OPTION_TIMESTAMPS && size == TCP_TIMESTAMPS_BYTES) {
        segment->has_timestamps = true;
        segment->tsval = load32(at + 2);
        segment->tsecr = captured >= TCP_TIMESTAMPS_BYTES ? load32(at + 6) : 0;
    } else if (at[0] == TCP_OPTION_SACK) {
        segment->has_sack = true;
    }
}

/* Reads options up to the first that is not what it should be, as a receiver would. */
static void read_options(const uint8_t *at, uint32_t size, uint32_t captured,
                         struct connmon_segment *segment)
{
    uint32_t option_size;

    for (uint32_t i = 0; i < captured; i += option_size) {
        option_size = tcp_option_size(at + i, size - i, captured - i);
        if (option_size == 0)
            return;
        read_option(at + i, option_size, captured - i < option_size ? captured - i : option_size,
                    segment);
    }
}

enum connmon_layer read_tcp(struct frame *frame)
{
    const uint8_t *at = frame->at;
    struct connmon_segment *segment = frame->segment;
    uint16_t length_and_flags;
    uint32_t size;

    if (!frame_has(frame, HEADER_UP_TO_FLAGS))
        return frame_lacks(frame, HEADER_UP_TO_FLAGS);
    length_and_flags = load16(at + 12);
    size = (uint32_t)(length_and_flags >> 12) * 4;
    if (size < TCP_HEADER)
        return frame_end(frame, CONNMON_DECODE_MALFORMED);
    segment->src.port = load16(at);
    segment->dst.port = load16(at + 2);
    segment->seq = load32(at + 4);
    segment->ack = load32(at + 8);
    segment->flags = length_and_flags & FLAGS;
    segment->window = frame_has(frame, HEADER_UP_TO_WINDOW) ? load16(at + 14) : 0;
    segment->payload_len = frame->wire > size ? frame->wire - size : 0;
    segment->has_checksum = frame_has(frame, HEADER_UP_TO_CHECKSUM);
    segment->checksum = segment->has_checksum ? load16(at + 16) : 0;
    segment->has_timestamps = false;
    segment->has_sack = false;
    if (size > TCP_HEADER && frame_has(frame, TCP_HEADER))
        read_options(at + TCP_HEADER, size - TCP_HEADER, frame->captured - TCP_HEADER, segment);
    frame_skip_all(frame, size);
    return frame_end(frame, CONNMON_DECODE_TCP);
}

bool connmon_decode_tcp(const uint8_t *header, uint32_t captured, uint32_t wire,
                        struct connmon_segment *segment)
{
    struct frame frame = {.at = header, .captured = captured, .wire = wire, .segment = segment};

    read_tcp(&frame);
    return frame.outcome == CONNMON_DECODE_TCP;
}
