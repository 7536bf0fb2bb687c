/* test_conversation.c - the figures of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include "conversation.h"
#include "field.h"

struct fixture {
    struct memory memory;
    struct conversation conversation;
};

static int begin(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    memory_init(&fixture.memory, 0);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    conversation_clear(&f->conversation, &f->memory);
    memory_release(&f->memory);
    assert_int_equal(f->memory.used, 0);
    return 0;
}

static void add(struct fixture *f, struct connmon_observation seen)
{
    assert_true(conversation_add(&f->conversation, &seen, &f->memory));
}

static void add_event(struct fixture *f, int64_t ms, uint8_t direction,
                      enum connmon_seq_event event, int32_t gap)
{
    struct connmon_observation seen = observe(ms, direction, CONNMON_ACK, 1000);

    seen.packet = (uint64_t)ms;
    seen.result.seq_event = event;
    seen.result.seq_gap = gap;
    if (event == CONNMON_SEQ_RETRANSMISSION)
        seen.result.resent_payload = 1000;
    else
        seen.result.new_payload = 1000;
    add(f, seen);
}

/* The first payload of an answer that was waited for. */
static void add_answer(struct fixture *f, int64_t ms, uint8_t direction, int64_t wait_ms,
                       int64_t network_ms)
{
    struct connmon_observation seen = observe(ms, direction, CONNMON_ACK, 10);

    seen.result.turn = (struct connmon_turn){
        .wait_ns = wait_ms * MS,
        .network_ns = network_ms * MS,
        .is_present = true,
        .has_time = true,
        .has_network = true,
    };
    add(f, seen);
}

/* It may know better once it has seen a SYN, or what follows a RST. */
static void the_core_knows_best_in_the_end(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(0, 1, CONNMON_ACK, 10);

    seen.result.side_is_guess = true;
    seen.result.end = CONNMON_END_PARTIAL;
    add(f, seen);
    assert_int_equal(f->conversation.client, 0);
    assert_true(f->conversation.client_is_guess);
    assert_int_equal(f->conversation.end, CONNMON_END_PARTIAL);
    seen.result.side = CONNMON_CLIENT;
    seen.result.side_is_guess = false;
    seen.result.end = CONNMON_END_FIN;
    add(f, seen);
    assert_int_equal(f->conversation.client, 1);
    assert_false(f->conversation.client_is_guess);
    assert_int_equal(f->conversation.end, CONNMON_END_FIN);
}

/* RFC 6298 section 2. */
static void jitter_is_rttvar(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];

    add(f, observe_rtt(0, 0, 80 * MS));
    assert_int_equal(side->rtt_smoothed, 80 * MS);
    assert_int_equal(side->jitter, 40 * MS);
    add(f, observe_rtt(1, 0, 160 * MS));
    assert_int_equal(side->rtt_smoothed, 90 * MS);
    assert_int_equal(side->jitter, 50 * MS);
    add(f, observe_rtt(2, 0, 50 * MS));
    assert_int_equal(side->rtt_smoothed, 85 * MS);
    assert_int_equal(side->jitter, 50 * MS - 50 * MS / 4 + 40 * MS / 4);
    assert_int_equal(side->rtt_min, 50 * MS);
    assert_int_equal(side->rtt_max, 160 * MS);
}

static void an_answer_takes_what_the_network_did_not(void **state)
{
    struct fixture *f = *state;
    const struct side *server = &f->conversation.sides[1];

    add(f, observe(101, 0, CONNMON_ACK, 10));
    add_answer(f, 201, 1, 100, 20);
    add(f, observe(301, 1, CONNMON_ACK, 10));
    assert_int_equal(histogram_count(&server->delays, DELAY_RESPONSE), 1);
    assert_int_equal(server->responding, 80 * MS);
    assert_int_equal(server->network, 20 * MS);
}

static void what_goes_wrong_takes_memory_only_then(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];
    struct connmon_observation seen = observe(10, 0, CONNMON_RST | CONNMON_ACK, 0);

    seen.has_zero_window = true; /* as many systems send it */
    add(f, observe(0, 0, CONNMON_SYN, 0));
    add_event(f, 5, 0, CONNMON_SEQ_OLD, -1);
    add(f, seen);
    assert_null(side->troubles);
    assert_int_equal(side_troubles(side)->holes, 0);
    seen = observe(20, 0, CONNMON_ACK, 0);
    seen.result.dup_ack.num = 1;
    add(f, seen);
    assert_int_equal(side_troubles(side)->dup_acks, 1);
    assert_null(f->conversation.sides[1].troubles);
}

