/* scenario.h - tests that read like a packet trace
 *
 *     struct scenario s = scenario_begin(NULL);
 *     send(&s, CLIENT, .seq = 1, .len = 100, .ts = {.val = 5});
 *     r = send(&s, SERVER, .ack = 101, .ts = {.val = 9, .ecr = 5}, .at_ms = 10);
 *     expect_tsval(r, 10 * MS, 1);
 *     scenario_end(&s);
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_SCENARIO_H
#define CONNMON_TEST_SCENARIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connmon.h"

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

enum side { CLIENT, SERVER };

enum {
    FIN = CONNMON_FIN,
    SYN = CONNMON_SYN,
    RST = CONNMON_RST,
    PSH = 0x08, /* the core ignores it, so it also stands for "no ACK" */
    ACK = CONNMON_ACK,
};

/* One line of the trace. What is left out is zero, with these exceptions: no flags mean ACK; the
 * packet's number is the one after the previous packet's; a frame has 54 bytes before its
 * payload; its IPv4 identification is its number, so that it is no copy of another. */
struct packet {
    unsigned flags;
    uint32_t seq, ack, len;
    struct {
        uint32_t val, ecr;
    } ts;                 /* {0, 0}: without timestamps, unless `zero_ts` */
    int64_t at_ms, at_ns; /* added up */
    uint64_t number;
    uint32_t discriminator;
    uint32_t wire_len;
    uint16_t window;
    uint16_t port; /* the client's, for a connection of its own */
    uint16_t id, checksum;
    bool zero_ts, sack, time_unknown, no_id, no_checksum, df;
};

struct scenario {
    struct connmon *core;
    struct connmon_endpoint ends[2];
    uint64_t last_number;
    enum connmon_status status; /* of the latest packet */
};

/* A core with this configuration (NULL: the defaults), and two IPv4 hosts. */
struct scenario scenario_begin(const struct connmon_config *config);

void scenario_end(struct scenario *s);

/* Replaces both hosts by IPv6 ones. */
void scenario_use_ipv6(struct scenario *s);

/* The segment that a line of the trace stands for. */
struct connmon_segment scenario_segment(struct scenario *s, enum side from,
                                        const struct packet *packet);

/* Hands a packet to the core and returns what it reveals. */
struct connmon_result scenario_send(struct scenario *s, enum side from,
                                    const struct packet *packet);

#define send(s, from, ...) scenario_send(s, from, &(struct packet){__VA_ARGS__})

struct connmon_stats scenario_stats(const struct scenario *s);

/* Deterministic pseudo-random numbers (xorshift64*); `*state` is not 0. */
uint32_t scenario_random(uint64_t *state);

/* What a result should hold. Macros, so that a failure names its own line; `r` is evaluated once,
 * so it may be a send(). */
#define expect_tsval(r, delay_ns, of_packet)                                                       \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.tsval.present);                                                            \
        assert_int_equal(got.tsval.ns, delay_ns);                                                  \
        assert_int_equal(got.tsval.packet, of_packet);                                             \
    } while (0)

#define expect_no_tsval(r) assert_false((r).tsval.present)

#define expect_seqno(r, delay_ns, of_packet)                                                       \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.seqno.present);                                                            \
        assert_int_equal(got.seqno.ns, delay_ns);                                                  \
        assert_int_equal(got.seqno.packet, of_packet);                                             \
    } while (0)

#define expect_no_seqno(r) assert_false((r).seqno.present)

#define expect_rtt(r, source, delay_ns, slack_ns)                                                  \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.rtt_source, CONNMON_RTT_##source);                                    \
        assert_int_equal(got.rtt_ns, delay_ns);                                                    \
        assert_int_equal(got.rtt_slack_ns, slack_ns);                                              \
    } while (0)

#define expect_no_rtt(r) assert_int_equal((r).rtt_source, CONNMON_RTT_NONE)

#define expect_event(r, event, gap)                                                                \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.seq_event, CONNMON_SEQ_##event);                                      \
        assert_int_equal(got.seq_gap, gap);                                                        \
    } while (0)

/* How much of the payload the flow carried for the first time, and how much again. */
#define expect_payload(r, fresh, resent)                                                           \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.new_payload, fresh);                                                  \
        assert_int_equal(got.resent_payload, resent);                                              \
    } while (0)

#define expect_dup_ack(r, ordinal, since_ns, of_packet)                                            \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_int_equal(got.dup_ack.num, ordinal);                                                \
        assert_int_equal(got.dup_ack.age_ns, since_ns);                                            \
        assert_int_equal(got.dup_ack.packet, of_packet);                                           \
    } while (0)

#define expect_copy(r, of_packet)                                                                  \
    do {                                                                                           \
        const struct connmon_result got = (r);                                                     \
        assert_true(got.is_copy);                                                                  \
        assert_int_equal(got.original, of_packet);                                                 \
    } while (0)

#define expect_no_copy(r) assert_false((r).is_copy)

#define expect_no_dup_ack(r) expect_dup_ack(r, 0, 0, 0)

#endif
