/* escape.h - texts of a capture, which may hold anything, made safe to print
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ESCAPE_H
#define CONNMON_ESCAPE_H

#include "text.h"

/* Each writes the first character of `bytes` (at least one) and returns how many bytes it was. A
 * text is written by calls for what is left, so that no buffer need hold the whole. */

/* For a terminal: what is printable in ASCII as it is, but for the backslash, which is doubled;
 * each other byte as \xNN. So nothing can move the cursor, or hide, and no two texts look alike. At
 * most 4 bytes. */
size_t escape_plain(struct text *text, const char *bytes, size_t size);

/* Inside a JSON string: UTF-8 becomes ASCII with \uNNNN (RFC 8259 section 7), each byte that is not
 * valid UTF-8 (RFC 3629) the replacement character U+FFFD. At most 12 bytes. */
size_t escape_json(struct text *text, const char *bytes, size_t size);

/* Whether all of it is valid UTF-8. */
bool escape_is_utf8(const char *bytes, size_t size);

/* In base64 (RFC 4648 section 4): up to three bytes as four characters. */
size_t escape_base64(struct text *text, const char *bytes, size_t size);

#endif
