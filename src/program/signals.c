/* signals.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

static volatile sig_atomic_t is_end, is_summary, is_reopening;
static bool reopens; /* upon SIGHUP, which else ends the program */

/* A call of the system that waits may have begun after the signal to end was noted: from then on,
 * further signals come again and again, and interrupt it. (To set a timer is not on POSIX's list of
 * what a handler may do, but it is no more than a call of the system.) */
static void want_end(void)
{
    const struct timeval often = {.tv_usec = SIGNALS_AGAIN_MS * 1000L};
    const struct itimerval timer = {often, often};

    is_end = 1;
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void note(int signal)
{
    switch (signal) {
    case SIGUSR1:
        is_summary = 1;
        break;
    case SIGHUP:
        if (reopens)
            is_reopening = 1;
        else
            want_end();
        break;
    case SIGALRM: /* interrupts, no more */
        break;
    default:
        want_end();
        break;
    }
}

/* A signal that whoever started us wants ignored, as nohup or a shell's & do, stays so. */
static void note_unless_ignored(int signal, const struct sigaction *action)
{
    struct sigaction now;

    if (sigaction(signal, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        sigaction(signal, action, NULL);
}

void signals_note(bool can_reopen)
{
    struct sigaction action = {.sa_handler = note};

    reopens = can_reopen;
    sigemptyset(&action.sa_mask);
    note_unless_ignored(SIGINT, &action);
    note_unless_ignored(SIGTERM, &action);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    if (can_reopen)
        sigaction(SIGHUP, &action, NULL);
    else
        note_unless_ignored(SIGHUP, &action);
    action.sa_handler = SIG_IGN; /* a write tells as well that nobody reads */
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); /* so does a file that may grow no further */
}

static bool take(volatile sig_atomic_t *noted)
{
    bool is = *noted != 0;

    *noted = 0;
    return is;
}

bool signals_want_end(void)
{
    return is_end != 0;
}

bool signals_want_summary(void)
{
    return take(&is_summary);
}

bool signals_want_reopening(void)
{
    return take(&is_reopening);
}
