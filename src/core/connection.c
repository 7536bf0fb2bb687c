/* connection.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection.h"

#include <string.h>

void connection_forget_outstanding(struct connection *connection, struct memory *memory)
{
    for (int i = 0; i < 2; i++)
        outstanding_clear(&connection->flows[i].outstanding, &connection->flows[i].outstanding_size,
                          memory);
}

void connection_clear(struct connection *connection, struct memory *memory)
{
    connection_forget_outstanding(connection, memory);
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &connection->flows[i];

        value_set_clear(&flow->acked, &flow->acked_size, memory);
        value_set_clear(&flow->echoed, &flow->echoed_size, memory);
        holes_clear(&flow->holes, memory);
    }
    memset(connection, 0, sizeof(*connection));
}
