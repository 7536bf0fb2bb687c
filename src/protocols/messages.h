/* messages.h - messages that have ended, until they are handed on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_MESSAGES_H
#define CONNMON_MESSAGES_H

#include "exchanges.h"

/* The memory that a message's words lie in. */
struct message_memory {
    char *head, *body; /* NULL: none */
    size_t head_room, body_room;
};

/* All bytes zero: none. */
struct messages {
    struct message *list;
    struct message_memory *blocks; /* of each */
    size_t count, room;
};

/* Adds a message with its memory, which the list owns from here on. False, and the memory given
 * back, if there is none for the list. */
bool messages_add(struct messages *messages, const struct message *message,
                  const struct message_memory *block, struct memory *memory);

/* Empties the list, which keeps its own memory. */
void messages_clear(struct messages *messages, struct memory *memory);

void messages_free(struct messages *messages, struct memory *memory);

#endif
