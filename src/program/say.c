/* say.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "say.h"

void say_words(char *words)
{
    for (char *c = words; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    fprintf(stderr, "connmon: %s\n", words);
}
