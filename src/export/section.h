/* section.h - what a pcapng capture tells of its current section: a block of its own, and one for
 * each interface
 *
 * Each file with packets of the section repeats them, so their options are bounded: of a block,
 * those that fit into 2 KiB are kept, and always those that tell an interface's clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SECTION_H
#define CONNMON_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: no section yet. */
struct section {
    uint32_t number; /* from 1 */
    bool is_swapped, is_too_large;
    uint8_t *bytes; /* of the blocks, one behind the other */
    size_t size, room;
    size_t *ends; /* of each block: the section's own, then those of the interfaces */
    uint32_t count, ends_room;
    uint64_t dropped; /* options, of all sections */
};

/* Begins the next section by its block. */
void section_begin(struct section *section, bool is_swapped, const uint8_t *block, uint32_t size);

/* Takes the block of the section's next interface. When there is no memory for it, or it is one of
 * more than 16 MiB of them, the section is too large from then on. */
void section_add_interface(struct section *section, const uint8_t *block, uint32_t size);

/* The section's own block. */
const uint8_t *section_block(const struct section *section, size_t *size);

/* The block of an interface, by its number from 0, which must be there. */
const uint8_t *section_interface(const struct section *section, uint32_t interface, size_t *size);

void section_release(struct section *section);

#endif
