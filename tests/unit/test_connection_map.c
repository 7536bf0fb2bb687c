/* test_connection_map.c - entries of connections, within limits of number and memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <stdlib.h>
#include <time.h>

#include "connection_map.h"

enum { NUMBERS = 20000, LIMIT = 100 };

struct entry {
    uint32_t of;
    void *block; /* of block_size bytes */
    size_t block_size;
};

/* A map, and how many of its entries have ended. */
struct fixture {
    struct memory memory;
    struct connection_map map;
    unsigned ended;
};

static void end_entry(void *owner, void *data)
{
    struct fixture *f = owner;
    struct entry *entry = data;

    memory_free(&f->memory, entry->block, entry->block_size);
    f->ended++;
}

static void begin(struct fixture *f, uint32_t limit, size_t bytes)
{
    *f = (struct fixture){0};
    memory_init(&f->memory, bytes);
    connection_map_init(&f->map, &f->memory, sizeof(struct entry), limit);
    f->map.end = end_entry;
    f->map.owner = f;
}

static void end(struct fixture *f)
{
    connection_map_clear(&f->map);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
}

static struct entry *use(struct fixture *f, uint32_t serial)
{
    struct entry *entry = connection_map_use(&f->map, serial);

    assert_non_null(entry);
    assert_true(entry->of == 0 || entry->of == serial + 1);
    entry->of = serial + 1;
    return entry;
}

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

/* Compared with a plain array. Numbers come in order, as the core gives them, and go in disorder;
 * or all of them share their lowest bits, which is the worst that a capture can do. */
static void an_entry_is_found_until_it_is_removed(void **state)
{
    static const uint32_t strides[] = {1, 64, 1 << 16};

    (void)state;
    for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
        struct entry **entries = calloc(NUMBERS, sizeof(*entries));
        struct fixture f;
        uint32_t seed = 7, there = 0;

        assert_non_null(entries);
        begin(&f, 0, 0);
        for (uint32_t n = 0; n < NUMBERS; n++) {
            uint32_t gone = random_below(&seed, n + 1), looked_at = random_below(&seed, NUMBERS);

            entries[n] = use(&f, n * strides[i]);
            connection_map_remove(&f.map, gone * strides[i]);
            entries[gone] = NULL;
            assert_ptr_equal(connection_map_find(&f.map, looked_at * strides[i]),
                             entries[looked_at]);
        }
        for (uint32_t n = 0; n < NUMBERS; n++) {
            assert_ptr_equal(connection_map_find(&f.map, n * strides[i]), entries[n]);
            there += entries[n] != NULL;
        }
        assert_int_equal(f.map.count, there);
        assert_int_equal(f.ended, NUMBERS - there);
        assert_int_equal(f.map.evicted, 0);
        end(&f);
        assert_int_equal(f.ended, NUMBERS);
        free(entries);
    }
}

/* Whatever the order of the numbers: as they come, or hardly two in a row. */
static void beyond_the_limit_the_least_used_makes_room(void **state)
{
    static const uint32_t factors[] = {1, 2654435761U};
    enum { BUSY = 3 };

    (void)state;
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        struct fixture f;

        begin(&f, LIMIT, 0);
        for (uint32_t n = 0; n < NUMBERS; n++) {
            use(&f, n * factors[i]);
            use(&f, BUSY * factors[i]);
            assert_int_equal(f.map.count + f.map.evicted, n < BUSY ? n + 2 : n + 1);
            assert_true(f.map.count <= LIMIT);
            assert_non_null(connection_map_find(&f.map, n * factors[i]));
        }
        assert_int_equal(f.map.count, LIMIT);
        assert_int_equal(f.map.evicted, f.ended);
        assert_null(connection_map_find(&f.map, 0));
        end(&f);
    }
}

/* And comes at once: where many stand in a row, looking along it took a millisecond. */
static void room_is_found_at_once(void **state)
{
    enum { MANY = 100000, MORE = 1000000 };
    struct fixture f;
    clock_t begun;

    (void)state;
    begin(&f, MANY, 0);
    begun = clock();
    for (uint32_t n = 0; n < MORE; n++)
        use(&f, n);
    assert_true(clock() - begun < 10 * CLOCKS_PER_SEC);
    end(&f);
}

static void what_grows_makes_others_go(void **state)
{
    enum { BYTES = 1 << 20, BLOCK = 5000 };
    struct fixture f;

    (void)state;
    begin(&f, 0, BYTES);
    for (uint32_t n = 0; n < NUMBERS; n++) {
        struct entry *entry = use(&f, n);

        entry->block = memory_alloc(&f.memory, BLOCK);
        entry->block_size = BLOCK;
        assert_non_null(entry->block);
        connection_map_fit(&f.map, n);
        assert_ptr_equal(connection_map_find(&f.map, n), entry);
    }
    assert_true(f.memory.used <= BYTES);
    assert_true(f.map.count >= BYTES / BLOCK / 2 && f.map.count <= BYTES / BLOCK);
    assert_int_equal(f.map.count + f.map.evicted, NUMBERS);
    end(&f);
}

/* One that takes all for itself stays, alone. */
static void the_last_one_stays(void **state)
{
    enum { BYTES = 1 << 20 };
    struct fixture f;
    struct entry *entry;

    (void)state;
    begin(&f, 0, BYTES);
    use(&f, 1);
    entry = use(&f, 2);
    entry->block_size = BYTES / 16 * 15;
    entry->block = memory_alloc(&f.memory, entry->block_size);
    assert_non_null(entry->block);
    connection_map_fit(&f.map, 2);
    assert_null(connection_map_find(&f.map, 1));
    assert_ptr_equal(connection_map_find(&f.map, 2), entry);
    end(&f);
}

static void without_memory_there_is_no_entry(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, 0, 100);
    assert_null(connection_map_use(&f.map, 1));
    assert_null(connection_map_find(&f.map, 1));
    assert_int_equal(f.map.count, 0);
    end(&f);
}

static void numbers_come_in_order(void **state)
{
    static const uint32_t serials[] = {5, UINT32_MAX, 7, 0};
    static const uint32_t sorted[] = {0, 5, 7, UINT32_MAX};
    struct fixture f;
    uint32_t *got;
    size_t count;

    (void)state;
    begin(&f, 0, 0);
    for (size_t i = 0; i < 4; i++)
        use(&f, serials[i]);
    got = connection_map_serials(&f.map, &count);
    assert_int_equal(count, 4);
    assert_memory_equal(got, sorted, sizeof(sorted));
    memory_free(&f.memory, got, (count + 1) * sizeof(*got));
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_until_it_is_removed),
        cmocka_unit_test(beyond_the_limit_the_least_used_makes_room),
        cmocka_unit_test(room_is_found_at_once),
        cmocka_unit_test(what_grows_makes_others_go),
        cmocka_unit_test(the_last_one_stays),
        cmocka_unit_test(without_memory_there_is_no_entry),
        cmocka_unit_test(numbers_come_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
