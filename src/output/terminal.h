/* terminal.h - what standard output is shown on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TERMINAL_H
#define CONNMON_TERMINAL_H

#include <stddef.h>

/* How many characters fit into a line of the terminal that is standard output: COLUMNS of the
 * environment, or else what the terminal says. 0: it is none, or nobody knows. */
size_t terminal_width(void);

#endif
