/* connection.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection.h"

#include <string.h>

enum { HOLES_BYTES = 2 * sizeof(struct holes *) };

struct holes **connection_holes(struct connection *connection, uint8_t direction,
                                struct memory *memory)
{
    if (!connection->holes)
        connection->holes = memory_alloc(memory, HOLES_BYTES);
    return connection->holes ? &connection->holes[direction] : NULL;
}

void connection_release_outstanding(struct connection *connection, int64_t now_ns,
                                    int64_t max_age_ns, struct memory *memory)
{
    for (int i = 0; i < 2; i++)
        outstanding_release(&connection->flows[i].outstanding,
                            &connection->flows[i].outstanding_size, now_ns, max_age_ns, memory);
}

void connection_clear(struct connection *connection, struct memory *memory)
{
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &connection->flows[i];

        outstanding_clear(&flow->outstanding, &flow->outstanding_size, memory);
        seen_values_clear(&flow->acked, &flow->acked_size, memory);
        seen_values_clear(&flow->echoed, &flow->echoed_size, memory);
        if (connection->holes)
            holes_clear(&connection->holes[i], memory);
    }
    memory_free(memory, connection->holes, HOLES_BYTES);
    memset(connection, 0, sizeof(*connection));
}
