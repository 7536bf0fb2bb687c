/* connmon.c - the core: a segment's way through table and rules
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connmon.h"

#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "dup_ack.h"
#include "ending.h"
#include "handshake.h"
#include "lifecycle.h"
#include "loss.h"
#include "rtt.h"
#include "sequence.h"
#include "side.h"
#include "sighting.h"
#include "table.h"
#include "turns.h"

#define NS_PER_S INT64_C(1000000000)

struct connmon {
    struct connmon_config config;
    struct connmon_stats stats;
    struct memory memory;
    struct table table;
    struct copies copies;
};

struct connmon_config connmon_config_default(void)
{
    return (struct connmon_config){
        .max_age_ns = 10 * NS_PER_S,
        .slack_share = 8,
        .max_outstanding = 1 << 20,
        .max_passed = 1 << 8,
        .max_answered = 28, /* what 128 bytes hold */
        .max_holes = 1 << 20,
        .max_recent = 1 << 20,
    };
}

struct connmon_config connmon_config_exact(void)
{
    struct connmon_config config = connmon_config_default();

    config.max_passed = 0;
    config.max_answered = 1 << 20;
    return config;
}

struct connmon *connmon_new(const struct connmon_config *config)
{
    struct connmon_config defaults = connmon_config_default();
    struct connmon *core = calloc(1, sizeof(*core));

    if (!core)
        return NULL;
    core->config = config ? *config : defaults;
    if (core->config.max_age_ns < 0)
        core->config.max_age_ns = defaults.max_age_ns;
    if (core->config.idle_ns < 0)
        core->config.idle_ns = defaults.idle_ns;
    if (core->config.slack_share == 0)
        core->config.slack_share = defaults.slack_share;
    memory_init(&core->memory, core->config.max_memory);
    table_init(&core->table, &core->config);
    return core;
}

void connmon_free(struct connmon *core)
{
    if (!core)
        return;
    table_clear(&core->table, &core->memory);
    copies_clear(&core->copies, &core->memory);
    memory_release(&core->memory);
    free(core);
}

static void count_flow(struct connmon *core, struct connection *connection, uint8_t from)
{
    const uint8_t seen = (uint8_t)(CONNECTION_SEEN << from);

    core->stats.flows += !(connection->flags & seen);
    connection->flags |= seen;
}

/* The rules in their order: the answers that a segment gives concern what was there before it;
 * then it takes its own place; then the whole is judged. */
static void apply_rules(struct sighting *seen)
{
    rtt_prefetch(seen);
    lifecycle_follow(seen);
    sequence_begin(seen);
    side_follow(seen);
    handshake_follow(seen);
    rtt_match(seen);
    sequence_place(seen);
    loss_judge(seen);
    rtt_save(seen);
    rtt_judge(seen);
    dup_ack_follow(seen);
    turns_follow(seen);
    ending_follow(seen);
}

enum connmon_status connmon_process(struct connmon *core, const struct connmon_segment *segment,
                                    struct connmon_result *result)
{
    uint8_t from;
    struct connection *connection;
    struct sighting seen;
    bool is_looped;

    memset(result, 0, sizeof(*result));
    core->stats.segments++;
    connection = table_connection(&core->table, segment, &from, &core->memory);
    if (!connection) {
        core->stats.unmeasured_segments++;
        return CONNMON_NO_MEMORY;
    }
    is_looped = segment->src.port == segment->dst.port &&
                memcmp(segment->src.addr, segment->dst.addr, sizeof(segment->src.addr)) == 0;
    seen = (struct sighting){
        .segment = segment,
        .length = segment->payload_len + ((segment->flags & CONNMON_SYN) != 0) +
                  ((segment->flags & CONNMON_FIN) != 0),
        .connection = connection,
        .from = from,
        .to = is_looped ? from : !from,
        .config = &core->config,
        .memory = &core->memory,
        .stats = &core->stats,
        .result = result,
    };
    seen.flow = &connection->flows[seen.from];
    seen.reverse = &connection->flows[seen.to];
    result->connection = connection->serial;
    result->direction = from;
    if (!core->config.keep_copies && copies_follow(&core->copies, &seen))
        return CONNMON_OK;
    count_flow(core, connection, from);
    seen.flow->bytes += segment->wire_len;
    result->flow_bytes = seen.flow->bytes;
    result->payload_len = segment->payload_len;
    apply_rules(&seen);
    return CONNMON_OK;
}

void connmon_expect(struct connmon *core, const struct connmon_segment *segment)
{
    table_expect(&core->table, segment, &core->memory);
}

struct connmon_stats connmon_stats(const struct connmon *core)
{
    struct connmon_stats stats = core->stats;

    stats.connections = core->table.begun;
    stats.connections_open = core->table.index.used;
    stats.idle_connections = core->table.idle;
    stats.reused_connections = core->table.reused;
    stats.evicted_connections = core->table.evicted;
    stats.allocations = core->memory.allocations;
    stats.memory = core->memory.used;
    return stats;
}
