/* messages.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "messages.h"

#include <string.h>

enum { FIRST_ROOM = 8 };

static void free_block(const struct message_memory *block, struct memory *memory)
{
    memory_free(memory, block->head, block->head_room);
    memory_free(memory, block->body, block->body_room);
}

static bool reserve(struct messages *messages, struct memory *memory)
{
    const size_t room = messages->room ? 2 * messages->room : FIRST_ROOM;
    struct message *list;
    struct message_memory *blocks;

    if (messages->count < messages->room)
        return true;
    list = memory_alloc(memory, room * sizeof(*list));
    blocks = memory_alloc(memory, room * sizeof(*blocks));
    if (!list || !blocks) {
        memory_free(memory, list, room * sizeof(*list));
        memory_free(memory, blocks, room * sizeof(*blocks));
        return false;
    }
    if (messages->count > 0) {
        memcpy(list, messages->list, messages->count * sizeof(*list));
        memcpy(blocks, messages->blocks, messages->count * sizeof(*blocks));
    }
    memory_free(memory, messages->list, messages->room * sizeof(*list));
    memory_free(memory, messages->blocks, messages->room * sizeof(*blocks));
    messages->list = list;
    messages->blocks = blocks;
    messages->room = room;
    return true;
}

bool messages_add(struct messages *messages, const struct message *message,
                  const struct message_memory *block, struct memory *memory)
{
    if (!reserve(messages, memory)) {
        free_block(block, memory);
        return false;
    }
    messages->list[messages->count] = *message;
    messages->blocks[messages->count++] = *block;
    return true;
}

void messages_clear(struct messages *messages, struct memory *memory)
{
    for (size_t i = 0; i < messages->count; i++)
        free_block(&messages->blocks[i], memory);
    messages->count = 0;
}

void messages_free(struct messages *messages, struct memory *memory)
{
    messages_clear(messages, memory);
    memory_free(memory, messages->list, messages->room * sizeof(*messages->list));
    memory_free(memory, messages->blocks, messages->room * sizeof(*messages->blocks));
    *messages = (struct messages){0};
}
