/* writer.h - text on its way to a sink, which is not to be called for each of many small pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_WRITER_H
#define CONNMON_WRITER_H

#include "escape.h"
#include "text.h"

/* Takes the next `length` bytes of the output, which do not end with a NUL. `to` is what was given
 * with the sink. */
typedef void text_sink(void *to, const char *text, size_t length);

struct writer {
    struct text text; /* the buffer's free part */
    char *buffer;
    text_sink *sink;
    void *to;
};

/* Begins to collect in a buffer of `size` bytes, which must outlive the writer. */
static inline void writer_init(struct writer *writer, char *buffer, size_t size, text_sink *sink,
                               void *to)
{
    *writer = (struct writer){{buffer, buffer + size}, buffer, sink, to};
}

/* Gives the sink what was collected. */
void writer_flush(struct writer *writer);

/* Where `size` bytes can be written, at most as many as the buffer has. */
static inline struct text *writer_room(struct writer *writer, size_t size)
{
    if ((size_t)(writer->text.end - writer->text.at) < size)
        writer_flush(writer);
    return &writer->text;
}

/* Any number of bytes as they are. */
void writer_bytes(struct writer *writer, const char *bytes, size_t size);

/* A string of any length in double quotes, escaped. */
void writer_quoted(struct writer *writer, const char *bytes, size_t size, escape_function *escape);

#endif
