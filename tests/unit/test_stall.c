/* test_stall.c - who kept a connection waiting
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "scenario.h"

#include "stall.h"

enum { DATA = PSH | ACK, OPEN = 65535 };

struct fixture {
    struct scenario scenario;
    struct stall_tracker tracker;
    struct stall_limits limits;
    struct stall stall; /* of the latest packet; all zero if it ended none */
};

static int begin(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){
        .scenario = scenario_begin(NULL),
        .limits = {.floor_ns = 200 * MS, .rtts = 4},
    };
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    scenario_end(&((struct fixture *)*state)->scenario);
    return 0;
}

static void add_segment(struct fixture *f, enum side from, const struct packet *packet)
{
    const struct connmon_segment segment = scenario_segment(&f->scenario, from, packet);
    struct connmon_result result;

    assert_int_equal(connmon_process(f->scenario.core, &segment, &result), CONNMON_OK);
    if (!stall_follow(&f->tracker, &segment, &result, &f->limits, &f->stall))
        memset(&f->stall, 0, sizeof(f->stall));
}

#define add_with_window(f, side, size, ...)                                                        \
    add_segment(f, side, &(struct packet){.window = (size), __VA_ARGS__})
#define add(f, side, ...) add_with_window(f, side, OPEN, __VA_ARGS__)

#define expect_stall(f, of, length_ns, since, side_)                                               \
    do {                                                                                           \
        assert_int_equal((f)->stall.cause, STALL_##of);                                            \
        assert_int_equal((f)->stall.ns, length_ns);                                                \
        assert_int_equal((f)->stall.packet, since);                                                \
        assert_int_equal((f)->stall.direction, side_);                                             \
    } while (0)

#define expect_none(f) assert_int_equal((f)->stall.cause, STALL_NONE)

/* Packets 1 to 3: the server is 20 ms away, the client 1 ms. It ends at 21 ms. */
static void open_connection(struct fixture *f)
{
    add(f, CLIENT, .flags = SYN, .seq = 0, .at_ms = 0);
    add(f, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .at_ms = 20);
    add(f, CLIENT, .seq = 1, .ack = 1, .at_ms = 21);
    expect_none(f);
}

/* Packets 4 and 5: a request, and its ACK at 50 ms. */
static void request(struct fixture *f)
{
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 30);
    add(f, SERVER, .seq = 1, .ack = 101, .at_ms = 50);
    expect_none(f);
}

static void a_late_answer_is_the_applications(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 500, .at_ms = 850);
    expect_stall(f, APPLICATION, 800 * MS, 5, SERVER);
}

static void a_late_answer_may_bring_the_ack(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 30);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 500, .at_ms = 430);
    expect_stall(f, APPLICATION, 400 * MS, 4, SERVER);
}

static void who_has_its_answer_may_think(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 500, .at_ms = 55);
    add(f, CLIENT, .seq = 101, .ack = 501, .at_ms = 56);
    add(f, CLIENT, .flags = DATA, .seq = 101, .ack = 501, .len = 100, .at_ms = 9000);
    expect_none(f);
    add(f, SERVER, .seq = 501, .ack = 201, .at_ms = 9020);
    add(f, CLIENT, .flags = DATA, .seq = 201, .ack = 501, .len = 100, .at_ms = 19000);
    expect_none(f);
}

static void without_a_handshake_the_server_has_the_lower_port(void **state)
{
    struct fixture *f = *state;

    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 1, .len = 10, .at_ms = 0);
    add(f, CLIENT, .seq = 1, .ack = 11, .at_ms = 1);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 11, .len = 10, .at_ms = 1000);
    expect_none(f);
    add(f, SERVER, .seq = 11, .ack = 11, .at_ms = 1020);
    add(f, SERVER, .flags = DATA, .seq = 11, .ack = 11, .len = 10, .at_ms = 2000);
    expect_stall(f, APPLICATION, 980 * MS, 4, 0); /* the direction of the first packet */
}

