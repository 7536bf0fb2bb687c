/* test_hash.c - the keyed hashes, and how they spread what an attacker may choose
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "entropy.h"
#include "hash.h"
#include "memory.h"

enum { BITS = 16, KEYS = 8, SIDE = 1 << BITS / 2 };

/* Bytes 0, 1, 2 and so on under the key that published test vectors use. */
static void siphash_agrees_with_published_vectors(void **state)
{
    static const struct siphash_key key = {
        {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
    static const struct {
        size_t size;
        uint64_t hash;
    } vectors[] = {
        {0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},
        {4, UINT64_C(0xcf75576088d38328)},  {7, UINT64_C(0xd3927d989bb11140)},
        {8, UINT64_C(0x369095118d299a8e)},  {9, UINT64_C(0x25a48eb36c063de4)},
        {15, UINT64_C(0xd320d86d2a519956)}, {16, UINT64_C(0xcc4fdd1a7d908b66)},
        {40, UINT64_C(0xc1d2363299e41531)}, {63, UINT64_C(0x9d199062b7bbb3a8)},
    };
    static const uint64_t words[] = {
        UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908), UINT64_C(0x1716151413121110),
        UINT64_C(0x1f1e1d1c1b1a1918), UINT64_C(0x2726252423222120),
    };
    uint8_t message[64];

    (void)state;
    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const uint64_t hash = siphash_bytes(&key, message, vectors[i].size);

        assert_true(hash == vectors[i].hash);
        if (vectors[i].size == 4)
            assert_true(siphash_value(&key, UINT32_C(0x03020100)) == hash);
        if (vectors[i].size % 8 == 0)
            assert_true(siphash_words(&key, words, vectors[i].size / 8) == hash);
    }
}

static void keys_differ(void **state)
{
    struct memory one, other;

    (void)state;
    memory_init(&one, 0);
    memory_init(&other, 0);
    assert_memory_not_equal(&one.key, &other.key, sizeof(one.key));
    assert_true(one.key.words[0] != one.key.words[1]);
    assert_true(one.salt != other.salt && (one.salt & other.salt & 1));
}

static struct connmon_endpoint ipv6(uint64_t high, uint64_t low, uint16_t port)
{
    struct connmon_endpoint end = {.addr_len = 16, .port = port};

    memcpy(end.addr, &high, sizeof(high));
    memcpy(end.addr + sizeof(high), &low, sizeof(low));
    return end;
}

static struct connmon_endpoint ipv4(uint32_t addr, uint16_t port)
{
    struct connmon_endpoint end = {.addr_len = 4, .port = port};

    memcpy(end.addr, &addr, sizeof(addr));
    return end;
}

static void ends_in_either_order_are_one_key(void **state)
{
    struct connmon_endpoint ends[] = {
        ipv6(1, 2, 3), ipv6(1, 2, 4), ipv6(1, 3, 3), ipv6(2, 1, 3),
        ipv4(1, 3),    ipv4(1, 4),    ipv4(2, 3),
    };
    enum { ENDS = sizeof(ends) / sizeof(ends[0]) };
    uint64_t seen[ENDS * ENDS];
    struct memory memory;
    size_t count = 0;

    (void)state;
    memory_init(&memory, 0);
    for (int i = 0; i < ENDS; i++)
        for (int j = i; j < ENDS; j++) {
            seen[count] = hash_ends(&ends[i], &ends[j], 7, &memory.key);
            assert_true(seen[count] == hash_ends(&ends[j], &ends[i], 7, &memory.key));
            assert_true(seen[count] != hash_ends(&ends[i], &ends[j], 8, &memory.key));
            for (size_t other = 0; other < count; other++)
                assert_true(seen[other] != seen[count]);
            count++;
        }
}

/* Makes key number p * SIDE + q of a family, and hashes it. */
typedef uint64_t hash_of_pair(uint64_t p, uint64_t q, const struct siphash_key *key);

static uint64_t hash_halves(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    const struct connmon_endpoint client = ipv6(p << 56 | 0xb80d0120, q << 56 | q << 24, 1234);
    const struct connmon_endpoint server = ipv6(0x20, UINT64_C(2) << 56, 80);

    return hash_ends(&client, &server, 0, key);
}

/* Both ends change, as if one could undo the other. */
static uint64_t hash_both_ends(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    const struct connmon_endpoint client = ipv6(p, ~q, 1), server = ipv6(p << 1, q << 32, 1);

    return hash_ends(&client, &server, 0, key);
}

static uint64_t hash_ipv4(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    const struct connmon_endpoint client = ipv4((uint32_t)p << 24 | 10, (uint16_t)(q << 8));
    const struct connmon_endpoint server = ipv4((uint32_t)(p ^ 0xff) << 24 | 10, (uint16_t)q);

    return hash_ends(&client, &server, 0, key);
}

static uint64_t hash_one_address(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    return hash_address(ipv6(p << 56, q << 56 | q << 24, 0).addr, key);
}

/* What copies compare: words whose parts could cancel each other out. */
static uint64_t hash_copy_high(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    return hash_words((uint64_t[]){p << 56 | q << 24, p << 56 | q << 24, 0, 0}, key);
}

static uint64_t hash_copy_halves(uint64_t p, uint64_t q, const struct siphash_key *key)
{
    return hash_words((uint64_t[]){p << 32, q << 32, q << 32, p << 32}, key);
}

/* Keys that share a slot with another before them: where they are as many as slots, 37 in 100 do by
 * chance. */
static uint32_t count_shared(hash_of_pair *hash, const struct siphash_key *key)
{
    static bool used[1 << BITS];
    uint32_t shared = 0;

    memset(used, 0, sizeof(used));
    for (uint64_t p = 0; p < SIDE; p++)
        for (uint64_t q = 0; q < SIDE; q++) {
            bool *slot = &used[hash_home(hash(p, q, key), BITS)];

            shared += *slot;
            *slot = true;
        }
    return shared;
}

static void crafted_keys_meet_by_chance_alone(void **state)
{
    static hash_of_pair *const families[] = {hash_halves,      hash_both_ends, hash_ipv4,
                                             hash_one_address, hash_copy_high, hash_copy_halves};

    (void)state;
    for (int i = 0; i < KEYS; i++) {
        struct siphash_key key;

        entropy_draw(&key, sizeof(key));
        for (size_t family = 0; family < sizeof(families) / sizeof(families[0]); family++) {
            const uint32_t shared = count_shared(families[family], &key);

            assert_true(shared >= (1 << BITS) * 36 / 100 && shared <= (1 << BITS) * 38 / 100);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_agrees_with_published_vectors),
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(ends_in_either_order_are_one_key),
        cmocka_unit_test(crafted_keys_meet_by_chance_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
