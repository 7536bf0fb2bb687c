/* side.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "side.h"

/* Later SYNs change nothing: of two ends that open at once, the first stays the client. */
static void learn(struct sighting *seen)
{
    struct connection *connection = seen->connection;
    uint8_t client = sighting_has(seen, CONNMON_ACK) ? seen->to : seen->from;

    if (!sighting_has(seen, CONNMON_SYN) || sighting_has(seen, CONNMON_RST) ||
        (connection->flags & CONNECTION_HAS_SYN))
        return;
    connection->flags |= (uint8_t)(CONNECTION_HAS_SYN | (client ? CONNECTION_CLIENT : 0));
}

static uint8_t client_of(const struct connection *connection)
{
    if (connection->flags & CONNECTION_HAS_SYN)
        return connection->flags & CONNECTION_CLIENT ? 1 : 0;
    return connection->port[0] >= connection->port[1] ? 0 : 1;
}

void side_follow(struct sighting *seen)
{
    learn(seen);
    seen->result->side =
        seen->from == client_of(seen->connection) ? CONNMON_CLIENT : CONNMON_SERVER;
    seen->result->side_is_guess = !(seen->connection->flags & CONNECTION_HAS_SYN);
}
