/* test_loss.c - what tells of a loss, and what only looks so
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect(r, its_event, is)                                                                   \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.seq_event, CONNMON_SEQ_##its_event);                                  \
        assert_int_equal(got.is_loss, is);                                                         \
    } while (0)

/* Both ISNs are 0, the client's window is 10, the server's 20; those of the SYNs are 1000. */
static struct scenario begin_open(void)
{
    struct scenario s = scenario_begin(NULL);

    send(&s, CLIENT, .flags = SYN, .seq = 0, .window = 1000);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 1000);
    send(&s, CLIENT, .seq = 1, .ack = 1, .window = 10);
    send(&s, SERVER, .seq = 1, .ack = 1, .window = 20);
    return s;
}

static void what_was_acknowledged_is_not_lost(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), NORMAL, false);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, true);
    send(&s, SERVER, .seq = 1, .ack = 51);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, true);
    send(&s, SERVER, .seq = 1, .ack = 101);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, false);
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION,
           false); /* all that is old of it */
    expect(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 1), RETRANSMISSION, true);
    scenario_end(&s);
}

static void a_hole_that_was_acknowledged_was_not_lost(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .seq = 101, .ack = 1, .len = 100), HOLE, true);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 50), HOLE_FILL, true);
    send(&s, SERVER, .seq = 1, .ack = 201);
    expect(send(&s, CLIENT, .seq = 51, .ack = 1, .len = 50), HOLE_FILL, false);
    scenario_end(&s);
}

static void a_hole_that_was_acknowledged_before_it_showed_is_the_captures(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 20);
    expect(send(&s, CLIENT, .seq = 101, .ack = 1, .len = 100), HOLE, false);
    expect(send(&s, CLIENT, .seq = 301, .ack = 1, .len = 100), HOLE, true);
    scenario_end(&s);
}

/* What is new of a segment could not be acknowledged. */
static void what_is_old_of_a_segment_was_acknowledged(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100);
    send(&s, SERVER, .seq = 1, .ack = 101);
    expect(send(&s, CLIENT, .seq = 51, .ack = 1, .len = 100), RETRANSMISSION, false);
    send(&s, SERVER, .seq = 1, .ack = 101);
    expect(send(&s, CLIENT, .seq = 51, .ack = 1, .len = 100), RETRANSMISSION, true);
    scenario_end(&s);
}

/* A RST's ackno may be anything, and that of an earlier connection tells nothing of this one. */
static void not_every_ackno_tells_what_was_received(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    send(&s, SERVER, .flags = RST | ACK, .seq = 77777, .ack = 50000);
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, true);
    send(&s, SERVER, .seq = 1, .ack = 101);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, false);
    scenario_end(&s);

    s = scenario_begin(NULL);
    send(&s, CLIENT, .flags = SYN, .seq = 0);
    send(&s, SERVER, .seq = 77777, .ack = 50000); /* which the client answers with a RST */
    send(&s, CLIENT, .flags = SYN, .seq = 0);
    send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 1000);
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100);
    expect(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), RETRANSMISSION, true);
    scenario_end(&s);
}

/* However the window is scaled, by 2^14 at most. */
static void no_hole_is_larger_than_the_window(void **state)
{
    struct scenario s = begin_open();

    (void)state;
    expect(send(&s, CLIENT, .seq = 1 + (20 << 14), .ack = 1, .window = 10), HOLE, true);
    expect(send(&s, SERVER, .seq = 2 + (10 << 14), .ack = 1, .window = 20), HOLE, false);
    scenario_end(&s);
}

static void the_window_of_a_syn_is_not_scaled(void **state)
{
    static const struct {
        uint32_t gap;
        bool is_loss;
    } cases[] = {{1000, true}, {1001, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scenario s = scenario_begin(NULL);

        send(&s, CLIENT, .flags = SYN, .seq = 0, .window = 1000);
        send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 1000);
        expect(send(&s, CLIENT, .seq = 1 + cases[i].gap, .ack = 1, .len = 1), HOLE,
               cases[i].is_loss);
        scenario_end(&s);
    }
}

/* Of one direction alone, or where a RST has come the other way, any window may be. */
static void an_unknown_window_is_the_largest(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 0, .len = 1);
    expect(send(&s, CLIENT, .seq = 1 + (1 << 30), .len = 1), HOLE, true);
    expect(send(&s, CLIENT, .seq = 3 + 2 * (1U << 30), .len = 1), HOLE, false);
    scenario_end(&s);

    s = begin_open();
    send(&s, SERVER, .flags = RST, .seq = 77777, .window = 0);
    expect(send(&s, CLIENT, .seq = 2 + (20 << 14), .ack = 1, .len = 1), HOLE, true);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_is_not_lost),
        cmocka_unit_test(a_hole_that_was_acknowledged_was_not_lost),
        cmocka_unit_test(a_hole_that_was_acknowledged_before_it_showed_is_the_captures),
        cmocka_unit_test(what_is_old_of_a_segment_was_acknowledged),
        cmocka_unit_test(not_every_ackno_tells_what_was_received),
        cmocka_unit_test(no_hole_is_larger_than_the_window),
        cmocka_unit_test(the_window_of_a_syn_is_not_scaled),
        cmocka_unit_test(an_unknown_window_is_the_largest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
