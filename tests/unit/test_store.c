/* test_store.c - what the plugin keeps of each frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "store.h"

#ifdef __has_builtin
#if __has_builtin(__builtin_clear_padding)
#define HAS_CLEAR_PADDING
#endif
#endif

enum { FRAME = 77, EACH_BYTE = 0x01 };

static const struct connmon_segment segment = {
    .src = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 1024},
    .dst = {.addr = {192, 0, 2, 2}, .addr_len = 4, .port = 80},
    .discriminator = 9,
    .flags = CONNMON_ACK,
    .has_timestamps = true,
};

/* Puts a result of FRAME into a store and gets it back, with all padding 0. */
static struct connmon_observation stored(const struct connmon_segment *from,
                                         const struct connmon_result *result)
{
    struct store *store = store_new();
    struct connmon_observation seen;
    const char *label;

    memset(&seen, 0, sizeof(seen));
    store_begin_frame(store, FRAME);
    store_put(store, FRAME, from, result);
    assert_true(store_get(store, FRAME, &seen, &label));
    assert_string_equal(label, "192.0.2.1:1024+192.0.2.2:80");
    store_free(store);
    return seen;
}

static void clear_padding(struct connmon_result *result)
{
#ifdef HAS_CLEAR_PADDING
    __builtin_clear_padding(result);
#else
    (void)result;
#endif
}

#ifdef HAS_CLEAR_PADDING
/* Every member differs from 0, but for those of a copy. */
static struct connmon_result full_result(void)
{
    struct connmon_result result;

    memset(&result, EACH_BYTE, sizeof(result));
    result.is_copy = false;
    result.original = 0;
    result.connection = 0;
    result.flow_bytes = UINT64_C(0x010203040506);
    result.side = CONNMON_SIDE_COUNT - 1;
    result.seq_event = CONNMON_SEQ_EVENT_COUNT - 1;
    result.state = CONNMON_STATE_COUNT - 1;
    result.event = CONNMON_EVENT_COUNT - 1;
    result.end = CONNMON_END_COUNT - 1;
    result.rtt_source = CONNMON_RTT_SOURCE_COUNT - 1;
    result.seqno.pure_ack = false; /* TSval only */
    result.tsval.packet = result.seqno.packet = result.dup_ack.packet = result.turn.packet = 0;
    return result;
}
#endif

/* The core knows the only packet as number 0; it is told as the frame. */
static void name_frames(struct connmon_result *result)
{
    if (result->is_copy) {
        result->original = FRAME;
        return;
    }
    result->tsval.packet = result->seqno.packet = FRAME;
    result->dup_ack.packet = result->turn.packet = FRAME;
}

static void every_member_is_kept(void **state)
{
#ifdef HAS_CLEAR_PADDING
    struct connmon_result result = full_result(), found;

    (void)state;
    for (int sign = 0; sign < 2; sign++) {
        result.seq_gap = sign ? -1 : 1;
        found = stored(&segment, &result).result;
        clear_padding(&found);
        name_frames(&result);
        clear_padding(&result);
        assert_memory_equal(&found, &result, sizeof(found));
        result = full_result();
    }
#else
    (void)state;
    skip();
#endif
}

static void a_copy_is_kept(void **state)
{
    struct connmon_result result, found;

    (void)state;
    memset(&result, 0, sizeof(result));
    result.is_copy = true;
    result.direction = 1;
    found = stored(&segment, &result).result;
    clear_padding(&found);
    name_frames(&result);
    assert_memory_equal(&found, &result, sizeof(found));
}

static void what_is_absent_is_zero(void **state)
{
    struct connmon_result result, found;

    (void)state;
    memset(&result, 0, sizeof(result));
    result.payload_len = result.new_payload = 1448;
    found = stored(&segment, &result).result;
    clear_padding(&found);
    assert_memory_equal(&found, &result, sizeof(found));
    result.new_payload = 0; /* a RST's */
    assert_int_equal(stored(&segment, &result).result.new_payload, 0);
}

static void the_segment_is_told(void **state)
{
    const struct connmon_result forward = {0}, backward = {.direction = 1};
    struct connmon_segment other = segment;
    struct connmon_observation seen = stored(&segment, &forward);

    (void)state;
    assert_int_equal(seen.packet, FRAME);
    assert_int_equal(seen.discriminator, 9);
    assert_int_equal(seen.flags, CONNMON_ACK);
    assert_true(seen.has_timestamps && seen.has_zero_window && !seen.time_unknown);
    other.window = 1;
    other.has_timestamps = false;
    other.time_unknown = true;
    other.flags = 0xff;
    seen = stored(&other, &backward);
    assert_true(!seen.has_timestamps && !seen.has_zero_window && seen.time_unknown);
    assert_int_equal(seen.flags, 0xff);
    assert_int_equal(seen.src.port, 1024);
    assert_int_equal(seen.dst.port, 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_kept),
        cmocka_unit_test(a_copy_is_kept),
        cmocka_unit_test(what_is_absent_is_zero),
        cmocka_unit_test(the_segment_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
