/* text.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "text.h"

#include <time.h>

enum {
    NUMBER_SIZE = 24, /* any 64-bit number, with a sign and a point */
    IPV4_SIZE = 16,   /* any address, and a dot behind it */
    GROUPS = 8,       /* of 16 bits in an IPv6 address */
};

/* Writes the digits of `value`, at least `digits` of them, so that they end before `end`. Returns
 * where they begin. */
static char *digits_before(char *end, uint64_t value, size_t digits)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    const char *least = end - digits;

    for (; value >= 10; value /= 100) {
        end -= 2;
        memcpy(end, &pairs[value % 100 * 2], 2);
    }
    if (value != 0)
        *--end = (char)('0' + value);
    while (end > least)
        *--end = '0';
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static size_t count_digits(uint64_t value)
{
    size_t count = 1;

    for (uint64_t power = 10; value >= power && count < 19; power *= 10)
        count++;
    return value >= UINT64_C(10000000000000000000) ? 20 : count;
}

static void pad(struct text *text, size_t size, size_t width)
{
    for (size_t i = size; i < width; i++)
        text_char(text, ' ');
}

void text_right(struct text *text, const char *bytes, size_t size, size_t width)
{
    pad(text, size, width);
    text_bytes(text, bytes, size);
}

/* Where up to `most` bytes can be written: in the text, or if it lacks the room, in `spare`. Digits
 * that go to their place at once need not be moved there, nor waited for. */
static char *reserve(const struct text *text, size_t most, char *spare)
{
    return (size_t)(text->end - text->at) < most ? spare : text->at;
}

/* What has been written there is `size` bytes long. */
static void commit(struct text *text, const char *bytes, size_t size)
{
    if (bytes == text->at)
        text->at += size;
    else
        text_bytes(text, bytes, size);
}

void text_unsigned(struct text *text, uint64_t value, size_t width)
{
    const size_t size = count_digits(value);
    char spare[NUMBER_SIZE], *number;

    pad(text, size, width);
    number = reserve(text, size, spare);
    digits_before(number + size, value, size);
    commit(text, number, size);
}

void text_signed(struct text *text, int64_t value, size_t width)
{
    const size_t size = count_digits(magnitude(value)) + (value < 0);
    char spare[NUMBER_SIZE], *number;

    pad(text, size, width);
    number = reserve(text, size, spare);
    *number = '-';
    digits_before(number + size, magnitude(value), size - (value < 0));
    commit(text, number, size);
}

void text_digits(struct text *text, uint64_t value, size_t digits)
{
    char number[NUMBER_SIZE], *end = number + sizeof(number);

    digits_before(end, value, digits);
    text_bytes(text, end - digits, digits);
}

void text_seconds(struct text *text, int64_t ns, size_t digits, size_t width)
{
    uint64_t whole = magnitude(ns) / NS_PER_S, part = magnitude(ns) % NS_PER_S;
    const size_t before = count_digits(whole) + (ns < 0), size = before + 1 + digits;
    char spare[NUMBER_SIZE], *number;

    for (size_t i = digits; i < 9; i++)
        part /= 10;
    pad(text, size, width);
    number = reserve(text, size, spare);
    *number = '-';
    digits_before(number + before, whole, before - (ns < 0));
    number[before] = '.';
    digits_before(number + size, part, digits);
    commit(text, number, size);
}

void text_rounded(struct text *text, uint64_t thousandths, size_t decimals)
{
    static const uint64_t steps[] = {1000, 100, 10, 1};
    const uint64_t step = steps[decimals], parts = 1000 / step;
    const uint64_t rounded = thousandths / step + (thousandths % step * 2 >= step);

    text_unsigned(text, rounded / parts, 0);
    if (decimals == 0)
        return;
    text_char(text, '.');
    text_digits(text, rounded % parts, decimals);
}

size_t text_decimals(uint64_t thousandths)
{
    return thousandths < 9995 ? 2 : thousandths < 99950 ? 1 : 0;
}

size_t text_unit(uint64_t *thousandths, const char *const *units)
{
    size_t unit = 0;

    for (; *thousandths >= 999500 && units[unit + 1]; unit++)
        *thousandths /= 1000; /* the digit that rounds the third is still there */
    return unit;
}

void text_scaled(struct text *text, uint64_t thousandths, const char *const *units)
{
    const size_t unit = text_unit(&thousandths, units);

    text_rounded(text, thousandths, thousandths == 0 ? 0 : text_decimals(thousandths));
    text_char(text, ' ');
    text_string(text, units[unit]);
}

const char *const text_duration_units[] = {"us", "ms", "s", NULL};

void text_duration(struct text *text, int64_t ns)
{
    text_scaled(text, ns < 0 ? 0 : (uint64_t)ns, text_duration_units);
}

/* Local time. Thousands of packets have the same second, and to ask the system costs as much as the
 * rest of a line. */
static struct tm local_time(time_t s)
{
    static _Thread_local struct tm latest;
    static _Thread_local time_t latest_s;
    static _Thread_local bool has_latest;

    if (!has_latest || s != latest_s) {
        latest = (struct tm){0};
        localtime_r(&s, &latest);
        latest_s = s;
        has_latest = true;
    }
    return latest;
}

void text_time_of_day(struct text *text, int64_t ns)
{
    int64_t part = ns % NS_PER_S;
    time_t s = (time_t)(ns / NS_PER_S);
    struct tm tm;

    if (part < 0) { /* before 1970 */
        part += NS_PER_S;
        s--;
    }
    tm = local_time(s);
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
    char spare[IPV4_SIZE], *bytes = reserve(text, sizeof(spare), spare), *end = bytes;

    for (int i = 0; i < 4; i++) {
        const uint8_t byte = addr[i];

        if (byte >= 100)
            *end++ = (char)('0' + byte / 100);
        if (byte >= 10)
            *end++ = (char)('0' + byte / 10 % 10);
        *end++ = (char)('0' + byte % 10);
        *end++ = '.';
    }
    commit(text, bytes, (size_t)(end - 1 - bytes));
}

static void put_group(struct text *text, unsigned group)
{
    int shift = 12;

    while (shift > 0 && group >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        text_char(text, "0123456789abcdef"[group >> shift & 0xf]);
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
