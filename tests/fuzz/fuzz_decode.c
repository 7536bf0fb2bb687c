/* fuzz_decode.c - any bytes as a frame
 *
 * The first byte chooses a link type and the next two how much longer the frame was on the wire;
 * the rest is the frame. tests/fuzz/make_seeds.py writes the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "edit.h"

enum { HEAD = 3, ROOM = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* From a copy of just that size, so that a byte read behind it is noticed. */
static enum connmon_decode_outcome decode(int link_type, const uint8_t *frame, uint32_t captured,
                                          uint32_t original, struct connmon_segment *segment)
{
    uint8_t *copy = malloc(captured + 1);
    enum connmon_decode_outcome outcome;

    check(copy != NULL);
    memcpy(copy + 1, frame, captured); /* whoever is at odds with odd addresses, too */
    *segment = (struct connmon_segment){0};
    outcome = connmon_decode(link_type, copy + 1, captured, original, segment);
    free(copy);
    return outcome;
}

static void check_end(const struct connmon_endpoint *end)
{
    static const uint8_t zeros[16] = {0};

    check(end->addr_len == 4 || end->addr_len == 16);
    check(memcmp(end->addr + end->addr_len, zeros, sizeof(zeros) - end->addr_len) == 0);
}

static void check_segment(const struct connmon_segment *segment, uint32_t original)
{
    check_end(&segment->src);
    check_end(&segment->dst);
    check(segment->src.addr_len == segment->dst.addr_len);
    check(segment->wire_len == original && segment->payload_len <= original);
    check(segment->flags <= 0xfff);
}

/* What is cut off may hide something, but never makes it another thing. */
static void check_cut(const struct connmon_segment *whole, const struct connmon_segment *cut)
{
    check(memcmp(&whole->src, &cut->src, sizeof(cut->src)) == 0);
    check(memcmp(&whole->dst, &cut->dst, sizeof(cut->dst)) == 0);
    check(whole->seq == cut->seq && whole->ack == cut->ack && whole->flags == cut->flags);
    check(whole->payload_len == cut->payload_len);
    check(cut->window == 0 || cut->window == whole->window);
    check(!cut->has_sack || whole->has_sack);
    check(!cut->has_timestamps || whole->has_timestamps);
}

/* Headers lie one in the other, and in the frame. */
static void check_headers(int link_type, const uint8_t *frame, uint32_t captured, uint32_t original,
                          enum connmon_decode_outcome outcome)
{
    struct connmon_header headers[ROOM], *header;
    uint32_t count, end = captured, wire_end = original, offset = 0;

    check(connmon_decode_headers(link_type, frame, captured, original, headers, ROOM, &count) ==
          outcome);
    for (uint32_t i = 0; i < count && i < ROOM; i++) {
        header = &headers[i];
        check(header->offset >= offset && header->captured <= header->wire);
        check(header->offset + header->captured <= end);
        check(header->offset + header->wire <= wire_end);
        end = header->offset + header->captured;
        wire_end = header->offset + header->wire;
        offset = header->offset;
    }
    if (outcome == CONNMON_DECODE_TCP && count <= ROOM)
        check(headers[count - 1].layer == CONNMON_LAYER_PAYLOAD &&
              headers[count - 2].layer == CONNMON_LAYER_TCP);
}

static void check_same(const struct connmon_segment *segment, const struct connmon_segment *other)
{
    struct connmon_segment same = *segment;

    same.checksum = other->checksum;
    check(memcmp(&same, other, sizeof(same)) == 0);
}

/* What is repaired tells the same; what is repaired again is the same; and what cannot be repaired
 * stays as it is. */
static void check_edit(int link_type, const uint8_t *frame, uint32_t size)
{
    uint8_t *copy = malloc(3 * (size_t)size + 1), *before = copy + size, *again = before + size;
    struct connmon_segment segment = {0}, repaired = {0};
    enum connmon_build_status status;

    check(copy != NULL);
    memcpy(copy, frame, size);
    if (connmon_decode(link_type, copy, size, size, &segment) == CONNMON_DECODE_TCP) {
        memcpy(before, copy, size);
        status = connmon_edit_repair(link_type, copy, size);
        check(status == CONNMON_BUILD_OK || memcmp(copy, before, size) == 0);
        connmon_decode(link_type, copy, size, size, &repaired);
        check_same(&segment, &repaired);
        memcpy(again, copy, size);
        check(connmon_edit_repair(link_type, again, size) == status);
        check(memcmp(copy, again, size) == 0);
        check(connmon_edit_segment(link_type, again, size, &repaired) == status);
        check(memcmp(copy, again, size) == 0);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int link_types[] = {1,   0,   9,   12,  14,  50,  51,  100, 101,
                                     104, 108, 113, 228, 229, 239, 276, 147, -1};
    struct connmon_segment whole, cut;
    enum connmon_decode_outcome outcome, of_cut;
    uint32_t captured, original;
    int link_type;

    if (size < HEAD)
        return 0;
    link_type = link_types[data[0] % (sizeof(link_types) / sizeof(link_types[0]))];
    captured = (uint32_t)size - HEAD;
    original = captured + ((uint32_t)data[1] << 8 | data[2]);
    outcome = decode(link_type, data + HEAD, captured, original, &whole);
    check(outcome <= CONNMON_DECODE_UNKNOWN_LINK);
    if (outcome == CONNMON_DECODE_TCP)
        check_segment(&whole, original);
    check_headers(link_type, data + HEAD, captured, original, outcome);
    check_edit(link_type, data + HEAD, captured);
    for (uint32_t i = 0; i < captured; i += 1 + i / 16) {
        of_cut = decode(link_type, data + HEAD, i, original, &cut);
        check(of_cut == outcome || of_cut == CONNMON_DECODE_CUT);
        if (of_cut == CONNMON_DECODE_TCP)
            check_cut(&whole, &cut);
    }
    return 0;
}
