/* flow.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flow.h"

#include <string.h>

#include "entropy.h"
#include "hash.h"

enum { LONGEST_HOSTS = 64 }; /* an IPv6 address with its prefix length takes up to 49 */

static int sign(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int connmon_endpoint_compare(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    int order = sign(a->addr_len, b->addr_len);

    if (order == 0)
        order = memcmp(a->addr, b->addr, sizeof(a->addr));
    return order != 0 ? order : sign(a->port, b->port);
}

bool connmon_endpoint_equal(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return connmon_endpoint_compare(a, b) == 0;
}

struct connmon_flow connmon_flow_of(const struct connmon_segment *segment)
{
    const bool is_ordered = connmon_endpoint_compare(&segment->src, &segment->dst) <= 0;

    return (struct connmon_flow){
        .low = is_ordered ? segment->src : segment->dst,
        .high = is_ordered ? segment->dst : segment->src,
        .discriminator = segment->discriminator,
    };
}

int connmon_flow_direction(const struct connmon_flow *flow, const struct connmon_segment *segment)
{
    return connmon_endpoint_equal(&segment->src, &flow->low) ? 0 : 1;
}

int connmon_flow_compare(const struct connmon_flow *a, const struct connmon_flow *b)
{
    int order = connmon_endpoint_compare(&a->low, &b->low);

    if (order == 0)
        order = connmon_endpoint_compare(&a->high, &b->high);
    return order != 0 ? order : sign(a->discriminator, b->discriminator);
}

bool connmon_flow_equal(const struct connmon_flow *a, const struct connmon_flow *b)
{
    return connmon_flow_compare(a, b) == 0;
}

/* ---- Hashes ---- */

struct connmon_hash_key connmon_hash_key_new(void)
{
    struct connmon_hash_key key;

    entropy_draw(&key, sizeof(key));
    return key;
}

static struct siphash_key siphash_key_of(const struct connmon_hash_key *key)
{
    return (struct siphash_key){{key->words[0], key->words[1]}};
}

uint64_t connmon_endpoint_hash(const struct connmon_endpoint *end,
                               const struct connmon_hash_key *key)
{
    const struct siphash_key words_key = siphash_key_of(key);
    uint64_t words[3];

    memcpy(words, end->addr, sizeof(end->addr));
    words[2] = (uint64_t)end->addr_len << 16 | end->port;
    return siphash_words(&words_key, words, 3);
}

uint64_t connmon_flow_hash(const struct connmon_flow *flow, const struct connmon_hash_key *key)
{
    const struct siphash_key ends_key = siphash_key_of(key);

    return hash_ends(&flow->low, &flow->high, flow->discriminator, &ends_key);
}

/* ---- Ranges ---- */

/* One to five digits, up to 65535. Returns what follows; NULL if there is none. */
static const char *parse_port(const char *text, uint16_t *port)
{
    const size_t digits = strspn(text, "0123456789");
    uint32_t number = 0;

    if (digits == 0 || digits > 5)
        return NULL;
    for (size_t i = 0; i < digits; i++)
        number = 10 * number + (uint32_t)(text[i] - '0');
    *port = (uint16_t)number;
    return number <= UINT16_MAX ? text + digits : NULL;
}

static bool parse_ports(const char *text, struct connmon_range *range)
{
    text = parse_port(text, &range->first_port);
    range->last_port = range->first_port;
    if (text && *text == '-')
        text = parse_port(text + 1, &range->last_port);
    return text && *text == '\0' && range->first_port <= range->last_port;
}

static bool parse_hosts(const char *text, size_t size, struct connmon_range *range)
{
    char hosts[LONGEST_HOSTS];

    if (size >= sizeof(hosts))
        return false;
    memcpy(hosts, text, size);
    hosts[size] = '\0';
    return connmon_subnet_parse(hosts, &range->hosts);
}

/* Where the addresses end: before the colon that begins ports. One colon alone does; IPv6 addresses
 * have at least two. */
static size_t hosts_size(const char *text)
{
    const char *colon = strchr(text, ':');

    return colon && !strchr(colon + 1, ':') ? (size_t)(colon - text) : strlen(text);
}

bool connmon_range_parse(const char *text, struct connmon_range *range)
{
    struct connmon_range parsed = {.last_port = UINT16_MAX};
    const bool is_bracketed = *text == '[';
    const size_t size = is_bracketed ? strcspn(++text, "]") : hosts_size(text);
    const char *ports = text + size;

    if (is_bracketed && *ports++ != ']')
        return false;
    if (size > 0 ? !parse_hosts(text, size, &parsed) : is_bracketed || *ports == '\0')
        return false;
    if (*ports != '\0' && (*ports != ':' || !parse_ports(ports + 1, &parsed)))
        return false;
    *range = parsed;
    return true;
}

bool connmon_range_has(const struct connmon_range *range, const struct connmon_endpoint *end)
{
    return end->port >= range->first_port && end->port <= range->last_port &&
           (range->hosts.addr_len == 0 || connmon_subnet_has(&range->hosts, end));
}

bool connmon_range_touches(const struct connmon_range *range, const struct connmon_flow *flow)
{
    return connmon_range_has(range, &flow->low) || connmon_range_has(range, &flow->high);
}
