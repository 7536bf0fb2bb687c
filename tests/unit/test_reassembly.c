/* test_reassembly.c - the bytes that TCP carries, in order, each once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reassembly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ISN = 0xfffffff0 }; /* so that seqnos wrap soon */

/* What came out of stream 0; a gap of N bytes is "<N>". */
struct heard {
    struct reassembly *reassembly;
    char text[400];
    uint64_t gap_bytes;
    unsigned gaps, other_bytes;
};

static void hear_bytes(void *to, uint32_t stream, const uint8_t *bytes, size_t size)
{
    struct heard *heard = to;

    if (stream != 0)
        heard->other_bytes += (unsigned)size;
    else
        strncat(heard->text, (const char *)bytes, size);
}

static void hear_gap(void *to, uint32_t stream, uint32_t size, bool is_cut)
{
    (void)is_cut;
    struct heard *heard = to;
    char gap[32];

    heard->gaps++;
    heard->gap_bytes += size;
    snprintf(gap, sizeof(gap), "<%u>", (unsigned)size);
    if (stream == 0 && strlen(heard->text) + sizeof(gap) < sizeof(heard->text))
        strcat(heard->text, gap);
}

static int begin(void **state)
{
    struct heard *heard = calloc(1, sizeof(*heard));
    const struct reassembly_config config = {
        .budget = 100000, .bytes = hear_bytes, .gap = hear_gap, .to = heard};

    heard->reassembly = reassembly_new(&config);
    *state = heard;
    return heard->reassembly ? 0 : -1;
}

static int end(void **state)
{
    struct heard *heard = *state;

    reassembly_free(heard->reassembly);
    free(heard);
    return 0;
}

/* A segment at `at` of the stream with the text, of which `captured` bytes are there. */
static void send_cut(struct heard *heard, uint32_t stream, uint32_t at, const char *text,
                     uint32_t captured)
{
    const struct reassembly_segment segment = {
        .seqno = ISN + at,
        .size = (uint32_t)strlen(text),
        .bytes = (const uint8_t *)text,
        .captured = captured,
    };

    assert_true(reassembly_take(heard->reassembly, stream, &segment));
}

static void send(struct heard *heard, uint32_t at, const char *text)
{
    send_cut(heard, 0, at, text, (uint32_t)strlen(text));
}

static void in_order(void **state)
{
    struct heard *heard = *state;

    send(heard, 0, "one ");
    send(heard, 4, "two ");
    send(heard, 8, "three, and over the end of 32 bits");
    assert_string_equal(heard->text, "one two three, and over the end of 32 bits");
}

static void what_is_resent_counts_once(void **state)
{
    struct heard *heard = *state;

    send(heard, 0, "abcd");
    send(heard, 0, "abcd");
    send(heard, 2, "cdef");
    send(heard, 1, "b");
    send(heard, 5, "f"); /* a keep-alive */
    send(heard, 6, "g");
    assert_string_equal(heard->text, "abcdefg");
}

static void what_comes_early_waits(void **state)
{
    struct heard *heard = *state;

    send(heard, 0, "a");
    send(heard, 30, "z");
    send(heard, 4, "efgh");
    send(heard, 4, "ef");
    send(heard, 2, "cdef");
    send(heard, 6, "ghij");
    assert_string_equal(heard->text, "a");
    send(heard, 1, "b");
    assert_string_equal(heard->text, "abcdefghij");
    reassembly_finish(heard->reassembly);
    assert_string_equal(heard->text, "abcdefghij<20>z");
}

static void what_was_cut_off_is_a_gap(void **state)
{
    struct heard *heard = *state;

    send_cut(heard, 0, 0, "abcdef", 2);
    send_cut(heard, 0, 4, "efgh", 3); /* its first bytes are past by now */
    send_cut(heard, 0, 12, "mn", 0);
    send(heard, 8, "ijkl");
    assert_string_equal(heard->text, "ab<4>g<1>ijkl<2>");
}

