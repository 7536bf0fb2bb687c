/* say.h - what the program has to say of itself, on standard error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SAY_H
#define CONNMON_SAY_H

enum exit_status { EXIT_GOOD = 0, EXIT_USAGE = 1, EXIT_INPUT_OUTPUT = 2 };

/* One line, "connmon: " and the words; ends of lines within them become spaces. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#endif