static void half_a_message_is_a_promise(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .seq = 1, .ack = 101, .len = 1448, .at_ms = 55);
    add(f, CLIENT, .seq = 101, .ack = 1449, .at_ms = 56);
    add(f, SERVER, .flags = DATA, .seq = 1449, .ack = 101, .len = 100, .at_ms = 556);
    expect_stall(f, APPLICATION, 500 * MS, 7, SERVER);
    add(f, CLIENT, .seq = 101, .ack = 1549, .at_ms = 557);
    add(f, SERVER, .flags = DATA, .seq = 1549, .ack = 101, .len = 100, .at_ms = 2000);
    expect_none(f); /* the message was complete */
    add(f, CLIENT, .seq = 101, .ack = 1649, .at_ms = 2001);
    add(f, SERVER, .seq = 1649, .ack = 101, .len = 535, .at_ms = 2002);
    add(f, CLIENT, .seq = 101, .ack = 2184, .at_ms = 2003);
    add(f, SERVER, .flags = DATA, .seq = 2184, .ack = 101, .len = 100, .at_ms = 4000);
    expect_none(f); /* no PSH, but not full either */
}

static void what_is_resent_was_waited_for(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 30);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 250);
    expect_stall(f, RECOVERY, 220 * MS, 4, CLIENT);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 690);
    expect_stall(f, RECOVERY, 440 * MS, 5, CLIENT);
}

static void duplicate_acks_do_not_move(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .flags = DATA, .seq = 501, .ack = 101, .len = 500, .at_ms = 60);
    for (int i = 1; i <= 4; i++)
        add(f, CLIENT, .seq = 101, .ack = 1, .at_ms = 60 + 80 * i);
    expect_none(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 500, .at_ms = 400);
    expect_stall(f, RECOVERY, 340 * MS, 6, SERVER); /* fills a hole */
}

static void a_syn_may_be_lost(void **state)
{
    struct fixture *f = *state;

    add(f, CLIENT, .flags = SYN, .seq = 0, .at_ms = 0);
    add(f, CLIENT, .flags = SYN, .seq = 0, .at_ms = 1000);
    expect_stall(f, RECOVERY, 1000 * MS, 1, CLIENT);
}

static void a_late_ack_is_silence(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 30);
    add(f, SERVER, .seq = 1, .ack = 101, .at_ms = 430);
    expect_stall(f, SILENCE, 400 * MS, 4, SERVER);
}

static void more_data_may_end_the_silence(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .seq = 1, .ack = 101, .len = 1448, .at_ms = 55);
    add(f, SERVER, .flags = DATA, .seq = 1449, .ack = 101, .len = 1448, .at_ms = 455);
    expect_stall(f, SILENCE, 400 * MS, 6, CLIENT);
}

static void a_closed_window_is_its_owners(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .seq = 1, .ack = 101, .len = 1448, .at_ms = 55);
    add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 56);
    add(f, SERVER, .seq = 1448, .ack = 101, .at_ms = 300); /* probes in two styles */
    add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 301);
    add(f, SERVER, .seq = 1449, .ack = 101, .len = 1, .at_ms = 700);
    add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 701);
    expect_none(f);
    add(f, CLIENT, .seq = 101, .ack = 1449, .at_ms = 1556);
    expect_stall(f, WINDOW, 1500 * MS, 7, CLIENT);
}

static void the_opening_may_not_have_been_captured(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .seq = 1, .ack = 101, .len = 1448, .at_ms = 55);
    add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 56);
    add(f, SERVER, .seq = 1449, .ack = 101, .len = 1448, .at_ms = 556);
    expect_stall(f, WINDOW, 500 * MS, 7, CLIENT);
}

static void a_probe_of_many_bytes_waits_for_the_window(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .seq = 1, .ack = 101, .len = 1448, .at_ms = 55);
    add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 56);
    for (int i = 1; i < 4; i++) {
        add(f, SERVER, .seq = 1449, .ack = 101, .len = 10, .at_ms = 56 + 500 * i);
        assert_int_equal(f->stall.cause, STALL_WINDOW);
        assert_int_equal(f->stall.direction, CLIENT);
        add_with_window(f, CLIENT, 0, .seq = 101, .ack = 1449, .at_ms = 57 + 500 * i);
    }
}

/* As a window of 168 bytes that the sender did not like to use, for fear of silly ones. */
static void a_small_window_may_be_filled_late(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 1448, .at_ms = 30);
    add_with_window(f, SERVER, 42, .seq = 1, .ack = 1449, .at_ms = 50); /* scaled by 4 */
    add(f, CLIENT, .flags = DATA, .seq = 1449, .ack = 1, .len = 168, .at_ms = 270);
    expect_stall(f, WINDOW, 220 * MS, 5, SERVER);
    add_with_window(f, SERVER, 43, .seq = 1, .ack = 1617, .at_ms = 290);
    add(f, CLIENT, .flags = DATA, .seq = 1617, .ack = 1, .len = 168, .at_ms = 900);
    expect_none(f);
}