static void what_was_resent_cost_time(void **state)
{
    struct fixture *f = *state;

    add(f, observe(0, 0, CONNMON_ACK, 1000));
    add_event(f, 1000, 0, CONNMON_SEQ_RETRANSMISSION, -1000);
    assert_int_equal(side_troubles(&f->conversation.sides[0])->lost_beyond, 1000 * MS);
    assert_int_equal(side_troubles(&f->conversation.sides[0])->retransmitted_bytes, 1000);
}

static void add_part(struct fixture *f, enum connmon_seq_event event, int32_t gap, uint32_t fresh,
                     uint32_t resent)
{
    struct connmon_observation seen = observe(1000, 0, CONNMON_ACK, 1000);

    seen.result.seq_event = event;
    seen.result.seq_gap = gap;
    seen.result.new_payload = fresh;
    seen.result.resent_payload = resent;
    add(f, seen);
}

static void what_was_resent_in_part_counts_in_part(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];

    add_event(f, 0, 0, CONNMON_SEQ_HOLE, 500);
    add_part(f, CONNMON_SEQ_RETRANSMISSION, -300, 700, 300);
    assert_int_equal(side_troubles(side)->retransmissions, 1);
    assert_int_equal(side_troubles(side)->retransmitted_bytes, 300);
    add_part(f, CONNMON_SEQ_HOLE_FILL, -900, 400, 600); /* of which 100 lie beyond */
    assert_int_equal(side_troubles(side)->missing_bytes, 200);
    assert_int_equal(side_troubles(side)->retransmissions, 1);
    assert_int_equal(side_troubles(side)->retransmitted_bytes, 900);
}

static void a_refused_probe_is_no_retransmission(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];

    add(f, observe(0, 0, CONNMON_ACK, 1));
    add_part(f, CONNMON_SEQ_RETRANSMISSION, -1, 999, 0);
    assert_int_equal(side_troubles(side)->retransmissions, 0);
    assert_int_equal(side_troubles(side)->retransmitted_bytes, 0);
    assert_int_equal(side_troubles(side)->lost_beyond, 0);
}

static void a_filled_hole_cost_time(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];

    add_event(f, 0, 0, CONNMON_SEQ_NORMAL, 0);
    add_event(f, 10, 0, CONNMON_SEQ_HOLE, 2000);
    add_event(f, 30, 0, CONNMON_SEQ_HOLE_FILL, -3000);
    assert_int_equal(side_troubles(side)->missing_bytes, 1000);
    add_event(f, 60, 0, CONNMON_SEQ_HOLE_FILL, -2000);
    assert_int_equal(side_troubles(side)->missing_bytes, 0);
    assert_int_equal(side_troubles(side)->lost_before, 50 * MS);
    assert_int_equal(side_troubles(side)->holes, 1);
}

static void what_tells_of_no_loss_cost_nothing(void **state)
{
    struct fixture *f = *state;
    const struct side *side = &f->conversation.sides[0];
    struct connmon_observation seen = observe(1000, 0, CONNMON_ACK, 10);

    add_event(f, 0, 0, CONNMON_SEQ_NORMAL, 0);
    seen.result.is_loss = false;
    seen.result.resent_payload = 10;
    seen.result.seq_event = CONNMON_SEQ_RETRANSMISSION;
    seen.result.resent_payload = 10;
    add(f, seen);
    assert_int_equal(side_troubles(side)->retransmissions, 1);
    assert_int_equal(side_troubles(side)->lost_beyond, 0);
    seen.result.resent_payload = 0;
    seen.result.seq_event = CONNMON_SEQ_HOLE;
    seen.result.seq_gap = INT32_MAX;
    add(f, seen);
    add_event(f, 3000, 0, CONNMON_SEQ_HOLE_FILL, -1000);
    assert_int_equal(side_troubles(side)->holes, 0);
    assert_int_equal(side_troubles(side)->missing_bytes, 0);
    assert_int_equal(side_troubles(side)->lost_before, 0);
}

