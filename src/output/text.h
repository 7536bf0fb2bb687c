/* text.h - writing text into a buffer by hand: what a line per packet can afford
 *
 * A text that does not fit is cut, never overrun. No NUL ends it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEXT_H
#define CONNMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "connmon.h"

#define NS_PER_S INT64_C(1000000000)

/* The part of a buffer that is still free. */
struct text {
    char *at;
    const char *end;
};

static inline void text_bytes(struct text *text, const char *bytes, size_t size)
{
    size_t room = (size_t)(text->end - text->at);

    if (size > room)
        size = room;
    memcpy(text->at, bytes, size);
    text->at += size;
}

static inline void text_char(struct text *text, char c)
{
    if (text->at < text->end)
        *text->at++ = c;
}

static inline void text_string(struct text *text, const char *string)
{
    text_bytes(text, string, strlen(string));
}

/* In double quotes, for JSON and CSV alike: of characters that need no escaping in either. */
static inline void text_quoted(struct text *text, const char *string)
{
    text_char(text, '"');
    text_string(text, string);
    text_char(text, '"');
}

enum { TEXT_SHORT = 32 };

/* As text_bytes(), of at most TEXT_SHORT bytes, of which so many can be read: all are copied in one
 * go, and those behind `size` are overwritten by what comes next. For constants. */
static inline void text_short(struct text *text, const char bytes[TEXT_SHORT], size_t size)
{
    if ((size_t)(text->end - text->at) < TEXT_SHORT) {
        text_bytes(text, bytes, size);
        return;
    }
    memcpy(text->at, bytes, TEXT_SHORT);
    text->at += size;
}

struct text_word {
    char bytes[TEXT_SHORT];
    uint8_t size;
};

/* `size` if it is at most TEXT_SHORT; else what no compiler takes. */
#define TEXT_FITTING(size) ((size) / ((size) <= TEXT_SHORT))

#define TEXT_WORD(literal)                                                                         \
    {                                                                                              \
        literal, TEXT_FITTING(sizeof(literal) - 1)                                                 \
    }

static inline void text_word(struct text *text, const struct text_word *word)
{
    text_short(text, word->bytes, word->size);
}

/* `size` bytes that end in the column `width`, behind spaces; wider ones take what they need. */
void text_right(struct text *text, const char *bytes, size_t size, size_t width);

/* Numbers, aligned to the right of `width`; 0: as wide as they are. */
void text_unsigned(struct text *text, uint64_t value, size_t width);
void text_signed(struct text *text, int64_t value, size_t width);

/* A number of `digits` (at most 20) with leading zeros; what does not fit is left off above. */
void text_digits(struct text *text, uint64_t value, size_t digits);

/* Nanoseconds as decimal seconds with 1 to 9 digits behind the point. Truncated, so that it never
 * says more than passed. */
void text_seconds(struct text *text, int64_t ns, size_t digits, size_t width);

/* A number in three significant digits, rounded, and the largest unit that leaves one before the
 * point, with a space between them; "0 us" if it is 0. `units` end with NULL, each is a thousand
 * times the one before, and the number is in thousandths of the first. */
void text_scaled(struct text *text, uint64_t thousandths, const char *const *units);

/* Its parts. The unit's index, and the number in thousandths of that; how many digits behind the
 * point make three in all; the number with up to 3 of them, rounded half up. */
size_t text_unit(uint64_t *thousandths, const char *const *units);
size_t text_decimals(uint64_t thousandths);
void text_rounded(struct text *text, uint64_t thousandths, size_t decimals);

extern const char *const text_duration_units[]; /* from microseconds on */

/* Nanoseconds as "24.9 ms"; 0 if negative. */
void text_duration(struct text *text, int64_t ns);

/* Nanoseconds since 1970 as the local time of day with six digits, truncated. */
void text_time_of_day(struct text *text, int64_t ns);

/* "address:port", IPv6 as in RFC 5952 but without brackets. */
void text_endpoint(struct text *text, const struct connmon_endpoint *end);

/* "address:port+address:port" */
void text_flow(struct text *text, const struct connmon_endpoint *src,
               const struct connmon_endpoint *dst);

#endif
