/* message_parser_none.c - where connmon is built without http-parser: there are no messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message_parser.h"

bool message_begins(const uint8_t *bytes, size_t size, bool *is_answer)
{
    (void)bytes;
    (void)size;
    *is_answer = false;
    return false;
}

struct message_parser *message_parser_new(const struct message_config *config,
                                          struct message_requests *requests, bool is_answer)
{
    (void)config;
    (void)requests;
    (void)is_answer;
    return NULL;
}

void message_parser_free(struct message_parser *parser)
{
    (void)parser;
}

enum message_outcome message_parser_take(struct message_parser *parser, const uint8_t *bytes,
                                         size_t size)
{
    (void)parser;
    (void)bytes;
    (void)size;
    return MESSAGE_WRONG;
}

enum message_outcome message_parser_skip(struct message_parser *parser, uint32_t size, bool may_end)
{
    (void)parser;
    (void)size;
    (void)may_end;
    return MESSAGE_WRONG;
}

enum message_outcome message_parser_end(struct message_parser *parser)
{
    (void)parser;
    return MESSAGE_WRONG;
}