static void keep_alives_do_not_move(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, CLIENT, .seq = 100, .ack = 1, .at_ms = 500);
    add(f, SERVER, .seq = 1, .ack = 101, .at_ms = 520);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 1050);
    expect_stall(f, APPLICATION, 1000 * MS, 5, SERVER);
}

static void several_rtts_are_no_stall_on_a_long_path(void **state)
{
    struct fixture *f = *state;

    f->limits.floor_ns = 10 * MS;
    open_connection(f); /* 21 ms, both ways */
    request(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 50 + 83);
    expect_none(f);
    add(f, CLIENT, .flags = DATA, .seq = 101, .ack = 11, .len = 100, .at_ms = 150);
    add(f, SERVER, .seq = 11, .ack = 201, .at_ms = 170);
    add(f, SERVER, .flags = DATA, .seq = 11, .ack = 201, .len = 10, .at_ms = 170 + 84);
    expect_stall(f, APPLICATION, 84 * MS, 8, SERVER);
}

static void the_first_delay_is_no_stall(void **state)
{
    struct fixture *f = *state;

    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 0);
    add(f, SERVER, .seq = 1, .ack = 101, .at_ms = 600); /* a satellite, for all that we know */
    expect_none(f);
}

static void a_reset_ends_all_promises(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, CLIENT, .flags = RST, .seq = 101, .at_ms = 60);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 1000);
    expect_none(f);
}

static void a_new_connection_owes_nothing_for_the_old(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, CLIENT, .flags = SYN, .seq = 90000, .at_ms = 60000);
    expect_none(f);
    add(f, SERVER, .flags = SYN | ACK, .seq = 70000, .ack = 90001, .at_ms = 60020);
    add(f, CLIENT, .seq = 90001, .ack = 70001, .at_ms = 60021);
    add(f, CLIENT, .flags = DATA, .seq = 90001, .ack = 70001, .len = 10, .at_ms = 70000);
    expect_none(f);
    add(f, SERVER, .seq = 70001, .ack = 90011, .at_ms = 70400);
    expect_stall(f, SILENCE, 400 * MS, 9, SERVER);
}

static void times_that_say_nothing_end_no_stall(void **state)
{
    struct fixture *f = *state;

    open_connection(f);
    request(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 9000,
        .time_unknown = true);
    expect_none(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 9000);
    expect_none(f);
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ms = 8000);
    expect_none(f); /* the clock stepped back */
}

static void limits_do_not_overflow(void **state)
{
    struct fixture *f = *state;

    f->limits.rtts = UINT32_MAX;
    add(f, CLIENT, .flags = DATA, .seq = 1, .ack = 1, .len = 100, .at_ms = 0);
    add(f, SERVER, .seq = 1, .ack = 101, .at_ms = 5000); /* times 2^32: more than 64 bits hold */
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ns = INT64_MAX - 1);
    expect_none(f);
    f->limits = (struct stall_limits){0};
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ns = INT64_MAX - 1);
    expect_none(f); /* no time has passed */
    add(f, SERVER, .flags = DATA, .seq = 1, .ack = 101, .len = 10, .at_ns = INT64_MAX);
    expect_stall(f, RECOVERY, 1, 4, 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_late_answer_is_the_applications),
        test(a_late_answer_may_bring_the_ack),
        test(who_has_its_answer_may_think),
        test(without_a_handshake_the_server_has_the_lower_port),
        test(half_a_message_is_a_promise),
        test(what_is_resent_was_waited_for),
        test(duplicate_acks_do_not_move),
        test(a_syn_may_be_lost),
        test(a_late_ack_is_silence),
        test(more_data_may_end_the_silence),
        test(a_closed_window_is_its_owners),
        test(the_opening_may_not_have_been_captured),
        test(a_probe_of_many_bytes_waits_for_the_window),
        test(a_small_window_may_be_filled_late),
        test(keep_alives_do_not_move),
        test(several_rtts_are_no_stall_on_a_long_path),
        test(the_first_delay_is_no_stall),
        test(a_reset_ends_all_promises),
        test(a_new_connection_owes_nothing_for_the_old),
        test(times_that_say_nothing_end_no_stall),
        test(limits_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
