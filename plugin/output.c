/* output.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_OUTPUT = 2 }; /* as tshark's when it cannot print its packets */

static unsigned users; /* taps that are open */
static bool is_terminal;
static gint flush_error; /* errno of the flusher's, which nobody has told yet; atomic */

/* Flushes once a second: when the capture pauses, no packet calls us. */
static GThread *flusher;
static GMutex mutex;
static GCond is_over;

static gpointer flush_each_second(gpointer data G_GNUC_UNUSED)
{
    g_mutex_lock(&mutex);
    while (users > 0) {
        gint64 then = g_get_monotonic_time() + G_TIME_SPAN_SECOND;

        while (users > 0 && g_cond_wait_until(&is_over, &mutex, then))
            ;
        if (fflush(stdout) != 0)
            g_atomic_int_set(&flush_error, errno);
    }
    g_mutex_unlock(&mutex);
    return NULL;
}

void output_open(void)
{
    g_mutex_lock(&mutex);
    if (users++ == 0) {
        is_terminal = output_is_terminal();
        if (!is_terminal)
            flusher = g_thread_new("connmon output", flush_each_second, NULL);
    }
    g_mutex_unlock(&mutex);
}

void output_close(void)
{
    GThread *last = NULL;

    g_mutex_lock(&mutex);
    if (--users == 0) {
        last = flusher;
        flusher = NULL;
        g_cond_signal(&is_over);
    }
    g_mutex_unlock(&mutex);
    if (last)
        g_thread_join(last);
}

bool output_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

G_GNUC_NORETURN static void give_up(int error)
{
    if (error != EPIPE)
        fprintf(stderr, "tshark: connmon: standard output cannot be written: %s\n",
                g_strerror(error));
    exit(EXIT_OUTPUT);
}

static void check(bool is_written)
{
    int error = is_written ? g_atomic_int_get(&flush_error) : errno;

    if (error)
        give_up(error);
}

void output_write(const char *bytes, size_t size)
{
    check(fwrite(bytes, 1, size, stdout) == size);
    if (is_terminal)
        output_flush();
}

void output_flush(void)
{
    check(fflush(stdout) == 0);
}
