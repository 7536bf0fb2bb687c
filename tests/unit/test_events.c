/* test_events.c - connections as they live
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"
#include "figures.h"

#include <string.h>

#include "event_text.h"

enum { MOST_EVENTS = 32 };

/* A core, what it reveals, and what is told of that. */
struct told {
    struct scenario scenario;
    struct events *events;
    struct event list[MOST_EVENTS];
    size_t count, read;
};

static void keep(void *to, const struct event *event)
{
    struct told *told = to;

    assert_true(told->count < MOST_EVENTS);
    told->list[told->count++] = *event;
}

static void begin_within(struct told *told, const struct connmon_config *config, int64_t timeout_ns,
                         uint32_t most)
{
    memset(told, 0, sizeof(*told));
    told->scenario = scenario_begin(config);
    told->events = events_new(timeout_ns, most, keep, told);
    assert_non_null(told->events);
}

static void begin(struct told *told, const struct connmon_config *config, int64_t timeout_ns)
{
    begin_within(told, config, timeout_ns, 0);
}

static void end(struct told *told)
{
    assert_int_equal(told->read, told->count); /* nothing more was told */
    events_free(told->events);
    scenario_end(&told->scenario);
}

static void see_(struct told *told, enum side from, const struct packet *packet)
{
    struct connmon_segment segment = scenario_segment(&told->scenario, from, packet);
    struct connmon_observation seen;

    assert_int_equal(connmon_process(told->scenario.core, &segment, &seen.result), CONNMON_OK);
    connmon_observe(&seen, &segment);
    events_add(told->events, &seen);
}

#define see(told, from, ...) see_(told, from, &(struct packet){__VA_ARGS__})

#define expect(told, its_kind, its_opened, its_closed)                                             \
    do {                                                                                           \
        const struct event *got = &(told)->list[(told)->read++];                                   \
        assert_true((told)->read <= (told)->count);                                                \
        assert_int_equal(got->kind, its_kind);                                                     \
        assert_int_equal(got->opened, its_opened);                                                 \
        assert_int_equal(got->closed, its_closed);                                                 \
    } while (0)

static void a_whole_life(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 300 * SECOND);
    see(&told, CLIENT, .flags = SYN, .seq = 100, .at_ms = 0);
    expect(&told, CONNMON_EVENT_FOUND, 1, 0);
    see(&told, SERVER, .flags = SYN | ACK, .seq = 900, .ack = 101, .at_ms = 20);
    see(&told, CLIENT, .seq = 101, .ack = 901, .at_ms = 21);
    expect(&told, CONNMON_EVENT_ESTABLISHED, 1, 0);
    assert_true(told.list[1].has_server_delay && told.list[1].has_client_delay);
    assert_int_equal(told.list[1].server_delay_ns, 20 * MS);
    assert_int_equal(told.list[1].client_delay_ns, 1 * MS);
    assert_int_equal(told.list[1].age_ns, 21 * MS);
    see(&told, SERVER, .flags = FIN | ACK, .seq = 901, .ack = 101, .at_ms = 30);
    expect(&told, CONNMON_EVENT_HALF_CLOSED, 1, 0);
    assert_int_equal(told.list[2].by, CONNMON_SERVER);
    assert_int_equal(told.list[2].client.port, 40000);
    see(&told, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 902, .at_ms = 40);
    see(&told, SERVER, .seq = 902, .ack = 102, .at_ms = 50);
    expect(&told, CONNMON_EVENT_CLOSED, 1, 1);
    see(&told, SERVER, .flags = RST, .seq = 902, .at_ms = 60);
    events_advance(told.events, 1000 * SECOND);
    see(&told, SERVER, .seq = 902, .ack = 102, .at_ms = 1000000); /* the rest of it */
    end(&told);
}

static void silence_times_out_in_its_order(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 10 * SECOND);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 1, .at_ms = 0);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 2, .at_ms = 1000);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 1, .at_ms = 2000);
    for (uint64_t i = 1; i <= 2; i++)
        expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, i, 0);
    events_advance(told.events, 11 * SECOND); /* not longer than that */
    events_advance(told.events, 5 * SECOND);  /* nor does a clock that steps back matter */
    assert_int_equal(told.count, told.read);
    events_advance(told.events, 11 * SECOND + 1);
    expect(&told, EVENT_TIMED_OUT, 2, 1);
    assert_int_equal(told.list[2].server.port == 2 || told.list[2].client.port == 2, true);
    assert_int_equal(told.list[2].time_ns, 11 * SECOND);
    events_advance(told.events, 13 * SECOND);
    expect(&told, EVENT_TIMED_OUT, 2, 2);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 1, .at_ms = 14000);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 3, 2);
    end(&told);

    begin(&told, NULL, 0);
    see(&told, CLIENT, .seq = 1, .ack = 1);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 1, 0);
    events_advance(told.events, INT64_MAX);
    end(&told);
}

