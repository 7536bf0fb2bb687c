/* number.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "number.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 400 }; /* what is longer than any double is no number that someone wrote */

static const char above_0[] = "a number above 0";

const char *number_count(const char *text, uint64_t *count)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end)
        return "a whole number";
    if (errno)
        return "at most 18446744073709551615";
    *count = value;
    return NULL;
}

/* strtod() wants the decimal point of the locale, which tshark sets and the command line does not.
 */
static bool to_local(char *local, size_t size, const char *text)
{
    const char *point = localeconv()->decimal_point;
    size_t used = 0;

    for (; *text; text++) {
        const char *piece = *text == '.' ? point : text;
        const size_t length = *text == '.' ? strlen(point) : 1;

        if (used + length >= size)
            return false;
        memcpy(local + used, piece, length);
        used += length;
    }
    local[used] = '\0';
    return true;
}

const char *number_decimal(const char *text, double *number)
{
    char local[MOST_DIGITS], *end;
    double value;

    if (strchr("+-", text[0]) || text[strspn(text, "0123456789.eE+-")] != '\0' ||
        !to_local(local, sizeof(local), text))
        return "a number";
    value = strtod(local, &end);
    if (end == local || *end || value > DBL_MAX)
        return "a number";
    *number = value;
    return NULL;
}

const char *number_factor(const char *text, double *factor)
{
    double value;

    if (number_decimal(text, &value) || !(value > 0))
        return above_0;
    *factor = value;
    return NULL;
}

const char *number_seconds(const char *text, int64_t *ns)
{
    const double least = 1e-9, most = 1e9, ns_per_s = 1e9;
    double seconds;

    if (number_decimal(text, &seconds))
        return "a number of seconds";
    if (seconds > most || (seconds > 0 && seconds < least))
        return "0, or from 1e-9 to 1e9 seconds";
    *ns = llround(seconds * ns_per_s);
    return NULL;
}

const char *number_interval(const char *text, int64_t *ns)
{
    int64_t value;
    const char *wrong = number_seconds(text, &value);

    if (wrong || value == 0)
        return wrong ? wrong : above_0;
    *ns = value;
    return NULL;
}
