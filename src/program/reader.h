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

/* What is wanted of a reader. */
struct reader_wishes {
    bool ahead; /* where there is more than one processor, a thread is to read and decode while the
                   caller is busy with the packets before */
    bool bytes; /* of the packets: read ahead, they come without otherwise */
};

/* Reads what the source has; the source stays the caller's, who leaves it alone until the reader is
 * freed or has told of an end. NULL: no memory. */
struct reader *reader_new(struct source *source, struct reader_wishes wishes);
void reader_free(struct reader *reader);

/* The next packet, which is valid until the next call, or why there is none. */
enum source_status reader_next(struct reader *reader, const struct packet **packet);

/* The packet that comes `after` others; NULL if it is not there yet. */
const struct packet *reader_upcoming(const struct reader *reader, size_t after);

#endif