/* Whether the core calls it the same connection or, as Wireshark and the program do, another. */
#define TEN_YEARS (INT64_C(3652) * 86400 * 1000)

#define expect_time(told, its_time_ms, its_age_ms)                                                 \
    do {                                                                                           \
        assert_true((told)->list[(told)->read - 1].has_time);                                      \
        assert_int_equal((told)->list[(told)->read - 1].time_ns, (its_time_ms)*MS);                \
        assert_int_equal((told)->list[(told)->read - 1].age_ns, (its_age_ms)*MS);                  \
    } while (0)

/* Two captures of which the later one comes first. */
static void an_event_has_its_packets_time(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 300 * SECOND);
    see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 1, .at_ms = 3600000);
    see(&told, SERVER, .flags = SYN | ACK, .seq = 1, .ack = 2, .port = 1, .at_ms = 3600020);
    see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 2, .at_ms = 1000);
    see(&told, SERVER, .flags = RST | ACK, .ack = 2, .port = 2, .at_ms = 1250);
    expect(&told, CONNMON_EVENT_FOUND, 1, 0);
    expect_time(&told, 3600000, 0);
    expect(&told, CONNMON_EVENT_FOUND, 2, 0);
    expect_time(&told, 1000, 0);
    expect(&told, CONNMON_EVENT_RESET, 2, 1);
    expect_time(&told, 1250, 250);
    events_advance(told.events, 200 * SECOND); /* the first one is silent for 200 s, not 0 */
    events_advance(told.events, 300 * SECOND);
    assert_int_equal(told.read, told.count);
    events_advance(told.events, 301 * SECOND + 1);
    expect(&told, EVENT_TIMED_OUT, 2, 2);
    expect_time(&told, 3900020, 300020);
    end(&told);
}

static void one_wrong_time_ends_nothing(void **state)
{
    static const int64_t wrong[] = {TEN_YEARS, -TEN_YEARS};
    struct told told;

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&told, NULL, 300 * SECOND);
        see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 1, .at_ms = 0);
        see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 2, .at_ms = 1000);
        expect(&told, CONNMON_EVENT_FOUND, 1, 0);
        expect(&told, CONNMON_EVENT_FOUND, 2, 0);
        see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 3, .at_ms = wrong[i]);
        see(&told, SERVER, .flags = RST | ACK, .ack = 2, .port = 1, .at_ms = 1500);
        expect(&told, CONNMON_EVENT_FOUND, 3, 0);
        expect_time(&told, wrong[i], 0);
        expect(&told, CONNMON_EVENT_RESET, 3, 1);
        expect_time(&told, 1500, 1500);
        events_advance(told.events, TEN_YEARS * MS); /* of no TCP packet */
        events_advance(told.events, TEN_YEARS * MS); /* the same one, told of by another tap */
        see(&told, SERVER, .flags = RST | ACK, .ack = 2, .port = 2, .at_ms = 2000);
        expect(&told, CONNMON_EVENT_RESET, 3, 2);
        expect_time(&told, 2000, 1000);
        end(&told);
    }
}

static void a_second_packet_confirms_a_silence(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 300 * SECOND);
    see(&told, CLIENT, .flags = SYN, .seq = 1, .port = 1, .at_ms = 0);
    expect(&told, CONNMON_EVENT_FOUND, 1, 0);
    see(&told, CLIENT, .seq = 2, .ack = 1, .port = 1, .at_ms = 1000000);
    assert_int_equal(told.read, told.count);
    see(&told, CLIENT, .seq = 2, .ack = 1, .port = 1, .at_ms = 1000000); /* at the same time */
    expect(&told, EVENT_TIMED_OUT, 1, 1);
    expect_time(&told, 300000, 300000);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 2, 1);
    expect_time(&told, 1000000, 0);
    expect(&told, CONNMON_EVENT_ESTABLISHED, 2, 1); /* as the core knows, which forgot nothing */
    see(&told, CLIENT, .seq = 2, .ack = 1, .port = 1, .at_ms = 2000000); /* the last one */
    events_finish(told.events);
    events_finish(told.events);
    expect(&told, EVENT_TIMED_OUT, 2, 2);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 3, 2);
    see(&told, CLIENT, .seq = 2, .ack = 1, .port = 2, .at_ms = 3000000);
    events_reset(told.events);
    events_finish(told.events);
    end(&told);
}

static void without_a_time_there_is_none(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 300 * SECOND);
    see(&told, CLIENT, .flags = SYN, .seq = 1, .at_ms = 1000);
    expect(&told, CONNMON_EVENT_FOUND, 1, 0);
    see(&told, SERVER, .flags = RST | ACK, .ack = 2, .time_unknown = true);
    expect(&told, CONNMON_EVENT_RESET, 1, 1);
    assert_false(told.list[1].has_time);
    end(&told);
}

