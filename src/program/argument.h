/* argument.h - what stands behind an option's name, as a value
 *
 * Each returns false, after a line on standard error that names the option and what it must be, if
 * `argument` is no such value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ARGUMENT_H
#define CONNMON_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Says that `argument` of `option` must be what is `wanted`. Returns false. */
bool argument_refuse(const char *option, const char *argument, const char *wanted);

/* A whole number, at most `most`. */
bool argument_count(const char *option, const char *argument, uint64_t most, uint64_t *count);

/* A number above 0. */
bool argument_factor(const char *option, const char *argument, double *factor);

/* A number of seconds, 0 or from a nanosecond to some thirty years, as nanoseconds. */
bool argument_seconds(const char *option, const char *argument, int64_t *ns);

/* One of the words in `choices`, which NULL ends: its index there. */
bool argument_choice(const char *option, const char *argument, const char *const *choices,
                     unsigned *choice);

#endif
