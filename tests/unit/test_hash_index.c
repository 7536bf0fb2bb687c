/* test_hash_index.c - entries found by their hashes, and blocks that grow
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#include "hash_index.h"

enum { NUMBERS = 4000 };

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

/* How many entries with this hash there are, and whether `number` is one of them. */
static unsigned count(const struct hash_index *index, uint32_t hash, uint32_t number,
                      bool *is_there)
{
    uint32_t slot = hash_index_begin(index, hash), found;
    unsigned entries = 0;

    *is_there = false;
    for (; hash_index_next(index, hash, &slot, &found); entries++)
        *is_there |= found == number;
    return entries;
}

/* Compared with a plain array; with hashes that are spread, that go around the end, that are dense,
 * or that each belong to several entries. */
static void an_entry_is_found_until_it_is_removed(void **state)
{
    static const struct {
        uint32_t factor, shift, offset;
    } hashes[] = {{2654435761U, 0, 0}, {1, 0, UINT32_MAX - 300}, {1, 14, 0}, {2654435761U, 2, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        const uint32_t same = UINT32_C(1) << hashes[i].shift % 14; /* entries of one hash */
        struct hash_index index = {0};
        struct memory memory;
        bool *is_there = calloc(NUMBERS, sizeof(*is_there)), is_found;
        uint32_t seed = 7, left = 0;
        uint32_t *hash = calloc(NUMBERS, sizeof(*hash));

        assert_non_null(is_there);
        assert_non_null(hash);
        memory_init(&memory, 0);
        for (uint32_t n = 0; n < NUMBERS; n++) {
            const uint32_t gone = random_below(&seed, n + 1);

            hash[n] = (hashes[i].shift == 14 ? n << 14 : n >> hashes[i].shift) * hashes[i].factor +
                      hashes[i].offset;
            assert_true(hash_index_reserve(&index, &memory));
            hash_index_add(&index, hash[n], n);
            is_there[n] = true;
            if (is_there[gone])
                hash_index_remove(&index, hash[gone], gone);
            is_there[gone] = false;
        }
        for (uint32_t n = 0; n < NUMBERS; n++) {
            assert_true(count(&index, hash[n], n, &is_found) <= same);
            assert_int_equal(is_found, is_there[n]);
            left += is_there[n];
        }
        assert_true(left > 0);
        assert_int_equal(index.used, left);
        hash_index_clear(&index, &memory);
        memory_release(&memory);
        assert_int_equal(memory.used, 0);
        free(is_there);
        free(hash);
    }
}

static void an_empty_index_has_no_entries(void **state)
{
    const struct hash_index index = {0};
    bool is_found;

    (void)state;
    assert_int_equal(count(&index, 5, 5, &is_found), 0);
}

/* What was added before stays. */
static void without_memory_there_is_no_room(void **state)
{
    struct hash_index index = {0};
    struct memory memory;
    uint32_t added = 0;
    bool is_found;

    (void)state;
    memory_init(&memory, 1 << 16);
    for (; hash_index_reserve(&index, &memory); added++)
        hash_index_add(&index, added * 2654435761U, added);
    assert_true(added > 1000 && added < (1 << 16) / 8);
    for (uint32_t n = 0; n < added; n++) {
        count(&index, n * 2654435761U, n, &is_found);
        assert_true(is_found);
    }
    hash_index_clear(&index, &memory);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

static void what_a_block_held_stays_when_it_grows(void **state)
{
    static const uint8_t zeros[16384];
    struct memory memory;
    uint8_t *block, *grown;

    (void)state;
    memory_init(&memory, 20000);
    block = memory_grow(&memory, NULL, 0, 100);
    assert_non_null(block);
    memset(block, 7, 100);
    block = memory_grow(&memory, block, 100, 8000);
    assert_non_null(block);
    assert_true(block[0] == 7 && block[99] == 7);
    assert_memory_equal(block + 100, zeros, 7900);
    grown = memory_grow(&memory, block, 8000, 16000); /* there is no room for both */
    assert_null(grown);
    assert_true(block[0] == 7 && block[7999] == 0);
    memory_free(&memory, block, 8000);
    memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_until_it_is_removed),
        cmocka_unit_test(an_empty_index_has_no_entries),
        cmocka_unit_test(without_memory_there_is_no_room),
        cmocka_unit_test(what_a_block_held_stays_when_it_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