static void ports_are_reused(void **state)
{
    const uint32_t discriminators[] = {0, 7};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct told told;

        begin(&told, NULL, 300 * SECOND);
        see(&told, CLIENT, .flags = SYN, .seq = 100);
        expect(&told, CONNMON_EVENT_FOUND, 1, 0);
        see(&told, CLIENT, .flags = SYN, .seq = 7000, .discriminator = discriminators[i]);
        expect(&told, CONNMON_EVENT_REUSED, 1, 1);
        assert_int_equal(told.list[1].stream, 0);
        expect(&told, CONNMON_EVENT_FOUND, 2, 1);
        assert_int_equal(told.list[2].stream, discriminators[i]);
        if (i == 1) /* a late packet of the other */
            see(&told, CLIENT, .seq = 101, .ack = 5);
        see(&told, SERVER, .flags = RST | ACK, .ack = 7001, .discriminator = discriminators[i]);
        expect(&told, CONNMON_EVENT_RESET, 2, 2);
        see(&told, CLIENT, .flags = SYN, .seq = 9000, .discriminator = discriminators[i]);
        expect(&told, CONNMON_EVENT_REUSED, 2, 2); /* of one that was closed */
        expect(&told, CONNMON_EVENT_FOUND, 3, 2);
        end(&told);
    }
}

/* What the core had to forget goes on under another number. */
static void a_forgotten_connection_goes_on(void **state)
{
    struct connmon_config config = connmon_config_default();
    struct told told;

    (void)state;
    config.max_connections = 1;
    begin(&told, &config, 300 * SECOND);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 1);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 1, 0);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 2);
    expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 2, 0);
    see(&told, CLIENT, .seq = 1, .ack = 1, .port = 1);
    see(&told, CLIENT, .flags = FIN | ACK, .seq = 1, .ack = 1, .port = 1);
    expect(&told, CONNMON_EVENT_HALF_CLOSED, 2, 0);
    end(&told);
}

static void many_connections(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 300 * SECOND);
    for (uint16_t port = 1000; port < 6000; port++) {
        told.count = told.read = 0;
        see(&told, CLIENT, .flags = SYN, .seq = 1, .port = port);
        expect(&told, CONNMON_EVENT_FOUND, port - 999U, 0);
    }
    for (uint16_t port = 1000; port < 6000; port++) {
        told.count = told.read = 0;
        see(&told, SERVER, .flags = RST | ACK, .ack = 2, .port = port);
        expect(&told, CONNMON_EVENT_RESET, 5000, port - 999U);
    }
    events_reset(told.events);
    assert_int_equal(events_totals(told.events).opened, 0);
    end(&told);
}

static void an_event_has_a_line_and_an_object(void **state)
{
    const struct event event = {
        .kind = CONNMON_EVENT_HALF_CLOSED,
        .time_ns = 1500000000,
        .age_ns = 2 * MS,
        .has_time = true,
        .stream = 7,
        .client = {.addr = {192, 0, 2, 1}, .addr_len = 4, .port = 1024},
        .server = {.addr = {198, 51, 100, 2}, .addr_len = 4, .port = 80},
        .by = CONNMON_SERVER,
        .open = 3,
        .opened = 5,
        .closed = 2,
    };
    struct event widest = event;
    char text[EVENT_TEXT_SIZE + 1];

    (void)state;
    text[event_line(text, EVENT_TEXT_SIZE, &event)] = '\0';
    assert_string_equal(text + 15, " half-closed by server             7  192.0.2.1:1024 > "
                                   "198.51.100.2:80  age 2.00 ms  open 3\n");
    text[event_json(text, EVENT_TEXT_SIZE, &event)] = '\0';
    assert_string_equal(text,
                        "{\"time\":1.500000000,\"event\":\"half_closed\",\"by\":\"server\","
                        "\"stream\":7,\"client\":\"192.0.2.1:1024\",\"server\":\"198.51.100.2:80\","
                        "\"age\":0.002000000,\"opened\":5,\"closed\":2,\"open\":3}\n");
    memset(&widest.client, 0xfe, sizeof(widest.client));
    widest.client.addr_len = 16;
    widest.server = widest.client;
    widest.kind = EVENT_TIMED_OUT;
    widest.time_ns = INT64_MIN;
    widest.age_ns = widest.server_delay_ns = widest.client_delay_ns = INT64_MAX;
    widest.has_server_delay = widest.has_client_delay = true;
    widest.stream = UINT32_MAX;
    widest.opened = UINT64_MAX;
    assert_true(event_json(text, EVENT_TEXT_SIZE, &widest) < EVENT_TEXT_SIZE - 20);
    assert_true(event_line(text, EVENT_TEXT_SIZE, &widest) < EVENT_TEXT_SIZE - 20);
    for (size_t room = 0; room < 60; room++) {
        text[room] = '#';
        assert_int_equal(event_line(text, room, &event), room);
        assert_int_equal(text[room], '#');
    }
}

