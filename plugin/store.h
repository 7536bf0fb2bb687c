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

#include "observation.h"

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

/* Keeps what the core found out of the frame that was begun last. */
void store_put(struct store *store, uint32_t frame, const struct connmon_segment *segment,
               const struct connmon_result *result);

/* The frame of a packet that the core knows; 0 if a read filter rejected it. */
uint32_t store_frame(const struct store *store, uint64_t packet);

/* Fills what the store has kept of a frame's observation: all but its time and its length on the
 * wire, which Wireshark keeps. Packets are told by their frame numbers, 0 for one that a read
 * filter rejected. `*label` is that of the packet's flow, which the store owns. False if the store
 * has nothing of this frame. */
bool store_get(struct store *store, uint32_t frame, struct connmon_observation *observation,
               const char **label);

#endif
