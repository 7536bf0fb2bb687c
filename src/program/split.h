/* split.h - connections as files of their own, and the index of these
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SPLIT_H
#define CONNMON_SPLIT_H

#include "decode.h"
#include "observation.h"
#include "options.h"
#include "record.h"

struct split;

/* NULL, and a line on standard error, if the folder cannot be had or there is no memory. Free with
 * split_free(). */
struct split *split_new(const struct options *options);
void split_free(struct split *split);

/* Whether it must see all packets before it knows which to write: they are to come twice. */
bool split_looks_first(const struct options *options);

/* Between the two times. False, and a line on standard error, if there is no memory. */
bool split_choose(struct split *split);

/* Takes a block of a pcapng file that is no packet; a pcapng_sink. */
void split_tell(void *split, uint32_t type, bool is_swapped, const uint8_t *block, uint32_t size);

/* Takes the next TCP packet. */
void split_take(struct split *split, const struct record *record,
                const struct connmon_observation *seen, const struct connmon_segment *segment,
                const struct connmon_payload *payload);

/* Writes what is left. False if something was lost, which was told on standard error. */
bool split_finish(struct split *split);

/* Tells on standard error what was written. */
void split_summarize(const struct split *split);

#endif
