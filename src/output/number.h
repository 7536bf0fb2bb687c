/* number.h - numbers as users write them, whatever the locale says
 *
 * Each returns NULL if it has set the number, and otherwise what the text must be, in words that
 * can stand behind "must be".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_NUMBER_H
#define CONNMON_NUMBER_H

#include <stdint.h>

/* A whole number in decimal digits. */
const char *number_count(const char *text, uint64_t *count);

/* A decimal number without a sign, perhaps with an exponent: "0.5", "1e-3". */
const char *number_decimal(const char *text, double *number);

/* The same, above 0. */
const char *number_factor(const char *text, double *factor);

/* A number of seconds, 0 or from a nanosecond to some thirty years, as nanoseconds. */
const char *number_seconds(const char *text, int64_t *ns);

/* The same, above 0. */
const char *number_interval(const char *text, int64_t *ns);

#endif
