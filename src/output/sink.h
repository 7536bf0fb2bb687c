/* sink.h - where the writers of tables, outlines and indexes put their text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SINK_H
#define CONNMON_SINK_H

#include <stddef.h>

/* Takes the next `length` bytes of the output, which do not end with a NUL. `to` is what the writer
 * was given with the sink. */
typedef void text_sink(void *to, const char *text, size_t length);

#endif
