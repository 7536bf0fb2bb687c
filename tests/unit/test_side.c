/* test_side.c - which end is the client
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#define expect_side(r, expected) assert_int_equal((r).side, CONNMON_##expected)

/* Ports of the scenario: the client's is the higher. */
static void without_a_handshake_the_higher_port_is_the_client(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_side(send(&s, SERVER, .seq = 1), SERVER);
    expect_side(send(&s, CLIENT, .seq = 1), CLIENT);
    expect_side(send(&s, SERVER, .seq = 1), SERVER);
    scenario_end(&s);
}

static void of_equal_ports_whose_packet_came_first(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    s.ends[CLIENT].port = s.ends[SERVER].port;
    expect_side(send(&s, SERVER, .seq = 1), CLIENT);
    expect_side(send(&s, CLIENT, .seq = 1), SERVER);
    scenario_end(&s);
}

static void the_syn_tells_and_not_the_port(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_side(send(&s, SERVER, .flags = SYN, .seq = 1), CLIENT);
    expect_side(send(&s, CLIENT, .flags = SYN | ACK, .seq = 9, .ack = 2), SERVER);
    expect_side(send(&s, SERVER, .seq = 2, .ack = 10), CLIENT);
    scenario_end(&s);
}

static void a_syn_ack_alone_tells_as_well(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_side(send(&s, CLIENT, .flags = SYN | ACK, .seq = 9, .ack = 2), SERVER);
    expect_side(send(&s, SERVER, .seq = 2, .ack = 10), CLIENT);
    scenario_end(&s);
}

static void a_late_syn_corrects_the_guess(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_side(send(&s, SERVER, .seq = 2), SERVER);
    expect_side(send(&s, SERVER, .flags = SYN, .seq = 1), CLIENT);
    expect_side(send(&s, CLIENT, .seq = 9), SERVER);
    scenario_end(&s);
}

static void of_two_syns_the_first_counts(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_side(send(&s, CLIENT, .flags = SYN | RST, .seq = 1), CLIENT); /* tells nothing */
    expect_side(send(&s, SERVER, .flags = SYN, .seq = 1), CLIENT);
    expect_side(send(&s, CLIENT, .flags = SYN, .seq = 9), SERVER);
    expect_side(send(&s, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 10), CLIENT);
    scenario_end(&s);
}

static void an_endpoint_that_talks_to_itself_is_a_client(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    s.ends[SERVER] = s.ends[CLIENT];
    expect_side(send(&s, CLIENT, .flags = SYN | ACK, .seq = 1, .ack = 1), CLIENT);
    expect_side(send(&s, SERVER, .seq = 2), CLIENT);
    scenario_end(&s);
}

/* The mark of a SYN must not keep a connection from making room. */
static void connections_with_a_handshake_make_room(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct scenario s;

    (void)state;
    config.max_connections = 2;
    s = scenario_begin(&config);
    for (uint16_t port = 1000; port < 1010; port++)
        expect_side(send(&s, CLIENT, .port = port, .flags = SYN, .seq = 1), CLIENT);
    assert_int_equal(scenario_stats(&s).connections_open, 2);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_handshake_the_higher_port_is_the_client),
        cmocka_unit_test(of_equal_ports_whose_packet_came_first),
        cmocka_unit_test(the_syn_tells_and_not_the_port),
        cmocka_unit_test(a_syn_ack_alone_tells_as_well),
        cmocka_unit_test(a_late_syn_corrects_the_guess),
        cmocka_unit_test(of_two_syns_the_first_counts),
        cmocka_unit_test(an_endpoint_that_talks_to_itself_is_a_client),
        cmocka_unit_test(connections_with_a_handshake_make_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
