/* ahead.h - a file that is read ahead, by a thread of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_AHEAD_H
#define CONNMON_AHEAD_H

#include "source.h"

/* The packets of a capture file, read while the caller is busy with those before. They are without
 * their blocks and without the reader of their file (`pcapng`). Takes the source over; returns it
 * as it is if there is only one processor, or nothing to start a thread with. */
struct source *source_read_ahead(struct source *file);

#endif
