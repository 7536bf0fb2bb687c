/* test_payload.c - what of a segment's payload is new, and what is resent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

static void payload_in_order_is_new(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_payload(send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10), 10, 0);
    expect_payload(send(&s, CLIENT, .seq = 11, .len = 100), 100, 0);
    expect_payload(send(&s, CLIENT, .seq = 111), 0, 0);
    expect_payload(send(&s, CLIENT, .seq = 211, .len = 100), 100, 0); /* behind a hole */
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 311, .len = 5), 5, 0);
    scenario_end(&s);
}

static void what_has_passed_is_resent(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10);
    send(&s, CLIENT, .flags = FIN | ACK, .seq = 11, .len = 100);
    expect_payload(send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10), 0, 10);
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 11, .len = 100), 0, 100);
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 111), 0, 0);
    scenario_end(&s);
}

/* A TCP that resends may cut its data anew (RFC 9293 section 3.7.4), with more behind. */
static void a_resend_may_bring_new_data(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_payload(r = send(&s, CLIENT, .seq = 51, .len = 150), 100, 50);
    assert_true(connmon_is_resend(&r));
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .len = 150), 50, 100);
    /* The FIN is no payload, be it new or not. */
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101, .len = 150), 0, 150);
    scenario_end(&s);
}

static void a_fill_may_overlap_what_has_passed(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 201, .len = 100); /* 101 .. 200 missing */
    send(&s, CLIENT, .seq = 401, .len = 100); /* 301 .. 400 missing */
    expect_payload(send(&s, CLIENT, .seq = 51, .len = 60), 10, 50);
    expect_payload(send(&s, CLIENT, .seq = 121, .len = 10), 10, 0);
    expect_payload(send(&s, CLIENT, .seq = 111, .len = 30), 20, 10);
    expect_payload(send(&s, CLIENT, .seq = 191, .len = 20), 10, 10);
    /* 141 .. 190 and 301 .. 400, and 100 behind. */
    expect_payload(r = send(&s, CLIENT, .seq = 101, .len = 500), 250, 250);
    assert_false(connmon_is_resend(&r)); /* it had to come, for its hole */
    scenario_end(&s);
}

static void syn_and_fin_fill_no_payload(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .flags = SYN, .seq = 0);
    send(&s, CLIENT, .seq = 102); /* 1 .. 101 missing: 100 bytes and a FIN */
    expect_payload(send(&s, CLIENT, .seq = 1, .len = 60), 60, 0);
    expect_payload(send(&s, CLIENT, .flags = FIN | ACK, .seq = 51, .len = 50), 40, 10);
    expect_event(send(&s, CLIENT, .flags = FIN | ACK, .seq = 101), RETRANSMISSION, -1);
    scenario_end(&s);
}

static void keep_alives_and_resets_have_none(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    expect_payload(send(&s, CLIENT, .seq = 100, .len = 1), 0, 0);
    expect_payload(send(&s, CLIENT, .seq = 100), 0, 0);
    expect_payload(send(&s, CLIENT, .flags = RST, .seq = 101, .len = 20), 0, 0);
    scenario_end(&s);
}

static void what_is_longer_than_the_space_adds_up(void **state)
{
    struct scenario s = scenario_begin(NULL);
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 1, .len = 100);
    send(&s, CLIENT, .seq = 201);
    for (uint32_t seq = 0; seq < 400; seq += 50) {
        r = send(&s, CLIENT, .seq = seq, .len = UINT32_MAX - seq);
        assert_true((uint64_t)r.new_payload + r.resent_payload <= r.payload_len);
    }
    scenario_end(&s);
}

/* ---- Window probes (RFC 9293 section 3.8.6.1) ---- */

/* The server has closed its window at 101. */
static struct scenario closed_window(void)
{
    struct scenario s = scenario_begin(NULL);

    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100, .window = 1000);
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 0);
    return s;
}

#define refuse(s) send(s, SERVER, .seq = 1, .ack = 101, .window = 0)

static void expect_probe(struct connmon_result r, uint32_t fresh, bool is_resend)
{
    assert_int_equal(r.new_payload, fresh);
    assert_int_equal(connmon_is_resend(&r), is_resend);
}

static void a_refused_byte_counts_once_and_is_no_resend(void **state)
{
    struct scenario s = closed_window();
    struct connmon_result r;

    (void)state;
    expect_probe(send(&s, CLIENT, .seq = 101, .len = 1), 1, false);
    refuse(&s);
    for (int i = 0; i < 3; i++) {
        expect_probe(send(&s, CLIENT, .seq = 101, .len = 1), 0, false);
        refuse(&s);
    }
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 5000);
    r = send(&s, CLIENT, .seq = 101, .len = 1000);
    expect_event(r, RETRANSMISSION, -1); /* as SPEC.md says: it has passed here before */
    expect_payload(r, 999, 0);
    expect_probe(r, 999, false);
    /* That one is lost. */
    r = send(&s, CLIENT, .seq = 101, .len = 1000);
    expect_payload(r, 0, 1000);
    expect_probe(r, 0, true);
    scenario_end(&s);
}

