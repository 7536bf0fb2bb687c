/* traffic.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 66,
    SEGMENT_BYTES = 1448,
    BULK_FLIGHT = 400, /* pairs of segments under way in all: 10 ms at 1 Gbit/s */
    BULK_STEP_NS = 8000,
    CHURN_STEP_NS = 50000,
    CROWD_STEP_NS = 1000,
    TICK_NS = 1000000, /* of the hosts' timestamp clocks */
};

/* One connection between two hosts: what each has sent so far. */
struct talk {
    uint32_t id;
    uint32_t next[2];  /* seqno */
    uint32_t tsval[2]; /* latest */
    uint8_t step;
};

struct traffic {
    enum traffic_kind kind;
    uint32_t open, next_id;
    uint64_t packet, seed;
    int64_t now;
    uint32_t flight;     /* pairs of segments that each of the bulk's connections has under way */
    uint32_t *flight_ts; /* their TSvals, one flight after the other */
    struct talk talks[];
};

/* A line of a connection's script. */
struct line {
    uint8_t from;
    uint16_t flags, len;
};

enum { CLIENT, SERVER, SYN = CONNMON_SYN, FIN = CONNMON_FIN, ACK = CONNMON_ACK };

static const struct line longer_script[] = {
    {CLIENT, SYN, 0},    {SERVER, SYN | ACK, 0}, {CLIENT, ACK, 0},    {CLIENT, ACK, 300},
    {SERVER, ACK, 0},    {SERVER, ACK, 1448},    {SERVER, ACK, 1448}, {CLIENT, ACK, 0},
    {SERVER, ACK, 1448}, {SERVER, ACK, 700},     {CLIENT, ACK, 0},    {CLIENT, FIN | ACK, 0},
    {SERVER, ACK, 0},    {SERVER, FIN | ACK, 0}, {CLIENT, ACK, 0},
};
static const struct line script[] = {
    {CLIENT, SYN, 0},       {SERVER, SYN | ACK, 0}, {CLIENT, ACK, 0},       {CLIENT, ACK, 300},
    {SERVER, ACK, 1000},    {CLIENT, ACK, 0}, /* CROWD_FIRST_SEGMENTS */
    {CLIENT, FIN | ACK, 0}, {SERVER, ACK, 0},       {SERVER, FIN | ACK, 0}, {CLIENT, ACK, 0},
};
enum {
    LONGER_SCRIPT_LINES = sizeof(longer_script) / sizeof(longer_script[0]),
    SCRIPT_LINES = sizeof(script) / sizeof(script[0]),
    FIRST_REQUEST = 3,
};

static uint32_t draw(struct traffic *traffic, uint32_t below)
{
    traffic->seed ^= traffic->seed << 13;
    traffic->seed ^= traffic->seed >> 7;
    traffic->seed ^= traffic->seed << 17;
    return (uint32_t)(((traffic->seed >> 32) * below) >> 32);
}

static void begin(struct traffic *traffic, struct talk *talk)
{
    *talk = (struct talk){.id = traffic->next_id++};
    talk->next[0] = draw(traffic, UINT32_MAX);
    talk->next[1] = draw(traffic, UINT32_MAX);
}

struct traffic *traffic_new(enum traffic_kind kind, uint32_t open)
{
    struct traffic *traffic = calloc(1, sizeof(*traffic) + open * sizeof(struct talk));

    if (!traffic)
        return NULL;
    traffic->kind = kind;
    traffic->open = open;
    traffic->flight = open < BULK_FLIGHT ? BULK_FLIGHT / open : 1;
    if (kind == TRAFFIC_BULK) {
        traffic->flight_ts = calloc((size_t)open * traffic->flight, sizeof(uint32_t));
        if (!traffic->flight_ts) {
            traffic_free(traffic);
            return NULL;
        }
    }
    traffic->seed = 88172645463325252U;
    for (uint32_t i = 0; i < open; i++)
        begin(traffic, &traffic->talks[i]);
    return traffic;
}

void traffic_free(struct traffic *traffic)
{
    if (traffic)
        free(traffic->flight_ts);
    free(traffic);
}

