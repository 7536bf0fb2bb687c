/* input.h - a file or pipe to read, without being deaf while it has nothing to say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_INPUT_H
#define CONNMON_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h> /* FILE */

/* What to do while nothing comes; called ten times a second. False ends the input. */
typedef bool input_waiting(void *data);

struct input {
    int fd;
    bool is_file;    /* else a pipe, a terminal, ... */
    uint64_t size;   /* of a file */
    uint64_t begin;  /* where in it we began to read */
    uint64_t read;   /* bytes so far, but of a file; see input_read() */
    int error;       /* errno of the read that failed; 0: none did */
    bool is_stopped; /* by input_waiting() */
    input_waiting *waiting;
    void *data;
};

/* Opens a file, or standard input by the name "-", as a stream that reads through `input`, which
 * must outlive it. NULL and errno if that fails. */
FILE *input_open(struct input *input, const char *name, input_waiting *waiting, void *data);

/* How many bytes were read so far. */
uint64_t input_read(const struct input *input);

#endif
