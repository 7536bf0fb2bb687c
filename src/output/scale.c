/* scale.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scale.h"

enum {
    MOST_DECIMALS = 3,
    MOST_THOUSANDTHS = 100000000, /* of a unit that is taken for the sake of smaller numbers */
    WIDEST = 64,
};

/* Each is a thousand times the one before; numbers come in the first. */
static const struct {
    const char *const *units;
    unsigned first; /* the smallest to be used */
} kinds[REPORT_BOOLEAN + 1] = {
    [REPORT_TIME] = {(const char *const[]){"ns", "us", "ms", "s", NULL}, 1},
    [REPORT_BYTES] = {(const char *const[]){"B", "kB", "MB", "GB", "TB", NULL}, 0},
    [REPORT_RATE] = {(const char *const[]){"bit/s", "kbit/s", "Mbit/s", "Gbit/s", NULL}, 0},
};

bool scale_is_for(enum report_type type)
{
    return kinds[type].units != NULL;
}

void scale_put_alone(struct text *text, enum report_type type, int64_t number)
{
    const char *const *units = kinds[type].units;
    const uint64_t value = number < 0 ? 0 : (uint64_t)number;

    if (kinds[type].first == 1 || value >= 1000) { /* else there are no digits behind the point */
        text_scaled(text, value, units + 1);
        return;
    }
    text_unsigned(text, value, 0);
    text_char(text, ' ');
    text_string(text, *units);
}

void scale_see(struct scale *scale, int64_t number)
{
    if (number <= 0)
        return;
    if (scale->least == 0 || number < scale->least)
        scale->least = number;
    if (number > scale->most)
        scale->most = number;
}

static uint64_t size_of(unsigned unit)
{
    uint64_t size = 1;

    while (unit-- > 0)
        size *= 1000;
    return size;
}

/* The number in thousandths of a unit above the first, the rest cut off. */
static uint64_t thousandths(int64_t number, unsigned unit)
{
    return (uint64_t)number / size_of(unit - 1);
}

static void choose(struct scale *scale, enum report_type type)
{
    const unsigned first = kinds[type].first;
    uint64_t most = (uint64_t)scale->most, least;

    scale->unit = 0;
    if (first == 1 || most >= 1000)
        scale->unit = 1 + (unsigned)text_unit(&most, kinds[type].units + 1);
    while (scale->unit > first && thousandths(scale->least, scale->unit) == 0 &&
           (scale->unit == 1 || thousandths(scale->most, scale->unit - 1) < MOST_THOUSANDTHS))
        scale->unit--;
    scale->decimals = 0;
    if (scale->unit == 0)
        return;
    least = thousandths(scale->least, scale->unit);
    scale->decimals = least < 1000 ? MOST_DECIMALS : (unsigned)text_decimals(least);
}

size_t scale_settle(struct scale *scale, enum report_type type)
{
    const int64_t widest[] = {scale->least, scale->most};
    size_t width = 0;

    choose(scale, type);
    for (int i = 0; i < 2; i++) {
        char bytes[WIDEST];
        struct text text = {bytes, bytes + sizeof(bytes)};

        scale_put(&text, scale, type, widest[i]);
        if ((size_t)(text.at - bytes) > width)
            width = (size_t)(text.at - bytes);
    }
    return width;
}

void scale_put(struct text *text, const struct scale *scale, enum report_type type, int64_t number)
{
    uint64_t value = number < 0 ? 0 : (uint64_t)number, step = size_of(scale->unit), parts = 1;

    for (unsigned i = 0; i < scale->decimals; i++) {
        step /= 10;
        parts *= 10;
    }
    if (value > 0 && value < (step + 1) / 2) {
        text_char(text, '<');
        value = step;
    }
    value = value / step + (value % step * 2 >= step);
    text_unsigned(text, value / parts, 0);
    if (scale->decimals > 0 && value > 0) {
        text_char(text, '.');
        text_digits(text, value % parts, scale->decimals);
    }
    text_char(text, ' ');
    text_string(text, kinds[type].units[scale->unit]);
}
