/* path.h - what becomes of synthetic traffic on its way to the capture point
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BENCH_PATH_H
#define CONNMON_BENCH_PATH_H

#include "traffic.h"

struct path;

/* Takes the traffic of `open` connections at once, which stays the caller's, along a path that
 * depends on nothing else: every other connection goes over IPv6; one segment in 500 comes late,
 * behind up to three of its connection; one in 1000 of those with data is lost, and sent again
 * after six more. NULL: no memory. */
struct path *path_new(struct traffic *traffic, uint32_t open);
void path_free(struct path *path);

/* The next segment to arrive. */
void path_next(struct path *path, struct connmon_segment *segment);

#endif
