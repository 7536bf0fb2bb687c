/* argument.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "argument.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "say.h"

bool argument_refuse(const char *option, const char *argument, const char *wanted)
{
    say("--%s %s: must be %s", option, argument, wanted);
    return false;
}

bool argument_count(const char *option, const char *argument, uint64_t most, uint64_t *count)
{
    uint64_t number;
    const char *wrong = number_count(argument, &number);
    char at_most[64];

    if (wrong)
        return argument_refuse(option, argument, wrong);
    snprintf(at_most, sizeof(at_most), "at most %" PRIu64, most);
    if (number > most)
        return argument_refuse(option, argument, at_most);
    *count = number;
    return true;
}

bool argument_factor(const char *option, const char *argument, double *factor)
{
    const char *wrong = number_factor(argument, factor);

    return !wrong || argument_refuse(option, argument, wrong);
}

bool argument_seconds(const char *option, const char *argument, int64_t *ns)
{
    const char *wrong = number_seconds(argument, ns);

    return !wrong || argument_refuse(option, argument, wrong);
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
