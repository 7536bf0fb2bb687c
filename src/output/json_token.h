/* json_token.h - what all writers of JSON have in common (RFC 8259 section 2)
 *
 * Strings are those of text_quoted(), or with escape_json(); numbers those of text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_JSON_TOKEN_H
#define CONNMON_JSON_TOKEN_H

#include "text.h"

/* The name of a member that is not its object's first, as a struct text_word: made when compiled,
 * for objects that are written per packet. `name` is a literal that needs no escaping. */
#define JSON_KEY(name) TEXT_WORD(",\"" name "\":")

/* The name of a member, which needs no escaping, with what separates it from the one before. */
static inline void json_key(struct text *text, const char *name, bool is_first)
{
    if (!is_first)
        text_char(text, ',');
    text_quoted(text, name);
    text_char(text, ':');
}

#endif
