/* hosts.h - connections summed up by host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_HOSTS_H
#define CONNMON_HOSTS_H

#include "conversation.h"
#include "hash_index.h"

/* A host in one of its roles: the sum over its connections. */
struct host {
    struct connmon_endpoint end; /* its port is 0 */
    bool is_server;
    uint64_t connections;
    struct side side;
};

/* All bytes zero is none. */
struct hosts {
    struct host *rows; /* in the order of their first connections */
    size_t count, capacity;
    struct hash_index index; /* of the rows, by address and role */
};

/* Adds a connection to the rows of its client and its server. False if there is no memory. */
bool hosts_add(struct hosts *hosts, const struct conversation *conversation, struct memory *memory);

/* Gives back what they hold. */
void hosts_clear(struct hosts *hosts, struct memory *memory);

#endif
