/* progress.h - a bar on the terminal while a file is read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PROGRESS_H
#define CONNMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "input.h"

/* All zero: never to be shown. */
struct progress {
    const struct input *input;
    int64_t begin_ns; /* of pace_now() */
    bool is_shown;
};

/* Shows how much of the input was read, how fast, and how long the rest will take, if that is more
 * than a moment; without a size only the first two. */
void progress_show(struct progress *progress, int64_t now_ns);

/* Wipes the bar away, so that other words can be written. */
void progress_hide(struct progress *progress);

#endif
