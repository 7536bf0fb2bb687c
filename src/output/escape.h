/* escape.h - texts of a capture, which may hold anything, made safe to print
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ESCAPE_H
#define CONNMON_ESCAPE_H

#include "text.h"

/* Writes the first character of `bytes` (at least one), and returns how many bytes it was. A text
 * is written by calls for what is left, so that no buffer need hold the whole. */
typedef size_t escape_function(struct text *text, const char *bytes, size_t size);

enum { ESCAPE_MOST = 12 }; /* bytes that one call writes */

/* For a terminal: what is printable in ASCII as it is, but for the backslash, which is doubled;
 * each other byte as \xNN. So nothing can move the cursor, or hide, and no two texts look alike. At
 * most 4 bytes. */
escape_function escape_plain;

/* Inside a quoted field of CSV: likewise, and a double quote is doubled (RFC 4180 section 2). At
 * most 4 bytes. */
escape_function escape_csv;

/* Inside a JSON string: UTF-8 becomes ASCII with \uNNNN (RFC 8259 section 7), each byte that is not
 * valid UTF-8 (RFC 3629) the replacement character U+FFFD. At most 12 bytes. */
escape_function escape_json;

/* In the text of an XML element: as for a terminal, but for what would be markup (XML 1.0 section
 * 2.4). At most 5 bytes. */
escape_function escape_xml;

/* In base64 (RFC 4648 section 4): up to three bytes as four characters. */
escape_function escape_base64;

/* Whether all of it is valid UTF-8. */
bool escape_is_utf8(const char *bytes, size_t size);

#endif