static struct connmon_endpoint endpoint(uint32_t id, int side)
{
    struct connmon_endpoint end = {.addr_len = 4, .port = 443};

    if (side == SERVER) {
        memcpy(end.addr, &(uint32_t){id % 50 + 1}, 4);
    } else {
        memcpy(end.addr, &(uint32_t){id / 20000 + 0x0a000000}, 4);
        end.port = (uint16_t)(id % 20000 + 32768);
    }
    return end;
}

static void write_segment(struct traffic *traffic, struct talk *talk, struct line line,
                          struct connmon_segment *segment)
{
    int from = line.from;

    talk->tsval[from] = (uint32_t)(traffic->now / TICK_NS) + 1000000U * (uint32_t)from + 1;
    *segment = (struct connmon_segment){
        .time_ns = traffic->now,
        .packet = ++traffic->packet,
        .src = endpoint(talk->id, from),
        .dst = endpoint(talk->id, !from),
        .seq = talk->next[from],
        .ack = talk->next[!from],
        .payload_len = line.len,
        .wire_len = line.len + (uint32_t)HEADER_BYTES,
        .flags = line.flags,
        .window = 500,
        .tsval = talk->tsval[from],
        .tsecr = talk->tsval[!from],
        .has_timestamps = true,
    };
    talk->next[from] += line.len + (line.flags & (SYN | FIN) ? 1U : 0U);
}

/* The server sends two segments, the client acknowledges the two of one flight ago. */
static void next_of_bulk(struct traffic *traffic, struct connmon_segment *segment)
{
    static const struct line data = {SERVER, ACK, SEGMENT_BYTES}, ack = {CLIENT, ACK, 0};
    uint64_t pair = traffic->packet / 3, of_pair = traffic->packet % 3;
    uint32_t which = (uint32_t)(pair % traffic->open), flight = traffic->flight;
    uint32_t *flight_ts = traffic->flight_ts + (size_t)which * flight;
    struct talk *talk = &traffic->talks[which];

    traffic->now += BULK_STEP_NS;
    write_segment(traffic, talk, of_pair == 2 ? ack : data, segment);
    pair /= traffic->open;
    if (of_pair == 0)
        flight_ts[pair % flight] = segment->tsval;
    if (of_pair == 2) {
        segment->ack -= (flight - 1) * 2U * SEGMENT_BYTES;
        segment->tsecr = flight_ts[(pair + 1) % flight];
    }
}

static void next_of_churn(struct traffic *traffic, const struct line *lines, uint8_t count,
                          struct connmon_segment *segment)
{
    struct talk *talk = &traffic->talks[draw(traffic, traffic->open)];

    traffic->now += CHURN_STEP_NS;
    write_segment(traffic, talk, lines[talk->step], segment);
    if (++talk->step == count)
        begin(traffic, talk);
}

static void next_of_crowd(struct traffic *traffic, struct connmon_segment *segment)
{
    uint64_t first = (uint64_t)traffic->open * CROWD_FIRST_SEGMENTS;
    struct talk *talk;

    traffic->now += CROWD_STEP_NS;
    if (traffic->packet < first)
        talk = &traffic->talks[traffic->packet % traffic->open];
    else
        talk = &traffic->talks[draw(traffic, traffic->open)];
    write_segment(traffic, talk, script[talk->step], segment);
    if (++talk->step == CROWD_FIRST_SEGMENTS)
        talk->step = FIRST_REQUEST;
}

void traffic_next(struct traffic *traffic, struct connmon_segment *segment)
{
    switch (traffic->kind) {
    case TRAFFIC_BULK:
        next_of_bulk(traffic, segment);
        break;
    case TRAFFIC_CHURN:
        next_of_churn(traffic, script, SCRIPT_LINES, segment);
        break;
    case TRAFFIC_MANY:
        next_of_churn(traffic, longer_script, LONGER_SCRIPT_LINES, segment);
        break;
    case TRAFFIC_CROWD:
        next_of_crowd(traffic, segment);
        break;
    }
}
