/* terminal.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "terminal.h"

#include <stdlib.h>
#include <unistd.h>

#ifndef _WIN32
#include <sys/ioctl.h>
#endif

static size_t told_width(void)
{
#ifndef _WIN32
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        return size.ws_col;
#endif
    return 0;
}

size_t terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    const long wanted = columns ? strtol(columns, NULL, 10) : 0;

    if (!isatty(STDOUT_FILENO))
        return 0;
    return wanted > 0 ? (size_t)wanted : told_width();
}
