/* output.h - where the results go: standard output or a file
 *
 * Collected in a large buffer, so that a line costs no call of the system; whoever waits for what
 * was collected calls output_flush().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OUTPUT_H
#define CONNMON_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_BUFFER = 1 << 18 };

struct output {
    const char *name; /* of the file; NULL: standard output */
    const char *head; /* what each file begins with; NULL: nothing */
    int fd;
    int error;     /* errno of the first write that failed; nothing is written any more */
    uint64_t lost; /* bytes that were not written since */
    size_t used;
    char buffer[OUTPUT_BUFFER];
};

/* Standard output, or by a name a file, which is emptied. NULL, and a line on standard error, if
 * that fails. `name` must outlive it. */
struct output *output_open(const char *name);

/* Writes `head`, which must outlive it, now and at the beginning of each file to come. */
void output_begin(struct output *output, const char *head);

void output_write(struct output *output, const char *bytes, size_t size);

/* False if a write has failed, now or before. One that waits for a reader fails a second after the
 * program was told to end (see signals.h), or the reader has stopped to read by then. */
bool output_flush(struct output *output);

/* Begins the file anew, if it has a name and that file was taken away; else goes on with it. */
bool output_reopen(struct output *output);

/* Flushes and frees. Says what is wrong, but for a pipe that nobody reads any more. False if
 * something was not written. */
bool output_close(struct output *output);

#endif
