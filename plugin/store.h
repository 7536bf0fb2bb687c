/* store.h - what the core found out about each frame, for as long as the file is open
 *
 * Wireshark shows a packet many times, in any order, but the core sees it once. So its result is
 * kept here, packed: most packets complete no delay and duplicate no ACK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_STORE_H
#define CONNMON_PLUGIN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

struct store;

/* An empty store; free with store_free(). */
struct store *store_new(void);

/* Frees the store and all it holds. NULL is allowed. */
void store_free(struct store *store);

/* Begins a frame that is dissected for the first time, of whatever protocol: forgets what had this
 * number before. A read filter (-R) gives the number of a packet that it rejects to the next one.
 */
void store_begin_frame(struct store *store, uint32_t frame);

/* The number by which the core shall know the packet of the frame that was begun last. */
uint64_t store_packet(const struct store *store);

/* Keeps the result of the frame that was begun last, with the endpoints of its segment. */
void store_put(struct store *store, uint32_t frame, const struct connmon_segment *segment,
               const struct connmon_result *result);

/* The result of a frame, and in `*label` the label of its flow, which the store owns. Where the
 * result tells of other packets it has their frame numbers, 0 for one that a read filter rejected.
 * False if the store has no result of this frame. */
bool store_get(struct store *store, uint32_t frame, struct connmon_result *result,
               const char **label);

#endif
