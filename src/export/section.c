/* section.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "section.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum option_code { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };

enum {
    SECTION_HEAD = 24, /* up to the options */
    SECTION_LENGTH_AT = 16,
    INTERFACE_HEAD = 16,
    OPTION_HEAD = 4,
    TAIL_BYTES = 4,
    MOST_OPTIONS = 2048, /* bytes, of one block */
    CLOCK_BYTES = 64,    /* of these, for the options of a clock alone */
    MOST_BYTES = 1 << 24,
};

static bool reserve(struct section *section, size_t size)
{
    size_t needed = section->size + size;
    uint32_t ends_room =
        section->count < section->ends_room ? section->ends_room : 2 * section->ends_room + 2;

    if (needed > MOST_BYTES)
        return false;
    if (needed > section->room) {
        uint8_t *bytes = realloc(section->bytes, 2 * needed);

        if (!bytes)
            return false;
        section->bytes = bytes;
        section->room = 2 * needed;
    }
    if (ends_room > section->ends_room) {
        size_t *ends = realloc(section->ends, ends_room * sizeof(*ends));

        if (!ends)
            return false;
        section->ends = ends;
        section->ends_room = ends_room;
    }
    return true;
}

/* Copies the options that fit, of which there are `left` bytes at `at`. Returns where they end. */
static uint8_t *copy_options(struct section *section, uint8_t *to, const uint8_t *at, uint32_t left,
                             bool is_interface)
{
    uint32_t used = 0;

    while (left >= OPTION_HEAD) {
        uint16_t code = bytes_get16(at, section->is_swapped);
        uint32_t size =
            OPTION_HEAD + ((bytes_get16(at + 2, section->is_swapped) + UINT32_C(3)) & ~UINT32_C(3));
        bool is_clock = is_interface && (code == OPTION_TSRESOL || code == OPTION_TSOFFSET);

        if (code == OPTION_END || size > left)
            break;
        if (used + size <= (uint32_t)(is_clock ? MOST_OPTIONS : MOST_OPTIONS - CLOCK_BYTES)) {
            memcpy(to + used, at, size);
            used += size;
        } else {
            section->dropped++;
        }
        at += size;
        left -= size;
    }
    memset(to + used, 0, OPTION_HEAD); /* the end of options */
    return to + used + OPTION_HEAD;
}

/* Keeps a block whose options begin behind `head` bytes: as it is, if it may be repeated so. */
static void keep(struct section *section, const uint8_t *block, uint32_t size, uint32_t head)
{
    const uint32_t most = head + MOST_OPTIONS + OPTION_HEAD + TAIL_BYTES;
    uint8_t *to, *end;

    if (section->is_too_large)
        return;
    if (!reserve(section, size < most ? size : most)) {
        section->is_too_large = true;
        return;
    }
    to = section->bytes + section->size;
    if (size <= most) {
        memcpy(to, block, size);
        section->size += size;
    } else {
        memcpy(to, block, head);
        end = copy_options(section, to + head, block + head, size - head - TAIL_BYTES,
                           head == INTERFACE_HEAD);
        size = (uint32_t)(end - to) + TAIL_BYTES;
        bytes_put32(to + 4, section->is_swapped, size);
        bytes_put32(end, section->is_swapped, size);
        section->size += size;
    }
    section->ends[section->count++] = section->size;
}

void section_begin(struct section *section, bool is_swapped, const uint8_t *block, uint32_t size)
{
    section->number++;
    section->is_swapped = is_swapped;
    section->is_too_large = false;
    section->size = 0;
    section->count = 0;
    keep(section, block, size, SECTION_HEAD);
    if (section->size >= SECTION_HEAD) /* the length of a part is another; -1: unknown */
        memset(section->bytes + SECTION_LENGTH_AT, 0xff, 8);
}

void section_add_interface(struct section *section, const uint8_t *block, uint32_t size)
{
    keep(section, block, size, INTERFACE_HEAD);
}

const uint8_t *section_block(const struct section *section, size_t *size)
{
    *size = section->ends[0];
    return section->bytes;
}

const uint8_t *section_interface(const struct section *section, uint32_t interface, size_t *size)
{
    const size_t begin = section->ends[interface];

    *size = section->ends[interface + 1] - begin;
    return section->bytes + begin;
}

void section_release(struct section *section)
{
    free(section->bytes);
    free(section->ends);
}
