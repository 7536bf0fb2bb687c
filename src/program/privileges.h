/* privileges.h - root may open an interface; what comes from there is for nobody to read as root
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PRIVILEGES_H
#define CONNMON_PRIVILEGES_H

#include <stdbool.h>

/* Becomes that user, if root runs us, for good; without a name, who called sudo, or else nobody.
 * False, and a line on standard error, if that fails. */
bool privileges_drop(const char *user);

/* Gives up all else, for good, once everything is open: every capability, and that a program to be
 * run could have more. The user stays; where files are still to be made in a folder (NULL: none
 * are) that only the right to override permissions opens to root, root keeps that one. False, and a
 * line on standard error, if that fails. */
bool privileges_give_up(const char *folder);

#endif
