/* writer.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "writer.h"

void writer_flush(struct writer *writer)
{
    writer->sink(writer->to, writer->buffer, (size_t)(writer->text.at - writer->buffer));
    writer->text.at = writer->buffer;
}

void writer_bytes(struct writer *writer, const char *bytes, size_t size)
{
    while (size > 0) {
        const size_t room = (size_t)(writer->text.end - writer->text.at);
        const size_t part = size < room ? size : room;

        text_bytes(&writer->text, bytes, part);
        bytes += part;
        size -= part;
        if (size > 0)
            writer_flush(writer);
    }
}

void writer_quoted(struct writer *writer, const char *bytes, size_t size, escape_function *escape)
{
    text_char(writer_room(writer, 1), '"');
    for (size_t at = 0; at < size;)
        at += escape(writer_room(writer, ESCAPE_MOST), bytes + at, size - at);
    text_char(writer_room(writer, 1), '"');
}
