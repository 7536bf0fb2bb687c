/* test_body.c - bodies, decompressed as they come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "decoder.h"

static const char text[] = "hello hello hello hello\n";

/* That text. */
static const uint8_t in_gzip[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8"
    "\x40\x27\xb9\x00\x00\x88\x59\x0b\x18\x00\x00\x00";
static const uint8_t in_zlib[] =
    "\x78\xda\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\xb9\x00\x70\xbe\x08\xbb";
static const uint8_t in_deflate[] = "\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\xb9\x00";
static const uint8_t in_brotli[] =
    "\x1b\x17\x00\xf8\x8d\x94\x6e\xde\x44\x55\x86\xd6\x0a\x20\x6c\x6f\x4a"
    "\x11\x79\xe2\x80\xae\x16";
static const uint8_t in_zstd[] =
    "\x28\xb5\x2f\xfd\x00\x58\x6d\x00\x00\x38\x68\x65\x6c\x6c\x6f\x20\x0a"
    "\x01\x00\x99\x4b\x11";

struct fixture {
    struct memory memory;
    struct body_config config;
    struct body body;
};

static int begin(void **state)
{
    static struct fixture f;

    f = (struct fixture){.config = {.memory = &f.memory, .most = 1000, .is_kept = true}};
    memory_init(&f.memory, 8 << 20);
    *state = &f;
    return 0;
}

/* All memory comes back. */
static int end(void **state)
{
    struct fixture *f = *state;

    body_clear(&f->body, &f->config);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    return 0;
}

static void begin_body(struct fixture *f, const char *coding)
{
    const struct words name = {coding, strlen(coding)};

    body_clear(&f->body, &f->config);
    body_begin(&f->body, &f->config, body_coding_of(name));
}

static void expect_text(struct fixture *f)
{
    size_t room;
    char *kept;

    assert_true(body_is_decoded(&f->body));
    assert_int_equal(f->body.decoded, strlen(text));
    kept = body_take(&f->body, &room);
    assert_non_null(kept);
    assert_memory_equal(kept, text, strlen(text));
    memory_free(&f->memory, kept, room);
}

static void expect_decoded(struct fixture *f, const char *coding, const uint8_t *bytes, size_t size)
{
    begin_body(f, coding);
    body_add(&f->body, &f->config, bytes, size);
    expect_text(f);
    begin_body(f, coding);
    for (size_t i = 0; i < size; i++)
        body_add(&f->body, &f->config, bytes + i, 1);
    assert_int_equal(f->body.coded, size);
    expect_text(f);
}

static void each_coding(void **state)
{
    struct fixture *f = *state;

    expect_decoded(f, "", (const uint8_t *)text, strlen(text));
    expect_decoded(f, "Identity", (const uint8_t *)text, strlen(text));
    if (decoder_deflate()) {
        expect_decoded(f, "gzip", in_gzip, sizeof(in_gzip) - 1);
        expect_decoded(f, "X-GZip", in_gzip, sizeof(in_gzip) - 1);
        expect_decoded(f, "deflate", in_zlib, sizeof(in_zlib) - 1);
        expect_decoded(f, "deflate", in_deflate, sizeof(in_deflate) - 1);
    }
    if (decoder_brotli())
        expect_decoded(f, "br", in_brotli, sizeof(in_brotli) - 1);
    if (decoder_zstd())
        expect_decoded(f, "zstd", in_zstd, sizeof(in_zstd) - 1);
}

static void what_is_not_known_is_only_counted(void **state)
{
    struct fixture *f = *state;

    begin_body(f, "gzip, br");
    body_add(&f->body, &f->config, in_gzip, 10);
    assert_false(body_is_decoded(&f->body));
    assert_int_equal(f->body.coded, 10);
    assert_null(body_take(&f->body, &(size_t){0}));
}

static void damage_is_not_decoded(void **state)
{
    struct fixture *f = *state;

    begin_body(f, "gzip");
    body_add(&f->body, &f->config, in_gzip, sizeof(in_gzip) - 4); /* its end is missing */
    assert_false(body_is_decoded(&f->body));
    begin_body(f, "gzip");
    body_add(&f->body, &f->config, "\x1f\x8b\x08\x00nonsense and more of it", 25);
    assert_false(body_is_decoded(&f->body));
    begin_body(f, "br");
    body_add(&f->body, &f->config, in_brotli, 5);
    body_lose(&f->body, &f->config);
    body_add(&f->body, &f->config, in_brotli + 5, sizeof(in_brotli) - 6);
    assert_false(body_is_decoded(&f->body));
    assert_int_equal(f->body.coded, sizeof(in_brotli) - 1);
}

/* The size of a plain body is known without its bytes. */
static void a_plain_body_with_a_gap(void **state)
{
    struct fixture *f = *state;

    begin_body(f, "");
    body_add(&f->body, &f->config, "ab", 2);
    body_lose(&f->body, &f->config);
    body_add(&f->body, &f->config, "\0\0", 2);
    assert_true(body_is_decoded(&f->body));
    assert_int_equal(f->body.decoded, 4);
    assert_null(body_take(&f->body, &(size_t){0}));
}

/* A megabyte of zeros in a kilobyte, of which the limit allows a thousandth. */
static void a_bomb_is_defused(void **state)
{
    static const uint8_t head[] =
        "\x78\xda\xec\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\x0a\x00";
    struct fixture *f = *state;

    if (!decoder_deflate())
        skip();
    f->config.most = 20;
    begin_body(f, "gzip");
    body_add(&f->body, &f->config, in_gzip, sizeof(in_gzip) - 1);
    assert_true(f->body.has_exceeded);
    assert_false(body_is_decoded(&f->body));
    assert_null(f->body.decoder);
    begin_body(f, "deflate");
    for (int i = 0; i < 100; i++)
        body_add(&f->body, &f->config, head, sizeof(head) - 1);
    assert_false(body_is_decoded(&f->body));
}

/* What is too long to keep, or has no memory, is sized all the same. */
static void a_long_plain_body_is_not_kept(void **state)
{
    struct fixture *f = *state;
    char much[600] = {0};

    begin_body(f, "");
    body_add(&f->body, &f->config, much, sizeof(much));
    body_add(&f->body, &f->config, much, sizeof(much));
    assert_true(f->body.has_exceeded);
    assert_true(body_is_decoded(&f->body));
    assert_int_equal(f->body.decoded, 1200);
    assert_null(body_take(&f->body, &(size_t){0}));
}

static void without_memory_nothing_is_decoded(void **state)
{
    struct fixture *f = *state;

    if (!decoder_deflate())
        skip();
    f->memory.limit = 1000;
    begin_body(f, "gzip");
    body_add(&f->body, &f->config, in_gzip, sizeof(in_gzip) - 1);
    assert_true(f->body.has_exceeded);
    assert_false(body_is_decoded(&f->body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_coding, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_only_counted, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_not_decoded, begin, end),
        cmocka_unit_test_setup_teardown(a_plain_body_with_a_gap, begin, end),
        cmocka_unit_test_setup_teardown(a_bomb_is_defused, begin, end),
        cmocka_unit_test_setup_teardown(a_long_plain_body_is_not_kept, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_nothing_is_decoded, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
