/* test_outstanding.c - what awaits its answer: find, remove, sweep, shed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include "outstanding.h"

struct fixture {
    struct memory memory;
    struct outstanding all;
    outstanding_size size;
    struct outstanding_limits limits;
    uint64_t passed; /* sequence ends that made room because they were passed */
};

static struct fixture empty(uint32_t max, size_t memory_limit)
{
    struct fixture f = {.limits = {.max_age_ns = 1000, .max = max}};

    memory_init(&f.memory, memory_limit);
    return f;
}

static uint32_t add(struct fixture *f, enum outstanding_kind kind, uint32_t value, int64_t time_ns)
{
    struct outstanding_entry entry = {.value = value, .kind = kind & 3};
    struct outstanding_dropped dropped = {0};

    outstanding_set_time(&entry, time_ns);
    outstanding_find_or_add(&f->all, &f->size, &entry, &f->limits, &f->memory, &dropped);
    f->passed += dropped.passed;
    return (uint32_t)dropped.shed;
}

static struct outstanding_entry *find(struct fixture *f, bool is_tsval, uint32_t value)
{
    return outstanding_find(&f->all, f->size, is_tsval, value);
}

static bool take(struct fixture *f, bool is_tsval, uint32_t value)
{
    struct outstanding_entry *entry = find(f, is_tsval, value);

    if (entry)
        outstanding_remove(&f->all, &f->size, entry);
    return entry != NULL;
}

static uint32_t count(struct fixture *f, bool is_tsval, uint32_t values)
{
    uint32_t found = 0;

    for (uint32_t value = 0; value < values; value++)
        found += find(f, is_tsval, value) != NULL;
    return found;
}

static void clear(struct fixture *f)
{
    outstanding_clear(&f->all, &f->size, &f->memory);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    assert_int_equal(f->size, 0);
}

static void what_is_added_is_found_until_taken(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t value = 0; value < 500; value++)
        assert_int_equal(add(&f, OUTSTANDING_SEQ_END, value, value), 0);
    assert_int_equal(count(&f, false, 600), 500);
    for (uint32_t value = 0; value < 500; value += 2)
        assert_true(take(&f, false, value));
    for (uint32_t value = 0; value < 500; value++)
        assert_int_equal(find(&f, false, value) != NULL, value % 2);
    assert_int_equal(outstanding_time(find(&f, false, 77)), 77);
    clear(&f);
}

static void tsvals_and_ends_with_equal_values_are_two(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t value = 0; value < 100; value++) {
        add(&f, OUTSTANDING_SEQ_END, value, 1);
        add(&f, value % 2 ? OUTSTANDING_TSVAL_DATA : OUTSTANDING_TSVAL_PURE_ACK, value, 2);
        /* both while they are few and when they are a table */
        assert_int_equal(outstanding_time(find(&f, false, value)), 1);
        assert_int_equal(outstanding_time(find(&f, true, value)), 2);
    }
    for (uint32_t value = 0; value < 100; value++)
        assert_true(take(&f, true, value));
    assert_int_equal(count(&f, true, 100), 0);
    assert_int_equal(count(&f, false, 100), 100);
    clear(&f);
}

static void few_entries_need_no_memory(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t value = 0; value < 1000; value++) {
        add(&f, OUTSTANDING_SEQ_END, value, 0);
        if (value >= OUTSTANDING_FEW - 1)
            assert_true(take(&f, false, value - (OUTSTANDING_FEW - 1)));
    }
    assert_int_equal(f.memory.allocations, 0);
    clear(&f);
}

static void few_young_entries_need_no_memory(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t value = 0; value < 1000; value++)
        add(&f, OUTSTANDING_SEQ_END, value, 501 * (int64_t)value);
    assert_int_equal(f.memory.allocations, 0);
    clear(&f);
}

static void what_is_too_old_makes_room(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t value = 0; value < 100000; value++) /* ten are young at any time */
        assert_int_equal(add(&f, OUTSTANDING_SEQ_END, value, 100 * (int64_t)value), 0);
    assert_true(f.memory.used <= 64 * sizeof(struct outstanding_entry));
    for (uint32_t value = 100000 - 10; value < 100000; value++)
        assert_non_null(find(&f, false, value));
    clear(&f);
}

