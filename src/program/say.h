/* say.h - what the program has to say of itself, on standard error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SAY_H
#define CONNMON_SAY_H

#include <stdio.h>

enum exit_status { EXIT_GOOD = 0, EXIT_USAGE = 1, EXIT_INPUT_OUTPUT = 2 };

/* Prints "connmon: ", the words, and an end of line; those within the words become spaces. */
void say_words(char *words);

/* The same of what printf() would make of the arguments, cut to a kilobyte. */
#define say(...)                                                                                   \
    do {                                                                                           \
        char say_text[1024];                                                                       \
        snprintf(say_text, sizeof(say_text), __VA_ARGS__);                                         \
        say_words(say_text);                                                                       \
    } while (0)

#endif
