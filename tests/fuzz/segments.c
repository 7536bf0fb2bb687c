/* segments.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

struct connmon_config take_config(struct input *in)
{
    static const uint32_t caps[] = {0, 1, 2, 5, 20, 1 << 20};
    static const int64_t ages[] = {10000000000, 0, 1000, 1000000, INT64_MAX, -1};
    static const size_t memory[] = {0, 1, 10000, 150000, 200000, 1000000};
    struct connmon_config config = connmon_config_default();

    config.max_age_ns = ages[take(in) % 6];
    config.idle_ns = ages[take(in) % 6];
    config.slack_share = take(in);
    config.begin_at_syn = config.slack_share & 16;
    config.slack_share %= 16;
    config.max_connections = caps[take(in) % 6];
    config.max_outstanding = caps[take(in) % 6];
    config.max_answered = caps[take(in) % 6];
    config.max_passed = caps[take(in) % 6];
    config.max_holes = caps[take(in) % 6];
    config.max_recent = caps[take(in) % 6];
    config.keep_copies = take(in) % 4 == 0;
    config.max_memory = memory[take(in) % 6];
    return config;
}

/* Mostly a small step from `base`, now and then a jump to an edge. */
static uint32_t take_value(struct input *in, uint32_t base)
{
    static const uint32_t edges[] = {0, 1, UINT32_C(1) << 31, INT32_MAX, UINT32_MAX, 1 << 16};
    uint8_t byte = take(in);

    return byte >= 250 ? edges[byte - 250] + base : base + byte % 32;
}

static int64_t take_time(struct input *in, int64_t *now)
{
    uint8_t byte = take(in);

    if (byte == 255)
        *now = (int64_t)take64(in);
    else if (byte >= 240)
        *now = (int64_t)((uint64_t)*now - (uint64_t)(byte - 239) * 300000000);
    else
        *now = (int64_t)((uint64_t)*now + ((uint64_t)1 << byte % 36));
    return *now;
}

static struct connmon_endpoint endpoint(uint8_t which)
{
    struct connmon_endpoint end = {.addr_len = which & 4 ? 16 : 4, .port = which & 8 ? 80 : 443};

    end.addr[0] = which & 1;
    end.addr[end.addr_len - 1] = which & 2;
    return end;
}

struct connmon_segment take_segment(struct input *in, uint64_t packet, int64_t *now)
{
    struct connmon_segment segment = {.packet = packet};
    uint8_t ends = take(in), options = take(in);

    segment.src = endpoint(ends & 15);
    segment.dst = endpoint(ends >> 4);
    segment.time_ns = take_time(in, now);
    segment.flags = take(in);
    segment.seq = take_value(in, 0);
    segment.ack = take_value(in, 0);
    segment.payload_len = take_value(in, 0);
    segment.wire_len = segment.payload_len;
    segment.tsval = take_value(in, 0);
    segment.tsecr = take_value(in, 0);
    segment.has_timestamps = options & 1;
    segment.has_sack = options & 2;
    segment.time_unknown = (options & 12) == 12;
    segment.window = options >> 4 & 1;
    segment.discriminator = options >> 7;
    segment.has_checksum = options & 4;
    segment.dont_fragment = options & 8;
    segment.checksum = options >> 4 & 1;
    segment.ip_id = ends & 1 ? (uint16_t)(packet / 2) : 0;
    return segment;
}

bool take_observation(struct input *in, struct connmon *core, uint64_t packet, int64_t *now,
                      struct connmon_observation *seen)
{
    const struct connmon_segment segment = take_segment(in, packet, now);

    if (connmon_process(core, &segment, &seen->result) != CONNMON_OK)
        return false;
    connmon_observe(seen, &segment);
    return true;
}