static void an_acknowledged_hole_cost_nothing(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation ack = observe_rtt(20, 1, 5 * MS);
    const struct side *side = &f->conversation.sides[0];

    add_event(f, 10, 0, CONNMON_SEQ_HOLE, 2000);
    ack.result.seqno.packet = 9; /* what came before the hole */
    add(f, ack);
    assert_true(side_troubles(side)->has_hole);
    ack.result.seqno.packet = 10;
    add(f, ack);
    add_event(f, 1000, 0, CONNMON_SEQ_HOLE_FILL, -3000);
    assert_int_equal(side_troubles(side)->lost_before, 0);
}

/* Where no ackno hits the end of a segment that was captured, the core still knows. */
static void a_hole_that_was_acknowledged_is_filled_for_nothing(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(60000, 0, CONNMON_ACK, 1000);

    add_event(f, 10, 0, CONNMON_SEQ_HOLE, 1000);
    seen.result.seq_event = CONNMON_SEQ_HOLE_FILL;
    seen.result.seq_gap = -2000;
    seen.result.new_payload = 1000;
    seen.result.is_loss = false;
    add(f, seen);
    assert_int_equal(side_troubles(&f->conversation.sides[0])->lost_before, 0);
}

static void a_window_of_0_counts_until_it_opens_or_to_the_end(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(10, 0, CONNMON_ACK, 0);

    seen.has_zero_window = true;
    add(f, seen);
    add(f, observe(40, 0, CONNMON_ACK, 0));
    seen.time_ns = 50 * MS;
    add(f, seen);
    add(f, observe(70, 1, CONNMON_ACK, 0));
    assert_int_equal(side_troubles(&f->conversation.sides[0])->zero_window, 30 * MS);
    assert_int_equal(conversation_zero_window(&f->conversation, &f->conversation.sides[0]),
                     50 * MS);
    seen.time_ns = 80 * MS; /* a reset has a window of 0 and means nothing by it */
    seen.flags = CONNMON_RST;
    seen.result.direction = 1;
    add(f, seen);
    assert_null(f->conversation.sides[1].troubles);
}

static void nobody_waits_after_a_reset(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(10, 0, CONNMON_ACK, 0);
    const struct side *side = &f->conversation.sides[0];

    for (int i = 0; i < 2; i++) {
        seen.has_zero_window = true;
        add(f, seen);
        add_event(f, 20, 1, CONNMON_SEQ_HOLE, 2000);
        seen = observe(40, 1, CONNMON_RST, 0);
        seen.result.event = i == 0 ? CONNMON_EVENT_RESET : CONNMON_EVENT_REUSED;
        add(f, seen);
        assert_int_equal(side_troubles(side)->zero_window, 30 * MS);
        add_event(f, 1000, 1, CONNMON_SEQ_HOLE_FILL, -3000);
        add(f, observe(1000, 0, CONNMON_ACK, 0));
        assert_int_equal(conversation_zero_window(&f->conversation, side), 30 * MS);
        assert_int_equal(side_troubles(&f->conversation.sides[1])->lost_before, 0);
        seen = observe(1010, 0, CONNMON_ACK, 0);
    }
}

static void unknown_times_are_not_looked_at(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(INT64_C(5000000), 0, CONNMON_ACK, 100);

    seen.time_unknown = true;
    add(f, seen);
    assert_false(f->conversation.has_time);
    add(f, observe(10, 0, CONNMON_ACK, 100));
    add(f, seen);
    add(f, observe(30, 1, CONNMON_ACK, 100));
    assert_int_equal(f->conversation.first_time, 10 * MS);
    assert_int_equal(conversation_duration(&f->conversation), 20 * MS);
    assert_int_equal(f->conversation.sides[0].packets, 3);
}

/* A clock that jumps by centuries, back and forth. */
static void sums_of_times_do_not_overflow(void **state)
{
    struct fixture *f = *state;
    int64_t ns;

    for (int i = 0; i < 12; i++) {
        struct connmon_observation seen = observe(0, i % 2 ? 1 : 0, CONNMON_ACK, 10);

        seen.time_ns = i % 3 ? INT64_MAX : INT64_MIN;
        seen.has_zero_window = i % 4 == 1;
        seen.result.seq_event = i % 2 ? CONNMON_SEQ_RETRANSMISSION : CONNMON_SEQ_NORMAL;
        seen.result.turn = (struct connmon_turn){.wait_ns = INT64_MAX, .has_time = true};
        add(f, seen);
        conversation_cause(&f->conversation, &ns);
        assert_true(ns >= 0);
    }
}