static void at_the_cap_the_oldest_make_room(void **state)
{
    enum { MAX = 100 };
    struct fixture f = empty(MAX, 0);
    uint32_t shed = 0, held;

    (void)state;
    for (uint32_t value = 0; value < 1000; value++) {
        shed += add(&f, OUTSTANDING_SEQ_END, value, value / 10);
        assert_non_null(find(&f, false, value));
    }
    held = count(&f, false, 1000);
    assert_true(held <= MAX && held >= MAX / 4);
    assert_int_equal(held + shed, 1000);
    for (uint32_t value = 1000 - held; value < 1000; value++)
        assert_non_null(find(&f, false, value)); /* the newest ones */
    clear(&f);
}

static void entries_of_one_time_can_be_shed_too(void **state)
{
    struct fixture f = empty(20, 0);
    uint32_t shed = 0;

    (void)state;
    for (uint32_t value = 0; value < 1000; value++)
        shed += add(&f, OUTSTANDING_SEQ_END, value, 5);
    assert_int_equal(count(&f, false, 1000) + shed, 1000);
    clear(&f);
}

static void times_may_be_as_far_apart_as_they_can(void **state)
{
    struct fixture f = empty(20, 0);

    (void)state;
    for (uint32_t value = 0; value < 1000; value++)
        add(&f, OUTSTANDING_SEQ_END, value,
            value % 3 == 0   ? INT64_MIN
            : value % 3 == 1 ? 0
                             : INT64_MAX);
    assert_true(count(&f, false, 1000) <= 20);
    clear(&f);
}

static void without_memory_the_newest_are_kept(void **state)
{
    struct fixture f = empty(0, 1);
    uint32_t shed = 0;

    (void)state;
    for (uint32_t value = 0; value < 100; value++) {
        shed += add(&f, OUTSTANDING_SEQ_END, value, 0);
        assert_non_null(find(&f, false, value));
    }
    assert_int_equal(shed, 100 - OUTSTANDING_FEW);
    clear(&f);

    f = empty(0, 8 * sizeof(struct outstanding_entry)); /* the first table only */
    for (uint32_t value = 0, sum = 0; value < 100; value++) {
        sum += add(&f, OUTSTANDING_SEQ_END, value, value);
        assert_int_equal(count(&f, false, 100) + sum, value + 1);
    }
    clear(&f);
}

static void sequence_ends_can_be_dropped_alone(void **state)
{
    struct fixture f = empty(0, 0);

    (void)state;
    for (uint32_t values = 1; values < 200; values *= 2) { /* few, and tables */
        for (uint32_t value = 0; value < values; value++) {
            add(&f, OUTSTANDING_SEQ_END, value, 0);
            add(&f, OUTSTANDING_TSVAL_DATA, value, 0);
        }
        outstanding_drop_seq_ends(&f.all, &f.size);
        assert_int_equal(count(&f, false, 200), 0);
        assert_int_equal(count(&f, true, 200), values);
        clear(&f);
    }
}

/* Against the plainest bookkeeping: open addressing with removal is easily got wrong. */
static void random_additions_and_removals_agree_with_a_list(void **state)
{
    enum { VALUES = 300 };
    bool held[2][VALUES] = {{false}};
    struct fixture f = empty(0, 0);
    uint64_t seed = 11;

    (void)state;
    for (int step = 0; step < 200000; step++) {
        uint32_t random = scenario_random(&seed);
        uint32_t value = random % VALUES, is_tsval = random >> 31;

        if (held[is_tsval][value])
            assert_true(take(&f, is_tsval, value));
        else
            add(&f, is_tsval ? OUTSTANDING_TSVAL_DATA : OUTSTANDING_SEQ_END, value, 0);
        held[is_tsval][value] ^= true;
        value = (random >> 8) % VALUES;
        assert_int_equal(find(&f, is_tsval, value) != NULL, held[is_tsval][value]);
    }
    clear(&f);
}

/* A factor that puts all values in one place is soon changed for another. */
static void unlucky_factors_are_left(void **state)
{
    const uint32_t values = 5000;
    struct fixture f = empty(0, 0);

    (void)state;
    f.memory.salt = 1;
    for (uint32_t value = 0; value < values; value++)
        assert_int_equal(add(&f, OUTSTANDING_SEQ_END, value, 1), 0);
    assert_true(f.all.table.turn > 0);
    assert_int_equal(count(&f, false, values), values);
    for (uint32_t value = 0; value < values; value++)
        assert_true(take(&f, false, value));
    assert_int_equal(count(&f, false, values), 0);
    clear(&f);
}

