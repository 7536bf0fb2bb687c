/* escape.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "escape.h"

enum { REPLACEMENT = 0xfffd, LAST_BMP = 0xffff, LAST_CODE = 0x10ffff };

static const char hex[] = "0123456789abcdef";

size_t escape_plain(struct text *text, const char *bytes, size_t size)
{
    unsigned char c = (unsigned char)bytes[0];

    (void)size;
    if (c == '\\') {
        text_string(text, "\\\\");
    } else if (c >= 0x20 && c < 0x7f) {
        text_char(text, (char)c);
    } else {
        text_string(text, "\\x");
        text_char(text, hex[c >> 4]);
        text_char(text, hex[c & 15]);
    }
    return 1;
}

size_t escape_csv(struct text *text, const char *bytes, size_t size)
{
    if (bytes[0] == '"')
        text_char(text, '"');
    return escape_plain(text, bytes, size);
}

size_t escape_xml(struct text *text, const char *bytes, size_t size)
{
    if (bytes[0] == '&')
        text_string(text, "&amp;");
    else if (bytes[0] == '<')
        text_string(text, "&lt;");
    else
        return escape_plain(text, bytes, size);
    return 1;
}

/* How many bytes a character has that begins so, by its first byte; 0: none does. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The first character, and its length; 0 if it is not valid: cut, overlong, or a surrogate. */
static size_t decode(const char *bytes, size_t size, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = length_of((unsigned char)bytes[0]);

    if (length == 0 || length > size)
        return 0;
    *code = (unsigned char)bytes[0] & (length == 1 ? 0x7fU : 0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | ((unsigned char)bytes[i] & 0x3f);
    }
    if (*code < least[length] || *code > LAST_CODE || (*code >= 0xd800 && *code < 0xe000))
        return 0;
    return length;
}

static void put_unit(struct text *text, uint32_t unit)
{
    text_string(text, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        text_char(text, hex[unit >> shift & 15]);
}

size_t escape_json(struct text *text, const char *bytes, size_t size)
{
    uint32_t code = REPLACEMENT;
    size_t length = decode(bytes, size, &code);

    if (length == 0)
        code = REPLACEMENT;
    if (code == '"' || code == '\\') {
        text_char(text, '\\');
        text_char(text, (char)code);
    } else if (code >= 0x20 && code < 0x7f) {
        text_char(text, (char)code);
    } else if (code <= LAST_BMP) {
        put_unit(text, code);
    } else {
        put_unit(text, 0xd800 + ((code - 0x10000) >> 10));
        put_unit(text, 0xdc00 + (code & 0x3ff));
    }
    return length > 0 ? length : 1;
}

bool escape_is_utf8(const char *bytes, size_t size)
{
    uint32_t code;

    while (size > 0) {
        size_t length = decode(bytes, size, &code);

        if (length == 0)
            return false;
        bytes += length;
        size -= length;
    }
    return true;
}

size_t escape_base64(struct text *text, const char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t count = size < 3 ? size : 3;
    uint32_t bits = 0;

    for (size_t i = 0; i < 3; i++)
        bits = bits << 8 | (i < count ? (unsigned char)bytes[i] : 0U);
    for (size_t i = 0; i < 4; i++)
        text_bytes(text, i <= count ? &digits[bits >> (18 - 6 * i) & 63] : "=", 1);
    return count;
}
