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

/* Keeps the result of a frame, with the endpoints of its segment. */
void store_put(struct store *store, uint32_t frame, const struct connmon_segment *segment,
               const struct connmon_result *result);

/* The result of a frame, and in `*label` the label of its flow, which the store owns. False if the
 * store has none. */
bool store_get(struct store *store, uint32_t frame, struct connmon_result *result,
               const char **label);

#endif
