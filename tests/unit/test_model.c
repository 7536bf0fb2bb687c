/* test_model.c - the core against the model, on random connections
 *
 * Values are few, so that they really meet; some connections look like TCP, some like nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scenario.h"

#include <string.h>

#include "model.h"

enum { SCENARIOS = 400, SEGMENTS = 500 };

/* How one scenario's segments are drawn. */
struct plan {
    uint64_t seed;
    uint32_t seq_base[2], ts_base[2];
    uint32_t seq_step, seq_values, ts_values;
    int64_t time_ns, step_ns;
    bool clock_steps, ages, jumps, self_connected, in_order, has_ids;
    uint32_t next[2];
    struct connmon_segment recent[4]; /* by number, modulo 4 */
};

static uint32_t draw(struct plan *plan, uint32_t below)
{
    return scenario_random(&plan->seed) % below;
}

static bool one_in(struct plan *plan, uint32_t count)
{
    return draw(plan, count) == 0;
}

static struct plan plan_of(uint32_t scenario)
{
    struct plan plan = {.seed = 1 + scenario * UINT64_C(0x9E3779B97F4A7C15)};

    for (int i = 0; i < 2; i++) {
        /* Half of all spaces are about to wrap. */
        plan.seq_base[i] = one_in(&plan, 2) ? 0 - draw(&plan, 3000) : draw(&plan, UINT32_MAX);
        plan.ts_base[i] = one_in(&plan, 2) ? 0 - draw(&plan, 40) : draw(&plan, UINT32_MAX);
        plan.next[i] = plan.seq_base[i];
    }
    plan.seq_step = one_in(&plan, 3) ? 1 : 100;
    plan.seq_values = 5 + draw(&plan, 200);
    plan.ts_values = 2 + draw(&plan, 200);
    /* The core may forget early what was too old once, so a clock does not both age and step. */
    plan.ages = one_in(&plan, 3);
    plan.clock_steps = !plan.ages && one_in(&plan, 3);
    plan.step_ns = plan.ages ? SECOND : MS;
    plan.jumps = one_in(&plan, 4);
    plan.self_connected = one_in(&plan, 20);
    plan.in_order = one_in(&plan, 2);
    plan.has_ids = one_in(&plan, 2);
    return plan;
}

static void draw_time(struct plan *plan, struct connmon_segment *segment)
{
    if (!one_in(plan, 4))
        plan->time_ns += draw(plan, (uint32_t)plan->step_ns);
    if (plan->clock_steps && one_in(plan, 20))
        plan->time_ns -= draw(plan, 20 * (uint32_t)MS);
    segment->time_ns = plan->time_ns;
    segment->time_unknown = one_in(plan, 100);
}

static uint16_t draw_flags(struct plan *plan)
{
    static const uint16_t rare[] = {0,         SYN,       SYN | ACK, FIN | ACK,       RST,
                                    RST | ACK, SYN | RST, SYN | FIN, SYN | FIN | ACK, FIN};

    if (one_in(plan, 10))
        return rare[draw(plan, sizeof(rare) / sizeof(rare[0]))];
    return ACK | (one_in(plan, 2) ? PSH : 0);
}

static uint32_t draw_seqno(struct plan *plan, int side)
{
    /* Beyond the middle of the sequence space or just not; a segment that straddles it lies both
     * ahead and behind, so the rules say nothing of it. */
    if (plan->jumps && one_in(plan, 30))
        plan->seq_base[side] += (UINT32_C(1) << 31) + (one_in(plan, 2) ? 25000 : -25000U);
    return plan->seq_base[side] + plan->seq_step * draw(plan, plan->seq_values) - one_in(plan, 10);
}

/* Now and then a segment comes again: captured twice, or resent. */
static void draw_again(struct plan *plan, uint32_t number, struct connmon_segment *segment)
{
    const struct connmon_segment *earlier = &plan->recent[draw(plan, 4)];
    const struct connmon_segment new = *segment;

    if (number >= 4 && one_in(plan, 5)) {
        *segment = *earlier;
        segment->packet = new.packet;
        segment->time_ns =
            one_in(plan, 2) ? earlier->time_ns + draw(plan, 3) * MS / 2 : new.time_ns;
        segment->wire_len = new.wire_len;
        segment->ip_id = one_in(plan, 4) ? new.ip_id : earlier->ip_id;
        segment->checksum = one_in(plan, 4) ? new.checksum : earlier->checksum;
    }
    plan->recent[number % 4] = *segment;
}

static void draw_segment(struct plan *plan, uint32_t number, struct scenario *s,
                         struct connmon_segment *segment)
{
    int from = (int)draw(plan, 2);

    *segment = (struct connmon_segment){.packet = number + 1, .wire_len = 60 + draw(plan, 1000)};
    segment->src = s->ends[from];
    segment->dst = s->ends[plan->self_connected ? from : !from];
    draw_time(plan, segment);
    segment->flags = draw_flags(plan);
    segment->payload_len = one_in(plan, 2) ? 0 : plan->seq_step * (1 + draw(plan, 4));
    if (one_in(plan, 10))
        segment->payload_len = 1; /* as a window probe has it */
    segment->seq = draw_seqno(plan, from);
    if (plan->in_order && !one_in(plan, 5))
        segment->seq = plan->next[from];
    if (segment->payload_len != 1 || one_in(plan, 2)) /* a refused probe moves nothing */
        plan->next[from] = segment->seq + segment->payload_len;
    segment->ack = one_in(plan, 2) ? plan->next[!from] : draw_seqno(plan, !from);
    segment->window = (uint16_t)draw(plan, 2);
    segment->has_sack = one_in(plan, 10);
    segment->has_timestamps = !one_in(plan, 10);
    segment->tsval = plan->ts_base[from] + draw(plan, plan->ts_values);
    segment->tsecr = plan->ts_base[!from] + draw(plan, plan->ts_values);
    segment->ip_id = (uint16_t)(plan->has_ids ? number + 1 : 0);
    segment->checksum = (uint16_t)draw(plan, 3);
    segment->has_checksum = segment->checksum != 2;
    segment->dont_fragment = one_in(plan, 2);
    draw_again(plan, number, segment);
}

