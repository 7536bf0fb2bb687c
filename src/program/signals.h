/* signals.h - what the user, or the system, asks of a running program
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SIGNALS_H
#define CONNMON_SIGNALS_H

#include <stdbool.h>

/* From now on signals are noted instead of ending the program. One that comes again before it was
 * asked for counts once. SIGHUP wants a reopening if there is something to reopen, else the end. */
void signals_note(bool can_reopen);

/* How often a call of the system that waits is interrupted once the program is to end. */
enum { SIGNALS_AGAIN_MS = 100 };

/* SIGINT or SIGTERM: the program is to end. Stays true. */
bool signals_want_end(void);

/* SIGUSR1: a summary; SIGHUP: the output file anew. True once for each. */
bool signals_want_summary(void);
bool signals_want_reopening(void);

#endif