static void a_copy_is_no_sign_of_life(void **state)
{
    struct told told;

    (void)state;
    begin(&told, NULL, 10 * SECOND);
    see(&told, CLIENT, .flags = SYN, .seq = 100, .id = 7, .at_ms = 0);
    expect(&told, CONNMON_EVENT_FOUND, 1, 0);
    see(&told, CLIENT, .flags = SYN, .seq = 100, .id = 7, .at_ms = 1);
    events_advance(told.events, 5 * SECOND); /* a longer step would be doubted */
    events_advance(told.events, 10 * SECOND + 1);
    expect(&told, EVENT_TIMED_OUT, 1, 1);
    assert_int_equal(told.list[1].client.port, 40000);
    end(&told);
}

/* Closed ones first, then the one that was silent for longest; whether any time out or none. */
static void beyond_the_limit_somebody_is_forgotten(void **state)
{
    static const int64_t timeouts[] = {0, 300 * SECOND};

    (void)state;
    for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
        struct told told;

        begin_within(&told, NULL, timeouts[i], 3);
        for (uint16_t port = 1; port <= 3; port++)
            see(&told, CLIENT, .seq = 1, .ack = 1, .port = port, .at_ms = port);
        see(&told, CLIENT, .seq = 2, .ack = 1, .port = 1, .at_ms = 10);
        see(&told, CLIENT, .flags = RST, .seq = 1, .port = 3, .at_ms = 11);
        see(&told, CLIENT, .seq = 1, .ack = 1, .port = 4, .at_ms = 12); /* for which 3 goes */
        assert_int_equal(events_totals(told.events).lost.forgotten, 0);
        see(&told, CLIENT, .seq = 1, .ack = 1, .port = 5, .at_ms = 13); /* for which 2 goes */
        assert_int_equal(events_totals(told.events).lost.forgotten, 1);
        for (uint64_t opened = 1; opened <= 3; opened++)
            expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, opened, 0);
        expect(&told, CONNMON_EVENT_RESET, 3, 1);
        expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 4, 1);
        expect(&told, CONNMON_EVENT_FOUND_MIDSTREAM, 5, 1);
        assert_int_equal(told.list[5].open, 3);
        events_advance(told.events, 10000 * SECOND);
        events_advance(told.events, 10000 * SECOND + 1);
        for (uint64_t closed = 2; timeouts[i] != 0 && closed <= 4; closed++)
            expect(&told, EVENT_TIMED_OUT, 5, closed);
        end(&told);
    }
}

/* Connections that come and go leave nothing behind, not even their time-outs. */
static void a_flood_holds_no_memory(void **state)
{
    enum { FLOOD = 200000, MOST = 1000 };
    struct told told;
    size_t early = 0;

    (void)state;
    begin_within(&told, NULL, 300 * SECOND, MOST);
    for (uint32_t i = 0; i < FLOOD; i++) {
        struct connmon_observation seen = observe(0, 0, CONNMON_SYN, 0);

        seen.result.connection = i;
        seen.result.event = CONNMON_EVENT_FOUND;
        seen.src.addr[1] = (uint8_t)(i >> 16);
        seen.src.addr[2] = (uint8_t)(i >> 8);
        seen.src.addr[3] = (uint8_t)i;
        told.count = told.read = 0;
        events_add(told.events, &seen);
        if (i == FLOOD / 4)
            early = events_memory(told.events);
    }
    assert_true(early > 0);
    assert_int_equal(events_memory(told.events), early);
    assert_int_equal(events_totals(told.events).lost.forgotten, FLOOD - MOST);
    told.read = told.count;
    end(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_life),
        cmocka_unit_test(silence_times_out_in_its_order),
        cmocka_unit_test(ports_are_reused),
        cmocka_unit_test(a_forgotten_connection_goes_on),
        cmocka_unit_test(many_connections),
        cmocka_unit_test(an_event_has_its_packets_time),
        cmocka_unit_test(one_wrong_time_ends_nothing),
        cmocka_unit_test(a_second_packet_confirms_a_silence),
        cmocka_unit_test(without_a_time_there_is_none),
        cmocka_unit_test(an_event_has_a_line_and_an_object),
        cmocka_unit_test(a_copy_is_no_sign_of_life),
        cmocka_unit_test(beyond_the_limit_somebody_is_forgotten),
        cmocka_unit_test(a_flood_holds_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