/* In a large table some values stand far from their homes by chance: no reason to move all of them
 * again and again. */
static void chance_does_not_move_a_table(void **state)
{
    enum { COUNT = 200000, BITS = 19 /* of the last table */ };
    struct fixture f = empty(0, 0);
    uint64_t seed = 3;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        add(&f, OUTSTANDING_SEQ_END, scenario_random(&seed), 1);
    assert_true(f.all.table.bits <= BITS);
    assert_true(f.memory.allocations < (size_t)2 * BITS);
    clear(&f);
}

/* How many slots a search for what is not there looks at, on average. */
static double cost_of_search(const struct fixture *f)
{
    const uint32_t slots = UINT32_C(1) << f->all.table.bits;
    uint32_t run = 0;
    uint64_t sum = 0;

    for (uint32_t i = 2 * slots; i-- > 0;) {
        run = f->all.table.slots[i % slots].kind == OUTSTANDING_NONE ? 0 : run + 1;
        if (i < slots)
            sum += run;
    }
    return (double)sum / slots;
}

/* A distance for which all factors are unlucky that lie near one that is, a multiple of the golden
 * ratio away: turns must not go on by such steps. The keys are fixed, since under some of all that
 * there are a table is left that is worth no rebuilding yet, but slower than this. */
static void no_distance_is_unlucky_in_every_turn(void **state)
{
    enum { KEYS = 20 };
    const uint32_t values = 5000, fibonacci = 514229; /* the 29th */
    uint64_t inverse = 1, seed = 1;

    (void)state;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - fibonacci * inverse;
    for (int key = 0; key < KEYS; key++) {
        struct fixture f = empty(0, 0);

        f.memory.key.words[0] = scenario_random(&seed);
        f.memory.key.words[1] = scenario_random(&seed);
        f.memory.salt = inverse;
        for (uint32_t i = 0; i < values; i++)
            assert_int_equal(add(&f, OUTSTANDING_SEQ_END, i * fibonacci, 1), 0);
        assert_true(f.all.table.turn >= 1 && f.all.table.turn <= 14);
        assert_true(cost_of_search(&f) < 30);
        clear(&f);
    }
}

/* Value number `i` of a family. */
static uint32_t crafted_value(int family, uint32_t i)
{
    static const uint32_t steps[] = {1, 2, 1448, 4096, 1 << 20, 514229, 2654435769, 3141592653};
    enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

    if (family < STEPS)
        return i * steps[family];
    if (family == STEPS)
        return i / 64 << 24 | i % 64; /* short runs, far apart */
    return i % 2 ? i << 16 : ~i;
}

/* A few factors are unlucky for some values; none of the values is unlucky for most factors. In a
 * table as full as these, chance alone makes it 8 slots. */
static void crafted_values_do_not_cluster(void **state)
{
    enum { SALTS = 50, FAMILIES = 10, VALUES = 3000 };

    (void)state;
    for (int family = 0; family < FAMILIES; family++) {
        double sum = 0;

        for (int i = 0; i < SALTS; i++) {
            struct fixture f = empty(0, 0);

            for (uint32_t value = 0; value < VALUES; value++)
                add(&f, OUTSTANDING_SEQ_END, crafted_value(family, value), 1);
            sum += cost_of_search(&f);
            clear(&f);
        }
        assert_true(sum / (double)SALTS < 30);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_found_until_taken),
        cmocka_unit_test(chance_does_not_move_a_table),
        cmocka_unit_test(no_distance_is_unlucky_in_every_turn),
        cmocka_unit_test(crafted_values_do_not_cluster),
        cmocka_unit_test(tsvals_and_ends_with_equal_values_are_two),
        cmocka_unit_test(few_entries_need_no_memory),
        cmocka_unit_test(few_young_entries_need_no_memory),
        cmocka_unit_test(what_is_too_old_makes_room),
        cmocka_unit_test(at_the_cap_the_oldest_make_room),
        cmocka_unit_test(entries_of_one_time_can_be_shed_too),
        cmocka_unit_test(times_may_be_as_far_apart_as_they_can),
        cmocka_unit_test(without_memory_the_newest_are_kept),
        cmocka_unit_test(sequence_ends_can_be_dropped_alone),
        cmocka_unit_test(random_additions_and_removals_agree_with_a_list),
        cmocka_unit_test(unlucky_factors_are_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
