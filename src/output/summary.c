/* summary.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "summary.h"

#include <stdlib.h>

#include "text.h"

enum { FIRST_CONNECTIONS = 256 };

/* Room for this connection. Serial numbers are dense, so it is an array. */
static bool make_room(struct connmon_summary *summary, uint32_t connection)
{
    size_t more = summary->connections ? summary->connections : FIRST_CONNECTIONS;
    uint8_t *seen;

    if (connection < summary->connections)
        return true;
    while (more <= connection)
        more *= 2;
    seen = realloc(summary->seen, more);
    if (!seen)
        return false;
    memset(seen + summary->connections, 0, more - summary->connections);
    summary->seen = seen;
    summary->connections = more;
    return true;
}

static void count_flow(struct connmon_summary *summary, const struct connmon_result *result)
{
    const uint8_t this_way = (uint8_t)(1 << result->direction);
    uint8_t *ways = &summary->seen[result->connection];

    if (*ways & this_way)
        return;
    summary->flows++;
    if (*ways == 0)
        summary->one_way_flows++;
    else
        summary->one_way_flows--;
    *ways |= this_way;
}

void connmon_summary_add(struct connmon_summary *summary, const struct connmon_observation *seen)
{
    summary->tcp_packets++;
    summary->copies += seen->result.is_copy;
    if (!seen->has_timestamps)
        summary->without_timestamps++;
    if (make_room(summary, seen->result.connection))
        count_flow(summary, &seen->result);
    else
        summary->uncounted_packets++;
}

void connmon_summary_clear(struct connmon_summary *summary)
{
    free(summary->seen);
    *summary = (struct connmon_summary){0};
}

size_t connmon_summary_text(char *text, size_t size, const struct connmon_summary *summary)
{
    const uint64_t not_tcp = summary->packets - summary->tcp_packets - summary->fragments -
                             summary->cut - summary->malformed - summary->unknown_links;
    const struct {
        uint64_t count;
        const char *of;
        bool is_always_told;
    } parts[] = {
        {summary->flows, " flows", true},
        {summary->packets, " packets", true},
        {summary->without_timestamps, " no TS opt", false},
        {summary->one_way_flows, " one-way", false},
        {summary->copies, " copies", false},
        {not_tcp, " not TCP", false},
        {summary->fragments, " IP fragments", false},
        {summary->cut, " cut too short", false},
        {summary->malformed, " malformed", false},
        {summary->unknown_links, " of unknown link types", false},
        {summary->dropped_by_kernel, " dropped by the kernel", false},
        {summary->dropped_by_interface, " dropped by the interface", false},
        {summary->unread, " left unread at the end", false},
        {summary->unjudged, " of link types that the filter cannot judge", false},
        {summary->uncounted_packets, " not counted in flows: no memory", false},
    };
    struct text to = {text, text + size};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].count == 0 && !parts[i].is_always_told)
            continue;
        if (i > 0)
            text_string(&to, ", ");
        text_unsigned(&to, parts[i].count, 0);
        text_string(&to, parts[i].of);
    }
    text_char(&to, '\n');
    return (size_t)(to.at - text);
}