static void a_syn_begins_anew_before_there_are_bytes(void **state)
{
    struct heard *heard = *state;
    struct reassembly_segment syn = {.seqno = 5000, .is_syn = true};

    assert_true(reassembly_take(heard->reassembly, 0, &syn));
    syn.seqno = ISN;
    assert_true(reassembly_take(heard->reassembly, 0, &syn));
    send(heard, 0, "ab");
    syn.seqno = 5000;
    assert_true(reassembly_take(heard->reassembly, 0, &syn));
    send(heard, 2, "cd");
    assert_string_equal(heard->text, "abcd");
}

/* The one that waits for longest gives up, and no more than it must. */
static void the_budget_holds(void **state)
{
    struct heard *heard = *state;
    char much[1001] = {0};

    memset(much, 'x', sizeof(much) - 1);
    send(heard, 0, "a");
    send(heard, 5, "f");
    send_cut(heard, 1, 0, "a", 1);
    for (uint32_t i = 0; i < 98; i++)
        send_cut(heard, 1, 10 + 1000 * i, much, 1000);
    assert_int_equal(heard->gaps, 0);
    send_cut(heard, 1, 200000, "z", 1);
    assert_string_equal(heard->text, "a<4>f");
    assert_int_equal(heard->gaps, 1);
    send_cut(heard, 1, 10 + 1000 * 98, much, 1000);
    assert_int_equal(heard->gaps, 2); /* the "z" still waits */
    assert_int_equal(heard->other_bytes, 1 + 99 * 1000);
}

/* The receiver has what was acknowledged: it is not sent again. */
static void what_was_acknowledged_is_given_up(void **state)
{
    struct heard *heard = *state;
    uint32_t next;

    assert_false(reassembly_next(heard->reassembly, 0, &next));
    reassembly_give_up(heard->reassembly, 0, ISN + 4); /* has not begun */
    send(heard, 0, "ab");
    send(heard, 4, "ef");
    send(heard, 10, "kl");
    assert_true(reassembly_has_waiting(heard->reassembly, 0));
    reassembly_give_up(heard->reassembly, 0, ISN + 2);
    assert_string_equal(heard->text, "ab");
    reassembly_give_up(heard->reassembly, 0, ISN + 6);
    assert_string_equal(heard->text, "ab<2>ef");
    reassembly_give_up(heard->reassembly, 0, ISN + 8);
    assert_string_equal(heard->text, "ab<2>ef<2>");
    reassembly_give_up(heard->reassembly, 0, ISN + 12);
    assert_string_equal(heard->text, "ab<2>ef<2><2>kl");
    assert_false(reassembly_has_waiting(heard->reassembly, 0));
    assert_true(reassembly_next(heard->reassembly, 0, &next));
    assert_int_equal(next, (uint32_t)ISN + 12);
}

static void a_stream_that_was_dropped_begins_anew(void **state)
{
    struct heard *heard = *state;

    send(heard, 0, "ab");
    send(heard, 4, "ef");
    reassembly_drop(heard->reassembly, 0);
    assert_false(reassembly_has_waiting(heard->reassembly, 0));
    send(heard, 1000, "cd");
    reassembly_drop(heard->reassembly, 1 << 20); /* was never there */
    assert_string_equal(heard->text, "abcd");
}

/* Each second byte, in an order that suits nobody, as often as a hostile sender likes. */
static void many_small_pieces_take_no_time(void **state)
{
    struct heard *heard = *state;

    send_cut(heard, 1, 0, "a", 1);
    for (uint32_t i = 0; i < 100000; i++)
        send_cut(heard, 1, 2 + (i * 7919) % 100000 * 2, "b", 1);
    reassembly_finish(heard->reassembly);
    assert_true(heard->gaps > 1000);
    assert_true(heard->gap_bytes <= 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_order, begin, end),
        cmocka_unit_test_setup_teardown(what_is_resent_counts_once, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_early_waits, begin, end),
        cmocka_unit_test_setup_teardown(what_was_cut_off_is_a_gap, begin, end),
        cmocka_unit_test_setup_teardown(a_syn_begins_anew_before_there_are_bytes, begin, end),
        cmocka_unit_test_setup_teardown(the_budget_holds, begin, end),
        cmocka_unit_test_setup_teardown(what_was_acknowledged_is_given_up, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_that_was_dropped_begins_anew, begin, end),
        cmocka_unit_test_setup_teardown(many_small_pieces_take_no_time, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
