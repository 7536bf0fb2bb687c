/* spoken.h - what a function writes to standard error, or to standard output
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_SPOKEN_H
#define CONNMON_TEST_SPOKEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct spoken {
    char text[16384];
    FILE *stream, *file;
    int was; /* the descriptor that `stream` had */
};

/* From now on until spoken_end(), what is written to `stream` is not seen but kept. */
static inline void spoken_begin(struct spoken *spoken, FILE *stream)
{
    fflush(stream);
    spoken->stream = stream;
    spoken->file = tmpfile();
    spoken->was = dup(fileno(stream));
    assert_true(spoken->file && spoken->was >= 0);
    assert_true(dup2(fileno(spoken->file), fileno(stream)) >= 0);
}

/* Returns what was written. */
static inline const char *spoken_end(struct spoken *spoken)
{
    fflush(spoken->stream);
    assert_true(dup2(spoken->was, fileno(spoken->stream)) >= 0);
    close(spoken->was);
    rewind(spoken->file);
    spoken->text[fread(spoken->text, 1, sizeof(spoken->text) - 1, spoken->file)] = '\0';
    fclose(spoken->file);
    return spoken->text;
}

#endif
