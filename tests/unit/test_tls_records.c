/* test_tls_records.c - records of TLS, and the name that a ClientHello asks for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A ClientHello that asks for "example.org", with an extension before and one behind. */
static const uint8_t hello[] = "\x01\x00\x00\x49\x03\x03"
                               "0123456789abcdef0123456789abcdef"
                               "\x02zz"           /* session id */
                               "\x00\x02\x13\x01" /* cipher suites */
                               "\x01\x00"         /* compression methods */
                               "\x00\x1c"         /* extensions */
                               "\x00\x17\x00\x00"
                               "\x00\x00\x00\x10\x00\x0e\x00\x00\x0b"
                               "example.org"
                               "\x00\x23\x00\x00";

enum { HELLO = sizeof(hello) - 1 };

struct fixture {
    struct memory memory;
    struct tls_records records;
    struct exchange_hints hints;
    char *name;
    size_t name_size;
};

static int begin(void **state)
{
    static struct fixture f;

    f = (struct fixture){0};
    memory_init(&f.memory, 1 << 20);
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    tls_records_clear(&f->records, &f->memory);
    memory_free(&f->memory, f->name, f->name_size + 1);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    return 0;
}

static bool take(struct fixture *f, const void *bytes, size_t size)
{
    f->hints = (struct exchange_hints){0};
    return tls_records_take(&f->records, bytes, size, &f->hints, &f->memory, &f->name,
                            &f->name_size);
}

static void expect_name(const struct fixture *f)
{
    assert_non_null(f->name);
    assert_int_equal(f->name_size, 11);
    assert_memory_equal(f->name, "example.org", 11);
}

/* A record of that type around the bytes. */
static size_t wrap(uint8_t *record, uint8_t type, const void *bytes, size_t size)
{
    const uint8_t header[] = {type, 3, 1, (uint8_t)(size >> 8), (uint8_t)size};

    memcpy(record, header, sizeof(header));
    memcpy(record + sizeof(header), bytes, size);
    return sizeof(header) + size;
}

static void a_name_in_one_piece(void **state)
{
    struct fixture *f = *state;
    uint8_t record[200];
    size_t size = wrap(record, 22, hello, HELLO);

    assert_int_equal(HELLO, 4 + hello[3]);
    assert_true(tls_begins(record, size));
    assert_true(tls_begins_hello(record, size));
    assert_true(take(f, record, size));
    assert_true(f->hints.is_tls && f->hints.has_tls_handshake);
    assert_false(f->hints.has_tls_data || f->hints.has_tls_alert);
    expect_name(f);
}

static void a_name_in_many_records_and_pieces(void **state)
{
    struct fixture *f = *state;
    uint8_t records[1000];
    size_t size = 0;

    for (size_t i = 0; i < HELLO; i += 7)
        size += wrap(records + size, 22, hello + i, HELLO - i < 7 ? HELLO - i : 7);
    for (size_t i = 0; i < size; i++) {
        assert_true(take(f, records + i, 1));
        assert_int_equal(f->name != NULL, i + 1 == size);
    }
    expect_name(f);
}

static void a_record_tells_its_kind_where_it_ends(void **state)
{
    struct fixture *f = *state;
    uint8_t records[100];
    size_t size = wrap(records, 21, "ab", 2);

    size += wrap(records + size, 23, "data", 4);
    assert_true(take(f, records, size - 1));
    assert_true(f->hints.is_tls && f->hints.has_tls_alert && !f->hints.has_tls_data);
    assert_true(take(f, records + size - 1, 1));
    assert_true(f->hints.is_tls && !f->hints.has_tls_alert && f->hints.has_tls_data);
    assert_null(f->name);
}

static void what_is_no_record(void **state)
{
    struct fixture *f = *state;

    assert_false(tls_begins((const uint8_t *)"GET / HTTP", 10));
    assert_false(tls_begins((const uint8_t *)"\x16\x03\x01\xff\xff", 5));
    assert_false(tls_begins((const uint8_t *)"\x17\x03\x03\x00\x00", 5));
    assert_false(
        tls_begins_hello((const uint8_t *)"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x03\x03", 11));
    assert_true(take(f, "\x17\x03\x03\x00\x01x", 6));
    assert_false(take(f, "HTTP", 4));
    assert_false(take(f, "\x17\x03\x03\x00\x01x", 6));
    assert_false(f->hints.is_tls);
}

/* A gap may lie within a record; it may end it if the packet is there. */
static void gaps(void **state)
{
    struct fixture *f = *state;
    struct exchange_hints hints = {0};

    assert_false(tls_records_skip(&f->records, 1, &hints, &f->memory));
    assert_true(take(f, "\x17\x03\x03\x00\x0axx", 7));
    assert_false(tls_records_skip(&f->records, 8, NULL, &f->memory));
    assert_true(tls_records_skip(&f->records, 5, NULL, &f->memory));
    assert_false(hints.has_tls_data);
    assert_true(tls_records_skip(&f->records, 3, &hints, &f->memory));
    assert_true(hints.has_tls_data);
    assert_true(take(f, "\x15\x03\x03\x00\x01x", 6));
    assert_true(f->hints.has_tls_alert);
}

/* Each byte may be wrong, and each length: whatever it says, no byte behind the message is read. */
static void a_hello_that_contradicts_itself(void **state)
{
    uint8_t wrong[HELLO];

    (void)state;
    for (size_t size = 0; size < HELLO; size++)
        assert_null(tls_server_name(memcpy(wrong, hello, HELLO), size).bytes);
    for (size_t i = 0; i < HELLO; i++)
        for (unsigned byte = 0; byte < 256; byte++) {
            struct words name;

            memcpy(wrong, hello, HELLO);
            wrong[i] = (uint8_t)byte;
            name = tls_server_name(wrong, HELLO);
            if (name.bytes)
                assert_true((const uint8_t *)name.bytes + name.size <= wrong + HELLO);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_in_one_piece, begin, end),
        cmocka_unit_test_setup_teardown(a_name_in_many_records_and_pieces, begin, end),
        cmocka_unit_test_setup_teardown(a_record_tells_its_kind_where_it_ends, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_record, begin, end),
        cmocka_unit_test_setup_teardown(gaps, begin, end),
        cmocka_unit_test(a_hello_that_contradicts_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
