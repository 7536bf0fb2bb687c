/* scenario.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

enum { HEADER_BYTES = 54 };

struct scenario scenario_begin(const struct connmon_config *config)
{
    struct scenario s = {
        .core = connmon_new(config),
        .ends = {{.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 40000},
                 {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80}},
    };

    assert_non_null(s.core);
    return s;
}

void scenario_end(struct scenario *s)
{
    connmon_free(s->core);
    s->core = NULL;
}

void scenario_use_ipv6(struct scenario *s)
{
    static const uint8_t documentation[4] = {0x20, 0x01, 0x0d, 0xb8};

    for (int i = 0; i < 2; i++) {
        memset(s->ends[i].addr, 0, sizeof(s->ends[i].addr));
        memcpy(s->ends[i].addr, documentation, sizeof(documentation));
        s->ends[i].addr[15] = (uint8_t)(i + 1);
        s->ends[i].addr_len = 16;
    }
}

struct connmon_segment scenario_segment(struct scenario *s, enum side from,
                                        const struct packet *packet)
{
    struct connmon_endpoint ends[2] = {s->ends[CLIENT], s->ends[SERVER]};

    if (packet->port != 0)
        ends[CLIENT].port = packet->port;
    s->last_number = packet->number != 0 ? packet->number : s->last_number + 1;
    return (struct connmon_segment){
        .time_ns = packet->at_ms * MS + packet->at_ns,
        .packet = s->last_number,
        .discriminator = packet->discriminator,
        .src = ends[from],
        .dst = ends[!from],
        .seq = packet->seq,
        .ack = packet->ack,
        .payload_len = packet->len,
        .wire_len = packet->wire_len != 0 ? packet->wire_len : packet->len + HEADER_BYTES,
        .flags = (uint16_t)(packet->flags != 0 ? packet->flags : ACK),
        .window = packet->window,
        .tsval = packet->ts.val,
        .tsecr = packet->ts.ecr,
        .checksum = packet->checksum,
        .ip_id = packet->no_id ? 0
                 : packet->id  ? packet->id
                               : (uint16_t)s->last_number,
        .dont_fragment = packet->df,
        .has_checksum = !packet->no_checksum,
        .has_timestamps = packet->ts.val != 0 || packet->ts.ecr != 0 || packet->zero_ts,
        .has_sack = packet->sack,
        .time_unknown = packet->time_unknown,
    };
}

struct connmon_result scenario_send(struct scenario *s, enum side from, const struct packet *packet)
{
    struct connmon_segment segment = scenario_segment(s, from, packet);
    struct connmon_result result;

    /* The core promises to fill all of it. */
    memset(&result, 0xa5, sizeof(result));
    s->status = connmon_process(s->core, &segment, &result);
    return result;
}

struct connmon_stats scenario_stats(const struct scenario *s)
{
    return connmon_stats(s->core);
}

uint32_t scenario_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}
