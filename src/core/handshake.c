/* handshake.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "handshake.h"

#include "clock.h"
#include "modular.h"

static uint8_t client_of(const struct connection *connection)
{
    return connection->handshake_flags & HANDSHAKE_CLIENT ? 1 : 0;
}

static void follow_syn(struct sighting *seen)
{
    struct connection *connection = seen->connection;
    struct handshake *handshake = &connection->handshake;
    uint8_t *flags = &connection->handshake_flags;

    if (!(*flags & HANDSHAKE_HAS_SYN) || client_of(connection) != seen->from ||
        handshake->isn != seen->segment->seq) {
        *handshake = (struct handshake){.isn = seen->segment->seq};
        *flags = (uint8_t)(HANDSHAKE_HAS_SYN | (seen->from ? HANDSHAKE_CLIENT : 0));
    }
    if (*flags & HANDSHAKE_HAS_SYN_ACK)
        return; /* the server's delay is told already */
    *flags &= (uint8_t)~HANDSHAKE_HAS_SYN_TIME;
    if (!seen->segment->time_unknown) {
        handshake->syn_time_ns = seen->segment->time_ns;
        *flags |= HANDSHAKE_HAS_SYN_TIME;
    }
}

/* The first SYN-ACK tells the server's delay; a later one only when the client was last asked. */
static void follow_syn_ack(struct sighting *seen)
{
    struct handshake *handshake = &seen->connection->handshake;
    uint8_t *flags = &seen->connection->handshake_flags;
    int64_t now = seen->segment->time_ns, ns;

    if (!(*flags & HANDSHAKE_HAS_SYN_ACK)) {
        bool has_delay = (*flags & HANDSHAKE_HAS_SYN_TIME) && !seen->segment->time_unknown &&
                         clock_elapsed(handshake->syn_time_ns, now, &ns);

        *flags &= (uint8_t)~HANDSHAKE_HAS_SYN_TIME;
        if (has_delay) {
            handshake->server_ns = ns;
            *flags |= HANDSHAKE_HAS_SERVER;
            seen->result->handshake.server_ns = ns;
            seen->result->handshake.has_server = true;
        }
    }
    *flags |= HANDSHAKE_HAS_SYN_ACK;
    *flags &= (uint8_t)~HANDSHAKE_HAS_SYN_ACK_TIME;
    if (!seen->segment->time_unknown)
        *flags |= HANDSHAKE_HAS_SYN_ACK_TIME;
    handshake->syn_ack_isn = seen->segment->seq;
    handshake->syn_ack_time_ns = now;
}

static void follow_ack(struct sighting *seen)
{
    const struct handshake *handshake = &seen->connection->handshake;
    uint8_t *flags = &seen->connection->handshake_flags;
    struct connmon_result *result = seen->result;
    int64_t ns;

    *flags |= HANDSHAKE_COMPLETE;
    result->handshake.completes = true;
    if ((*flags & HANDSHAKE_HAS_SYN_ACK_TIME) && !seen->segment->time_unknown &&
        clock_elapsed(handshake->syn_ack_time_ns, seen->segment->time_ns, &ns)) {
        result->handshake.client_ns = ns;
        result->handshake.has_client = true;
    }
    if (*flags & HANDSHAKE_HAS_SERVER) {
        result->handshake.server_ns = handshake->server_ns;
        result->handshake.has_server = true;
    }
}

void handshake_follow(struct sighting *seen)
{
    const struct connection *connection = seen->connection;
    const struct handshake *handshake = &connection->handshake;
    uint8_t flags = connection->handshake_flags;
    bool has_ack = sighting_has(seen, CONNMON_ACK), has_syn = sighting_has(seen, CONNMON_SYN);
    uint32_t ack = seen->segment->ack;

    if (has_syn && !has_ack && !sighting_has(seen, CONNMON_RST)) {
        follow_syn(seen);
    } else if (!(flags & HANDSHAKE_HAS_SYN) || !has_ack) {
        return;
    } else if (has_syn && seen->to == client_of(connection) && mod32_after(ack, handshake->isn)) {
        follow_syn_ack(seen);
    } else if (!has_syn && !sighting_has(seen, CONNMON_RST) && (flags & HANDSHAKE_HAS_SYN_ACK) &&
               !(flags & HANDSHAKE_COMPLETE) && seen->from == client_of(connection) &&
               mod32_after(ack, handshake->syn_ack_isn)) {
        follow_ack(seen);
    }
}
