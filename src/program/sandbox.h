/* sandbox.h - what remains possible once all is open: to read packets and to write results
 *
 * Packets come from strangers. Should one of them take over the process, it finds none of the calls
 * of the system that a monitor does without (seccomp), such as to run a program or to open a
 * socket, and where files are yet to be opened, it gets at no others (Landlock).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SANDBOX_H
#define CONNMON_SANDBOX_H

#include <stdbool.h>

/* What is still to be opened, and what is not to be used. */
struct sandbox {
    const char *folder; /* in which files are made, appended to and removed; NULL: none */
    const char *file;   /* that is opened anew to be appended to; NULL: none */
    int socket;         /* that is open, but not to be written to; -1: none */
};

/* Enters it for good, this thread and those that it will start, as far as the kernel can. False,
 * and a line on standard error, if the kernel can but will not. */
bool sandbox_enter(const struct sandbox *sandbox);

/* What of it this build has and this kernel can, in words. */
const char *sandbox_text(void);

#endif
