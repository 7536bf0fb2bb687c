/* flow.h - endpoints and connections as values, to be keys of maps
 *
 * They are plain structures: copy and keep them as you like. Compare them by these functions, not
 * by memcmp(), since there is padding between their members. All functions may be called from any
 * thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FLOW_H
#define CONNMON_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"
#include "subnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The two ends of a connection, in one order, whichever of them sends: the same value for both
 * directions. Made by connmon_flow_of(), it equals each other one of the same ends. */
struct connmon_flow {
    struct connmon_endpoint low, high; /* by connmon_endpoint_compare() */
    uint32_t discriminator;            /* as in struct connmon_segment; 0 if unused */
};

/* The flow of a segment: from its endpoints and discriminator. */
struct connmon_flow connmon_flow_of(const struct connmon_segment *segment);

/* In which direction of its flow a segment goes: 0 if `low` sends it, else 1. 0 where both ends are
 * the same. */
int connmon_flow_direction(const struct connmon_flow *flow, const struct connmon_segment *segment);

/* The order of endpoints: IPv4 before IPv6, then by address, then by port. The order of flows: by
 * `low`, then `high`, then discriminator. Less than, equal to or greater than 0, as for qsort(). */
int connmon_endpoint_compare(const struct connmon_endpoint *a, const struct connmon_endpoint *b);
int connmon_flow_compare(const struct connmon_flow *a, const struct connmon_flow *b);

bool connmon_endpoint_equal(const struct connmon_endpoint *a, const struct connmon_endpoint *b);
bool connmon_flow_equal(const struct connmon_flow *a, const struct connmon_flow *b);

/* What a map's hashes depend on besides its keys. Whoever sends packets chooses addresses and
 * ports; without knowing this, he cannot choose them so that they meet in one slot and slow the map
 * down. */
struct connmon_hash_key {
    uint64_t words[2];
};

/* A new key, from the system's random numbers; where it has none, from clocks and addresses. Keep
 * it for as long as the map. Does not block. */
struct connmon_hash_key connmon_hash_key_new(void);

/* SipHash-1-3 of an endpoint or a flow: equal values have equal hashes under one key. All 64 bits
 * are equally good; take as many as the map needs. They differ between machines of different byte
 * order, so do not store them. */
uint64_t connmon_endpoint_hash(const struct connmon_endpoint *end,
                               const struct connmon_hash_key *key);
uint64_t connmon_flow_hash(const struct connmon_flow *flow, const struct connmon_hash_key *key);

/* A range of addresses and ports. */
struct connmon_range {
    struct connmon_subnet hosts;    /* with an addr_len of 0: all, of IPv4 and IPv6 */
    uint16_t first_port, last_port; /* both belong to it */
};

/* Reads addresses, as connmon_subnet_parse() does, ports or both: "10.0.0.0/8", "192.0.2.1:80",
 * "10.0.0.0/8:8000-8099", ":443", "[2001:db8::/32]:1024-65535", "2001:db8::1". An IPv6 address with
 * ports stands in brackets. False, and nothing changed, if the text is none of these, or its first
 * port is above its last. */
bool connmon_range_parse(const char *text, struct connmon_range *range);

/* Whether the endpoint lies in the range. */
bool connmon_range_has(const struct connmon_range *range, const struct connmon_endpoint *end);

/* Whether either end does. */
bool connmon_range_touches(const struct connmon_range *range, const struct connmon_flow *flow);

#ifdef __cplusplus
}
#endif

#endif