static void a_cause_has_a_fifth_of_the_time(void **state)
{
    struct fixture *f = *state;
    int64_t ns;

    add(f, observe(0, 0, CONNMON_ACK, 10));
    add_answer(f, 100, 1, 100, 0);
    assert_int_equal(conversation_cause(&f->conversation, &ns), CAUSE_SERVER);
    assert_int_equal(ns, 100 * MS);
    add(f, observe(500, 1, CONNMON_ACK, 10));
    assert_int_equal(conversation_cause(&f->conversation, &ns), CAUSE_SERVER);
    add(f, observe(501, 1, CONNMON_ACK, 10));
    assert_int_equal(conversation_cause(&f->conversation, &ns), CAUSE_NOTHING);
    assert_int_equal(ns, 0);
    add_answer(f, 510, 1, 1021, 0); /* since before it began, by a clock that has stepped */
    assert_int_equal(conversation_cause(&f->conversation, &ns), CAUSE_NOTHING);
}

static void every_word_is_told(void **state)
{
    (void)state;
    for (enum conversation_cause i = CAUSE_NOTHING; i < CAUSE_COUNT; i++)
        assert_true(strlen(conversation_cause_name(i)) > 0);
    for (enum connmon_end i = CONNMON_END_OPEN; i < CONNMON_END_COUNT; i++)
        assert_true(strlen(connmon_end_name(i)) > 0);
}

static void sides_are_merged(void **state)
{
    struct fixture *f = *state;
    struct side sum = {0};

    add(f, observe_rtt(0, 0, 10 * MS));
    add(f, observe_rtt(1, 1, 30 * MS));
    add(f, observe_rtt(2, 1, 20 * MS));
    add_event(f, 3, 1, CONNMON_SEQ_HOLE, 2000);
    assert_true(side_merge(&sum, &f->conversation, &f->conversation.sides[1], &f->memory));
    assert_true(side_merge(&sum, &f->conversation, &f->conversation.sides[0], &f->memory));
    assert_int_equal(sum.packets, 4);
    assert_int_equal(sum.wire_bytes, 400);
    assert_int_equal(side_troubles(&sum)->missing_bytes, 2000);
    assert_int_equal(histogram_count(&sum.delays, DELAY_RTT), 3);
    assert_int_equal(sum.rtt_min, 10 * MS);
    assert_int_equal(sum.rtt_max, 30 * MS);
    side_clear(&sum, &f->memory);
}

static void a_copy_is_counted_as_one_and_nowhere_else(void **state)
{
    struct fixture *f = *state;
    struct connmon_observation seen = observe(0, 0, CONNMON_ACK, 40);
    const struct side *side = &f->conversation.sides[0];

    add(f, seen);
    seen.result.is_copy = true;
    seen.time_ns += 10 * MS;
    add(f, seen);
    assert_int_equal(side->copies, 1);
    assert_int_equal(side->packets, 1);
    assert_int_equal(side->wire_bytes, 100);
    assert_int_equal(side->payload_bytes, 40);
    assert_int_equal(conversation_duration(&f->conversation), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_core_knows_best_in_the_end),
        test(jitter_is_rttvar),
        test(an_answer_takes_what_the_network_did_not),
        test(what_goes_wrong_takes_memory_only_then),
        test(what_was_resent_cost_time),
        test(what_was_resent_in_part_counts_in_part),
        test(a_refused_probe_is_no_retransmission),
        test(a_filled_hole_cost_time),
        test(what_tells_of_no_loss_cost_nothing),
        test(an_acknowledged_hole_cost_nothing),
        test(a_hole_that_was_acknowledged_is_filled_for_nothing),
        test(a_window_of_0_counts_until_it_opens_or_to_the_end),
        test(nobody_waits_after_a_reset),
        test(unknown_times_are_not_looked_at),
        test(sums_of_times_do_not_overflow),
        test(a_cause_has_a_fifth_of_the_time),
        test(every_word_is_told),
        test(sides_are_merged),
        test(a_copy_is_counted_as_one_and_nowhere_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
