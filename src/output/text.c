/* text.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "text.h"

#include <time.h>

enum {
    NUMBER_SIZE = 24, /* any 64-bit number, with a sign and a point */
    GROUPS = 8,       /* of 16 bits in an IPv6 address */
};

/* Writes the digits of `value`, at least `digits` of them, so that they end before `end`. Returns
 * where they begin. */
static char *digits_before(char *end, uint64_t value, size_t digits)
{
    const char *least = end - digits;

    while (value != 0 || end > least) {
        *--end = (char)('0' + value % 10);
        value /= 10;
    }
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

void text_right(struct text *text, const char *bytes, size_t size, size_t width)
{
    for (size_t i = size; i < width; i++)
        text_char(text, ' ');
    text_bytes(text, bytes, size);
}

static void put_number(struct text *text, char *begin, const char *end, bool is_negative,
                       size_t width)
{
    if (is_negative)
        *--begin = '-';
    text_right(text, begin, (size_t)(end - begin), width);
}

void text_unsigned(struct text *text, uint64_t value, size_t width)
{
    char number[NUMBER_SIZE], *end = number + sizeof(number);

    put_number(text, digits_before(end, value, 1), end, false, width);
}

void text_signed(struct text *text, int64_t value, size_t width)
{
    char number[NUMBER_SIZE], *end = number + sizeof(number);

    put_number(text, digits_before(end, magnitude(value), 1), end, value < 0, width);
}

void text_digits(struct text *text, uint64_t value, size_t digits)
{
    char number[NUMBER_SIZE], *end = number + sizeof(number);

    digits_before(end, value, digits);
    text_bytes(text, end - digits, digits);
}

void text_seconds(struct text *text, int64_t ns, size_t digits, size_t width)
{
    char number[NUMBER_SIZE], *end = number + sizeof(number), *point = end - digits - 1;
    uint64_t whole = magnitude(ns) / NS_PER_S, part = magnitude(ns) % NS_PER_S;

    for (size_t i = digits; i < 9; i++)
        part /= 10;
    digits_before(end, part, digits);
    *point = '.';
    put_number(text, digits_before(point, whole, 1), end, ns < 0, width);
}

void text_scaled(struct text *text, uint64_t thousandths, const char *const *units)
{
    while (thousandths >= 1000000 && units[1]) {
        thousandths /= 1000;
        units++;
    }
    text_unsigned(text, thousandths / 1000, 0);
    if (thousandths < 100000) {
        text_char(text, '.');
        if (thousandths < 10000)
            text_digits(text, thousandths % 1000 / 10, 2);
        else
            text_digits(text, thousandths % 1000 / 100, 1);
    }
    text_char(text, ' ');
    text_string(text, *units);
}

void text_duration(struct text *text, int64_t ns)
{
    static const char *const units[] = {"us", "ms", "s", NULL};

    text_scaled(text, ns < 0 ? 0 : (uint64_t)ns, units);
}

void text_time_of_day(struct text *text, int64_t ns)
{
    int64_t part = ns % NS_PER_S;
    time_t s = (time_t)(ns / NS_PER_S);
    struct tm tm = {0};

    if (part < 0) { /* before 1970 */
        part += NS_PER_S;
        s--;
    }
    localtime_r(&s, &tm);
    text_digits(text, (uint64_t)tm.tm_hour, 2);
    text_char(text, ':');
    text_digits(text, (uint64_t)tm.tm_min, 2);
    text_char(text, ':');
    text_digits(text, (uint64_t)tm.tm_sec, 2);
    text_char(text, '.');
    text_digits(text, (uint64_t)part / 1000, 6);
}

static void put_ipv4(struct text *text, const uint8_t *addr)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            text_char(text, '.');
        text_unsigned(text, addr[i], 0);
    }
}

static void put_group(struct text *text, unsigned group)
{
    bool is_begun = false;

    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = group >> shift & 0xf;

        is_begun = is_begun || digit != 0 || shift == 0;
        if (is_begun)
            text_char(text, "0123456789abcdef"[digit]);
    }
}

/* The first of the longest runs of two or more groups that are zero (RFC 5952 section 4.2); of
 * length 0 if there is none. */
static void find_zeros(const uint16_t groups[GROUPS], int *first, int *length)
{
    int run = 0;

    *first = GROUPS;
    *length = 0;
    for (int i = 0; i < GROUPS; i++) {
        run = groups[i] == 0 ? run + 1 : 0;
        if (run >= 2 && run > *length) {
            *first = i + 1 - run;
            *length = run;
        }
    }
}

/* Whether the last two groups are written as an IPv4 address, as inet_ntop() does: ::192.0.2.1 and
 * ::ffff:192.0.2.1 (RFC 4291 section 2.5.5). */
static bool embeds_ipv4(const uint16_t groups[GROUPS], int zeros, int zeros_length)
{
    return zeros == 0 && (zeros_length == 6 || (zeros_length == 5 && groups[5] == 0xffff));
}

static void put_ipv6(struct text *text, const uint8_t addr[16])
{
    uint16_t groups[GROUPS];
    int zeros, zeros_length, end = GROUPS;

    for (int i = 0; i < GROUPS; i++, addr += 2)
        groups[i] = (uint16_t)(addr[0] << 8 | addr[1]);
    find_zeros(groups, &zeros, &zeros_length);
    if (embeds_ipv4(groups, zeros, zeros_length))
        end -= 2;
    for (int i = 0; i < end; i++) {
        if (i == zeros) {
            text_string(text, "::");
            i += zeros_length - 1;
            continue;
        }
        if (i > 0 && i != zeros + zeros_length)
            text_char(text, ':');
        put_group(text, groups[i]);
    }
    if (end == GROUPS)
        return;
    if (zeros_length < end)
        text_char(text, ':');
    put_ipv4(text, addr - 4); /* `addr` is at the end by now */
}

void text_endpoint(struct text *text, const struct connmon_endpoint *end)
{
    if (end->addr_len == 4)
        put_ipv4(text, end->addr);
    else
        put_ipv6(text, end->addr);
    text_char(text, ':');
    text_unsigned(text, end->port, 0);
}

void text_flow(struct text *text, const struct connmon_endpoint *src,
               const struct connmon_endpoint *dst)
{
    text_endpoint(text, src);
    text_char(text, '+');
    text_endpoint(text, dst);
}
