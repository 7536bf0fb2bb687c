/* argument.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "argument.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

bool argument_refuse(const char *option, const char *argument, const char *wanted)
{
    say("--%s %s: must be %s", option, argument, wanted);
    return false;
}

bool argument_count(const char *option, const char *argument, uint64_t most, uint64_t *count)
{
    char *end, wanted[64];
    unsigned long long value;

    errno = 0;
    value = strtoull(argument, &end, 10);
    if (argument[0] < '0' || argument[0] > '9' || *end)
        return argument_refuse(option, argument, "a whole number");
    snprintf(wanted, sizeof(wanted), "at most %" PRIu64, most);
    if (errno || value > most)
        return argument_refuse(option, argument, wanted);
    *count = value;
    return true;
}

/* A decimal number without a sign; no spaces, and nothing else that strtod() takes. */
static bool parse_number(const char *argument, double *number)
{
    char *end;

    *number = strtod(argument, &end);
    return strchr("+-", argument[0]) == NULL && end != argument && !*end &&
           argument[strspn(argument, "0123456789.eE+-")] == '\0' && isfinite(*number);
}

bool argument_factor(const char *option, const char *argument, double *factor)
{
    return (parse_number(argument, factor) && *factor > 0) ||
           argument_refuse(option, argument, "a number above 0");
}

bool argument_seconds(const char *option, const char *argument, int64_t *ns)
{
    const double least = 1e-9, most = 1e9, ns_per_s = 1e9;
    double seconds;

    if (!parse_number(argument, &seconds))
        return argument_refuse(option, argument, "a number of seconds");
    if (seconds > most || (seconds > 0 && seconds < least))
        return argument_refuse(option, argument, "0, or from 1e-9 to 1e9 seconds");
    *ns = llround(seconds * ns_per_s);
    return true;
}

bool argument_choice(const char *option, const char *argument, const char *const *choices,
                     unsigned *choice)
{
    char wanted[64] = "";

    for (unsigned i = 0; choices[i]; i++) {
        const char *before = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        const size_t used = strlen(wanted);

        if (strcmp(argument, choices[i]) == 0) {
            *choice = i;
            return true;
        }
        snprintf(wanted + used, sizeof(wanted) - used, "%s%s", before, choices[i]);
    }
    return argument_refuse(option, argument, wanted);
}