static void an_accepted_byte_is_resent(void **state)
{
    struct scenario s = closed_window();
    struct connmon_result r;

    (void)state;
    send(&s, CLIENT, .seq = 101, .len = 1);
    send(&s, SERVER, .seq = 1, .ack = 102, .window = 5000);
    expect_payload(send(&s, CLIENT, .seq = 102, .len = 100), 100, 0);
    scenario_end(&s);

    s = closed_window();
    send(&s, CLIENT, .seq = 101, .len = 1);
    send(&s, SERVER, .seq = 1, .ack = 102, .window = 5000); /* lost beyond the capture point */
    r = send(&s, CLIENT, .seq = 101, .len = 100);
    expect_payload(r, 99, 1);
    expect_probe(r, 99, true);
    scenario_end(&s);
}

/* Linux probes with what was acknowledged before: without data, or with a byte of it. */
static void a_probe_of_old_data_changes_nothing(void **state)
{
    struct scenario s = closed_window();

    (void)state;
    for (uint32_t len = 0; len < 2; len++) {
        expect_payload(send(&s, CLIENT, .seq = 100, .len = len), 0, 0);
        refuse(&s);
    }
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 5000);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 1000), 1000, 0);
    scenario_end(&s);
}

static void the_first_packet_of_a_flow_may_be_a_probe(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    refuse(&s);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 1), 1, 0);
    refuse(&s);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 1000), 999, 0);
    scenario_end(&s);
}

/* Of whatever size. Part of it may be accepted. */
static void a_probe_may_bring_more_than_a_byte(void **state)
{
    struct scenario s = closed_window();

    (void)state;
    expect_probe(send(&s, CLIENT, .seq = 101, .len = 10), 10, false);
    refuse(&s);
    expect_probe(send(&s, CLIENT, .seq = 101, .len = 10), 0, false);
    send(&s, SERVER, .seq = 1, .ack = 104, .window = 5000);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 100), 90, 3);
    scenario_end(&s);
}

/* The receiver shrinks its window, so what was in flight is refused. */
static void a_probe_may_bring_what_was_in_flight(void **state)
{
    struct scenario s = closed_window();

    (void)state;
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 5000);
    send(&s, CLIENT, .seq = 101, .len = 100);
    refuse(&s);
    for (int i = 0; i < 3; i++) {
        expect_probe(send(&s, CLIENT, .seq = 101, .len = 1), 0, false);
        refuse(&s);
    }
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 5000);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 100), 0, 100);
    scenario_end(&s);
}

/* RFC 7413: the server does not know the cookie, and acknowledges the SYN alone. */
static void data_of_a_syn_may_be_refused(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    expect_payload(send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10), 10, 0);
    expect_payload(send(&s, CLIENT, .flags = SYN, .seq = 0, .len = 10), 0, 10); /* was lost */
    send(&s, SERVER, .flags = SYN | ACK, .seq = 0, .ack = 1, .window = 5000);
    expect_payload(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), 90, 0);
    expect_payload(send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100), 0, 100);
    scenario_end(&s);
}

/* A byte that an application wrote alone, to which no closed window applies. */
static void other_bytes_are_no_probes(void **state)
{
    struct scenario s = scenario_begin(NULL);

    (void)state;
    send(&s, CLIENT, .seq = 1, .ack = 1, .len = 100);
    send(&s, SERVER, .seq = 1, .ack = 101, .window = 5000);
    send(&s, CLIENT, .seq = 101, .len = 1);
    expect_payload(send(&s, CLIENT, .seq = 101, .len = 10), 9, 1);
    scenario_end(&s);

    s = closed_window(); /* not at the edge of the window: the rest of what was in flight */
    send(&s, CLIENT, .seq = 101, .len = 100);
    send(&s, CLIENT, .seq = 201, .len = 1);
    expect_payload(send(&s, CLIENT, .seq = 201, .len = 10), 9, 1);
    scenario_end(&s);

    s = closed_window(); /* a segment in two: only its byte is the probe's */
    send(&s, CLIENT, .seq = 101, .len = 1);
    expect_payload(send(&s, CLIENT, .seq = 91, .len = 20), 9, 10);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payload_in_order_is_new),
        cmocka_unit_test(what_has_passed_is_resent),
        cmocka_unit_test(a_resend_may_bring_new_data),
        cmocka_unit_test(a_fill_may_overlap_what_has_passed),
        cmocka_unit_test(syn_and_fin_fill_no_payload),
        cmocka_unit_test(keep_alives_and_resets_have_none),
        cmocka_unit_test(what_is_longer_than_the_space_adds_up),
        cmocka_unit_test(a_refused_byte_counts_once_and_is_no_resend),
        cmocka_unit_test(an_accepted_byte_is_resent),
        cmocka_unit_test(a_probe_of_old_data_changes_nothing),
        cmocka_unit_test(the_first_packet_of_a_flow_may_be_a_probe),
        cmocka_unit_test(a_probe_may_bring_more_than_a_byte),
        cmocka_unit_test(a_probe_may_bring_what_was_in_flight),
        cmocka_unit_test(data_of_a_syn_may_be_refused),
        cmocka_unit_test(other_bytes_are_no_probes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
