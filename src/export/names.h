/* names.h - the names that a pcapng file has for addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_NAMES_H
#define CONNMON_NAMES_H

#include "connmon.h"
#include "folder.h"

struct names;

/* NULL: no memory. Free with names_free(). */
struct names *names_new(void);
void names_free(struct names *names);

/* Takes a whole block with names, whose numbers are in the other byte order if `is_swapped`. Of an
 * address, the first name and the latest that fit into 1 KiB are kept, since each file of that
 * address repeats them, and of all addresses together 16 MiB. Wireshark shows the last, or from 4.2
 * on the first. */
void names_take(struct names *names, bool is_swapped, const uint8_t *block, uint32_t size);

/* How many records with names were not kept. */
uint64_t names_dropped(const struct names *names);

/* Appends a block to a file with the names of the two addresses, if they have any. */
void names_append(const struct names *names, const struct connmon_endpoint ends[2], bool is_swapped,
                  struct folder *folder, uint32_t file);

#endif
