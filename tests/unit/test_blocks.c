/* test_blocks.c - bytes that wait for their file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 300000 };

/* What the chain wrote is `size` bytes that were counted up from `first`. */
static void assert_written(const struct chain *chain, size_t size, uint8_t first)
{
    static uint8_t bytes[SIZE + 1];
    FILE *file = tmpfile();

    assert_non_null(file);
    assert_int_equal(chain_write(chain, fileno(file)), 0);
    rewind(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(bytes[i], (uint8_t)(first + i * 7));
    fclose(file);
}

static void bytes_come_out_as_they_went_in(void **state)
{
    static const size_t parts[] = {1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3000, 65535};
    static uint8_t bytes[SIZE];
    struct blocks blocks;
    struct chain one = {0}, other = {0};
    size_t done = 0;

    (void)state;
    blocks_init(&blocks, (size_t)10 * SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t i = 0; done < SIZE / 2; done += parts[i++ % 6]) {
        assert_int_equal(chain_append(&one, &blocks, bytes + done, parts[i % 6]), parts[i % 6]);
        assert_int_equal(chain_append(&other, &blocks, bytes + done, parts[i % 6]), parts[i % 6]);
    }
    assert_written(&one, done, 0);
    assert_written(&other, done, 0);
    chain_clear(&one, &blocks);
    assert_written(&one, 0, 0);
    assert_written(&other, done, 0);
    chain_clear(&other, &blocks);
    blocks_release(&blocks);
}

/* A slab is always granted, and no more than the budget; what was given back is there again. */
static void the_budget_is_kept(void **state)
{
    const size_t most = (size_t)BLOCK_BYTES * BLOCKS_PER_SLAB;
    uint8_t *bytes = calloc(1, 2 * most);
    struct blocks blocks;
    struct chain chain = {0}, late = {0};

    (void)state;
    assert_non_null(bytes);
    blocks_init(&blocks, 1);
    assert_int_equal(chain_append(&chain, &blocks, bytes, 2 * most), most);
    assert_int_equal(chain_append(&late, &blocks, bytes, 1), 0);
    chain_clear(&chain, &blocks);
    assert_int_equal(chain_append(&late, &blocks, bytes, 2 * most), most);
    chain_clear(&late, &blocks);
    blocks_release(&blocks);
    free(bytes);
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    struct blocks blocks;
    struct chain chain = {0};

    (void)state;
    blocks_init(&blocks, 1);
    assert_int_equal(chain_append(&chain, &blocks, (const uint8_t *)"x", 1), 1);
    assert_int_not_equal(chain_write(&chain, -1), 0);
    chain_clear(&chain, &blocks);
    blocks_release(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_out_as_they_went_in),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
