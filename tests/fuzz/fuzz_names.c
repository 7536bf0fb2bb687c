/* fuzz_names.c - any bytes as blocks with names
 *
 * What is written for an address reads as a block, and what that block tells is written alike.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <string.h>

#include "bytes.h"
#include "files.h"
#include "input.h"
#include "pcapng.h"

enum { BLOCK_LEAST = 12, FIRST = 0, AGAIN = 1 };

/* Few addresses, so that there are names for them. */
static const struct connmon_endpoint ends[][2] = {
    {{.addr_len = 4}, {.addr_len = 16}},
    {{.addr_len = 4, .addr = {1}}, {.addr_len = 4}},
    {{.addr_len = 16, .addr = {0, 1}}, {.addr_len = 16, .addr = {0, 1}}},
};

static void take_blocks(struct input *in, struct names *names)
{
    while (in->size > 0) {
        const uint8_t head = take(in);
        size_t size = BLOCK_LEAST + (head & 1 ? take(in) * 4U : head / 4U * 4U);
        uint8_t *block;

        if (in->size < size)
            return;
        block = take_bytes(in, &size);
        names_take(names, head & 2, block, (uint32_t)size);
        free(block);
    }
}

static void check_again(const struct connmon_endpoint its_ends[2], bool is_swapped,
                        struct folder *folder)
{
    const uint8_t *block = folder->files[FIRST].bytes;
    const size_t size = folder->files[FIRST].size;
    struct names *names;

    if (size == 0)
        return;
    check(size > BLOCK_LEAST && size % 4 == 0 && size <= UINT32_MAX);
    check(bytes_get32(block, is_swapped) == PCAPNG_NAMES);
    check(bytes_get32(block + 4, is_swapped) == size);
    check(bytes_get32(block + size - 4, is_swapped) == size);
    names = names_new();
    check(names != NULL);
    names_take(names, is_swapped, block, (uint32_t)size);
    names_append(names, its_ends, is_swapped, folder, AGAIN);
    check(folder->files[AGAIN].size == size);
    check(memcmp(folder->files[AGAIN].bytes, block, size) == 0);
    names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    const struct connmon_endpoint *its_ends = ends[take(&in) % 3];
    const bool is_swapped = take(&in) & 1;
    struct names *names = names_new();
    struct folder folder = {0};

    check(names != NULL);
    take_blocks(&in, names);
    names_append(names, its_ends, is_swapped, &folder, FIRST);
    check_again(its_ends, is_swapped, &folder);
    files_clear(&folder);
    names_free(names);
    return 0;
}