static void expect_equal_delays(const struct connmon_delay *a, const struct connmon_delay *b)
{
    assert_int_equal(a->present, b->present);
    assert_int_equal(a->ns, b->ns);
    assert_int_equal(a->packet, b->packet);
    assert_int_equal(a->pure_ack, b->pure_ack);
    assert_int_equal(a->ambiguous, b->ambiguous);
}

static void expect_equal(const struct connmon_result *a, const struct connmon_result *b)
{
    assert_int_equal(a->is_copy, b->is_copy);
    assert_int_equal(a->original, b->original);
    assert_int_equal(a->flow_bytes, b->flow_bytes);
    assert_int_equal(a->connection, b->connection);
    assert_int_equal(a->payload_len, b->payload_len);
    assert_int_equal(a->direction, b->direction);
    assert_int_equal(a->side, b->side);
    assert_int_equal(a->seq_gap, b->seq_gap);
    assert_int_equal(a->seq_event, b->seq_event);
    assert_int_equal(a->new_payload, b->new_payload);
    assert_int_equal(a->resent_payload, b->resent_payload);
    expect_equal_delays(&a->tsval, &b->tsval);
    expect_equal_delays(&a->seqno, &b->seqno);
    assert_int_equal(a->rtt_min_ns, b->rtt_min_ns);
    assert_int_equal(a->rtt_ns, b->rtt_ns);
    assert_int_equal(a->rtt_slack_ns, b->rtt_slack_ns);
    assert_int_equal(a->rtt_source, b->rtt_source);
    assert_int_equal(a->dup_ack.num, b->dup_ack.num);
    assert_int_equal(a->dup_ack.age_ns, b->dup_ack.age_ns);
    assert_int_equal(a->dup_ack.packet, b->dup_ack.packet);
    assert_int_equal(a->handshake.has_server, b->handshake.has_server);
    assert_int_equal(a->handshake.has_client, b->handshake.has_client);
    assert_int_equal(a->handshake.completes, b->handshake.completes);
    assert_int_equal(a->handshake.server_ns, b->handshake.server_ns);
    assert_int_equal(a->handshake.client_ns, b->handshake.client_ns);
}

/* What the scenarios have seen in all, to be sure that they exercise the rules. */
struct coverage {
    uint32_t tsvals, seqnos, ambiguous, trusted, dup_acks, servers, completions, partly, probes;
    uint32_t events[CONNMON_SEQ_EVENT_COUNT];
};

static void note(struct coverage *seen, const struct connmon_result *r)
{
    seen->tsvals += r->tsval.present;
    seen->seqnos += r->seqno.present;
    seen->ambiguous += r->tsval.ambiguous || r->seqno.ambiguous;
    seen->trusted += r->rtt_source != CONNMON_RTT_NONE;
    seen->dup_acks += r->dup_ack.num != 0;
    seen->servers += r->handshake.has_server;
    seen->completions += r->handshake.completes;
    seen->partly += r->new_payload > 0 && r->resent_payload > 0;
    seen->probes += r->seq_event == CONNMON_SEQ_RETRANSMISSION && !connmon_is_resend(r);
    seen->events[r->seq_event]++;
}

static void run(uint32_t number, struct coverage *seen)
{
    struct connmon_config config = connmon_config_exact();
    struct plan plan = plan_of(number);
    struct scenario s = scenario_begin(&config);
    struct model *model = model_new(&config);
    struct connmon_result by_core, by_model;
    struct connmon_segment segment;

    for (uint32_t i = 0; i < SEGMENTS; i++) {
        draw_segment(&plan, i, &s, &segment);
        if (plan.self_connected) /* one endpoint only, or there are two connections */
            segment.src = segment.dst = s.ends[0];
        assert_int_equal(connmon_process(s.core, &segment, &by_core), CONNMON_OK);
        model_process(model, &segment, &by_model);
        expect_equal(&by_core, &by_model);
        note(seen, &by_core);
    }
    model_free(model);
    scenario_end(&s);
}

static void the_core_agrees_with_the_model(void **state)
{
    struct coverage seen = {0};

    (void)state;
    for (uint32_t i = 0; i < SCENARIOS; i++)
        run(i, &seen);
    assert_true(seen.tsvals > 5000 && seen.seqnos > 5000 && seen.ambiguous > 1000);
    assert_true(seen.trusted > 1000 && seen.dup_acks > 500);
    assert_true(seen.servers > 50 && seen.completions > 20);
    assert_true(seen.partly > 1000 && seen.probes > 20);
    for (int event = 0; event < CONNMON_SEQ_EVENT_COUNT; event++)
        assert_true(seen.events[event] > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_core_agrees_with_the_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
