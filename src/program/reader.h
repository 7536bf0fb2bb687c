/* reader.h - packets, read and decoded, if it may be ahead of those who take them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_READER_H
#define CONNMON_READER_H

#include <stddef.h>

#include "packet.h"
#include "source.h"

struct reader;

/* Reads what the source has; the source stays the caller's, who leaves it alone until the reader is
 * freed or has told of an end. With `is_ahead`, and where there is more than one processor, a
 * thread reads and decodes while the caller is busy with the packets before: they come without
 * their bytes then. NULL: no memory. */
struct reader *reader_new(struct source *source, bool is_ahead);
void reader_free(struct reader *reader);

/* The next packet, which is valid until the next call, or why there is none. */
enum source_status reader_next(struct reader *reader, const struct packet **packet);

/* The packet that comes `after` others; NULL if it is not there yet. */
const struct packet *reader_upcoming(const struct reader *reader, size_t after);

#endif
