/* model.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "model_copies.h"
#include "sights.h"

struct model_flow {
    uint64_t bytes, count, last_resend, ack_packet;
    int64_t previous_time, rtt_min, ack_time;
    uint32_t isn, low, high, ack_high, dup_num;
    uint16_t window;
    bool was_reset, has_resend, has_previous, has_rtt_min, has_isn, has_high, has_ack, has_window;
    uint32_t
        sound_ack; /* highest that was not a RST's, nor before the other's SYN was acknowledged */
    bool ack_time_unknown, has_sound,
        has_probe; /* what the latest new segment brought may be refused */
    struct sights tsvals, ends, echoed, acked, holes;
};

struct model_handshake {
    bool begun, answered, complete, has_syn_time, has_syn_ack_time, has_server;
    int client;
    uint32_t isn, syn_ack_isn;
    int64_t syn_time, syn_ack_time, server_ns;
};

struct model {
    struct connmon_config config;
    bool has_first, has_client;
    struct connmon_endpoint client;
    struct connmon_endpoint first;
    struct model_flow flows[2];
    struct model_handshake handshake;
    struct model_copies copies;
};

struct model *model_new(const struct connmon_config *config)
{
    struct model *model = calloc(1, sizeof(*model));

    if (!model)
        abort();
    model->config = *config;
    return model;
}

void model_free(struct model *model)
{
    for (int i = 0; i < 2; i++) {
        struct model_flow *f = &model->flows[i];

        free(f->tsvals.list);
        free(f->ends.list);
        free(f->echoed.list);
        free(f->acked.list);
        free(f->holes.list);
    }
    model_copies_clear(&model->copies);
    free(model);
}

/* Modulo 2^32, through 64-bit arithmetic rather than the core's. */
static int64_t distance(uint32_t a, uint32_t b)
{
    int64_t d = (int64_t)a - (int64_t)b;

    if (d > INT32_MAX)
        d -= INT64_C(1) << 32;
    if (d < INT32_MIN)
        d += INT64_C(1) << 32;
    return d;
}

/* One segment on its way through the rules. */
struct step {
    struct model *model;
    const struct connmon_segment *seg;
    struct connmon_result *r;
    struct model_flow *f, *g;
    int from;
    uint32_t length;
    bool syn, fin, rst, ack;
};

static bool is_late_syn(const struct step *s)
{
    return s->syn && !s->rst && s->f->has_high && (!s->f->has_isn || s->f->isn == s->seg->seq) &&
           s->seg->seq + 1 + s->seg->payload_len == s->f->low;
}

static void restart(struct model_flow *f, struct model_flow *g)
{
    f->has_high = f->has_resend = f->was_reset = false;
    f->ends.count = f->holes.count = 0;
    g->acked.count = 0;
    g->has_ack = g->has_sound = false;
}

static bool is_sure_reset(const struct step *s)
{
    return (s->ack && s->g->has_high && !s->g->has_ack && s->seg->ack == s->g->high) ||
           (s->f->has_high && s->seg->seq == s->f->high) ||
           (s->g->has_ack && s->seg->seq == s->g->ack_high);
}

static void begin_sequence(struct step *s)
{
    bool is_answered, is_same = s->f->has_isn && s->f->isn == s->seg->seq;

    if (s->rst && is_sure_reset(s))
        s->f->was_reset = s->g->was_reset = true;
    if (!s->syn || s->rst)
        return;
    if (!is_late_syn(s) && (!is_same || (s->f->was_reset && !s->ack))) {
        is_answered = !s->f->has_high && s->g->has_sound &&
                      distance(s->g->sound_ack, s->seg->seq) >= 1 &&
                      distance(s->g->sound_ack, s->seg->seq + 1 + s->seg->payload_len) <= 0;
        restart(s->f, s->g);
        s->g->has_sound = is_answered;
        if (!s->ack && s->g->was_reset) {
            s->g->has_isn = false;
            restart(s->g, s->f);
        }
    } else if (is_same && !is_late_syn(s)) {
        return;
    }
    s->f->has_isn = true;
    s->f->isn = s->seg->seq;
}

static void see_syn(struct step *s, struct model_handshake *h)
{
    if (!h->begun || h->client != s->from || h->isn != s->seg->seq)
        *h = (struct model_handshake){.begun = true, .client = s->from, .isn = s->seg->seq};
    h->syn_time = s->seg->time_ns;
    h->has_syn_time = !s->seg->time_unknown;
}

static void see_syn_ack(struct step *s, struct model_handshake *h)
{
    if (!h->answered && h->has_syn_time && !s->seg->time_unknown &&
        s->seg->time_ns >= h->syn_time) {
        h->has_server = s->r->handshake.has_server = true;
        h->server_ns = s->r->handshake.server_ns = s->seg->time_ns - h->syn_time;
    }
    h->answered = true;
    h->syn_ack_isn = s->seg->seq;
    h->syn_ack_time = s->seg->time_ns;
    h->has_syn_ack_time = !s->seg->time_unknown;
}

static void see_last_ack(struct step *s, struct model_handshake *h)
{
    h->complete = s->r->handshake.completes = true;
    if (h->has_server) {
        s->r->handshake.has_server = true;
        s->r->handshake.server_ns = h->server_ns;
    }
    if (h->has_syn_ack_time && !s->seg->time_unknown && s->seg->time_ns >= h->syn_ack_time) {
        s->r->handshake.has_client = true;
        s->r->handshake.client_ns = s->seg->time_ns - h->syn_ack_time;
    }
}

static void follow_handshake(struct step *s, bool self_connected)
{
    struct model_handshake *h = &s->model->handshake;
    int to = self_connected ? s->from : !s->from;

    if (s->syn && !s->ack && !s->rst)
        see_syn(s, h);
    else if (h->begun && s->syn && s->ack && to == h->client && distance(s->seg->ack, h->isn) > 0)
        see_syn_ack(s, h);
    else if (h->answered && !h->complete && s->ack && !s->syn && !s->rst && s->from == h->client &&
             distance(s->seg->ack, h->syn_ack_isn) > 0)
        see_last_ack(s, h);
}

static void match(struct step *s, struct sights *answered, struct sights *saved, uint32_t value,
                  bool or_with_it, struct connmon_delay *delay)
{
    struct sight *sight;

    if (sights_find(answered, value))
        return;
    sights_append(answered, (struct sight){.value = value});
    sight = sights_find(saved, value);
    if (!sight || (!or_with_it && distance(s->seg->ack, sight->end) < 0) || s->seg->time_unknown ||
        s->seg->time_ns < sight->time_ns ||
        s->seg->time_ns - sight->time_ns > s->model->config.max_age_ns)
        return;
    delay->present = true;
    delay->ns = s->seg->time_ns - sight->time_ns;
    delay->packet = sight->packet;
    delay->pure_ack = sight->pure_ack;
    delay->ambiguous = s->g->has_resend && (s->g->last_resend > sight->packet ||
                                            (or_with_it && s->g->last_resend == sight->packet));
}

static void save(struct step *s, struct sights *list, uint32_t value, bool pure_ack)
{
    struct sight *old = sights_find(list, value);
    struct sight new = {.value = value,
                        .end = s->seg->seq + s->length,
                        .time_ns = s->seg->time_ns,
                        .packet = s->seg->packet,
                        .pure_ack = pure_ack};

    if (s->seg->time_unknown)
        return;
    if (!old)
        sights_append(list, new);
    else if (s->seg->time_ns > old->time_ns &&
             s->seg->time_ns - old->time_ns > s->model->config.max_age_ns)
        *old = new;
}

/* What lies 2^31 - 1 or more behind the highest end is no hole any more. */
static void forget_old_holes(struct model_flow *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->holes.count; i++) {
        struct sight hole = f->holes.list[i];

        if (distance(f->high, hole.end) < 0 || distance(f->high, hole.end) == INT32_MAX)
            continue;
        if (distance(f->high, hole.value) < 0)
            hole.value = f->high - (uint32_t)INT32_MAX;
        f->holes.list[kept++] = hole;
    }
    f->holes.count = kept;
}

static uint32_t smaller(int64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

/* How many bytes of [seq, end) were missing; what it covers is no hole any more. */
static uint32_t fill_holes(struct model_flow *f, uint32_t seq, uint32_t end)
{
    struct sights rest = {0};
    uint32_t filled = 0;

    for (size_t i = 0; i < f->holes.count; i++) {
        struct sight hole = f->holes.list[i];

        if (distance(seq, hole.end) >= 0 || distance(hole.value, end) >= 0) {
            sights_append(&rest, hole);
            continue;
        }
        filled += smaller(distance(end, hole.value), hole.end - hole.value) -
                  (distance(seq, hole.value) > 0 ? seq - hole.value : 0);
        if (distance(seq, hole.value) > 0)
            sights_append(&rest, (struct sight){.value = hole.value, .end = seq});
        if (distance(hole.end, end) > 0)
            sights_append(&rest, (struct sight){.value = end, .end = hole.end});
    }
    free(f->holes.list);
    f->holes = rest;
    return filled;
}

static bool is_probe(const struct step *s)
{
    return s->g->has_sound && s->g->sound_ack == s->seg->seq && s->g->has_window &&
           s->g->window == 0;
}

/* Of a probe or of a SYN's data, what has not been acknowledged since. */
static uint32_t refused_bytes(const struct step *s, uint32_t start, uint32_t end)
{
    uint32_t refused = 0;

    if (s->f->has_probe && s->g->has_sound)
        for (; start != end; start++)
            refused += distance(start, s->g->sound_ack) >= 0 && distance(start, s->f->high) < 0;
    return refused;
}

/* The SYN, the payload and the FIN of a segment are placed one after the other. */
static bool place_old(struct step *s)
{
    struct model_flow *f = s->f;
    uint32_t len = s->seg->payload_len, start = s->seg->seq + s->syn, end = start + len;
    uint32_t filled = fill_holes(f, start, end);
    uint32_t beyond = distance(end, f->high) > 0 ? end - f->high : 0;
    uint32_t old = len - beyond - filled,
             refused = is_probe(s) ? len : refused_bytes(s, start, end);
    bool fills = filled > 0;

    s->r->new_payload = beyond + filled;
    s->r->resent_payload = old - smaller(old, refused);
    if (s->syn)
        fills |= fill_holes(f, start - 1, start) > 0;
    if (s->fin)
        fills |= fill_holes(f, end, end + 1) > 0;
    return fills;
}

static enum connmon_seq_event event_of(struct step *s, int64_t gap)
{
    struct model_flow *f = s->f;

    s->r->new_payload = gap < 0 ? 0 : s->seg->payload_len;
    if (gap == 0)
        return CONNMON_SEQ_NORMAL;
    if (gap > 0) {
        sights_append(&f->holes, (struct sight){.value = f->high, .end = s->seg->seq});
        return CONNMON_SEQ_HOLE;
    }
    if (gap == -1 && s->seg->payload_len <= 1 && !s->syn && !s->fin)
        return CONNMON_SEQ_KEEP_ALIVE;
    if (s->length == 0)
        return CONNMON_SEQ_OLD;
    f->has_resend = true;
    f->last_resend = s->seg->packet;
    return place_old(s) ? CONNMON_SEQ_HOLE_FILL : CONNMON_SEQ_RETRANSMISSION;
}

static void place(struct step *s)
{
    struct model_flow *f = s->f;
    uint32_t end = s->seg->seq + s->length;

    if (f->has_high)
        s->r->seq_gap = (int32_t)distance(s->seg->seq, f->high);
    if (s->rst)
        return;
    s->r->new_payload = s->seg->payload_len;
    if (is_late_syn(s)) {
        s->r->seq_event = CONNMON_SEQ_HOLE_FILL;
        f->has_resend = true;
        f->last_resend = s->seg->packet;
        f->low = s->seg->seq;
        return;
    }
    if (!f->has_high)
        f->low = s->seg->seq;
    if (f->has_high)
        s->r->seq_event = event_of(s, s->r->seq_gap);
    if (!f->has_high || distance(end, f->high) > 0) {
        f->high = end;
        f->has_probe = s->seg->payload_len > 0 && (s->syn || is_probe(s));
    }
    f->has_high = true;
    forget_old_holes(f);
}

static void judge(struct step *s)
{
    struct connmon_result *r = s->r;
    const struct connmon_delay *delays[2] = {&r->tsval, &r->seqno};
    int64_t waited = 0, slack = r->tsval.ns;

    if (s->f->has_previous && s->seg->time_ns > s->f->previous_time)
        waited = s->seg->time_ns - s->f->previous_time;
    if (s->f->has_previous && waited < slack)
        slack = waited;
    if (r->tsval.present && !r->tsval.ambiguous &&
        (!r->tsval.pure_ack || slack * 8 <= r->tsval.ns)) {
        r->rtt_source = CONNMON_RTT_TSVAL;
        r->rtt_ns = r->tsval.ns;
    }
    if (r->seqno.present && !r->seqno.ambiguous &&
        (r->rtt_source == CONNMON_RTT_NONE || r->seqno.ns < r->rtt_ns)) {
        r->rtt_source = CONNMON_RTT_SEQNO;
        r->rtt_ns = r->seqno.ns;
    }
    if (r->rtt_source != CONNMON_RTT_NONE)
        r->rtt_slack_ns = s->f->has_previous && waited < r->rtt_ns ? waited : r->rtt_ns;
    for (int i = 0; i < 2; i++) {
        if (!delays[i]->present)
            continue;
        if (!s->f->has_rtt_min || delays[i]->ns < s->f->rtt_min)
            s->f->rtt_min = delays[i]->ns;
        s->f->has_rtt_min = true;
    }
    if (r->tsval.present || r->seqno.present)
        r->rtt_min_ns = s->f->rtt_min;
    if (!s->seg->time_unknown) {
        s->f->has_previous = true;
        s->f->previous_time = s->seg->time_ns;
    }
}

static void follow_dup_ack(struct step *s)
{
    struct model_flow *f = s->f;
    const struct connmon_segment *seg = s->seg;

    if (s->ack && !s->rst && (!f->has_sound || distance(seg->ack, f->sound_ack) > 0) &&
        (f->has_sound || !s->g->has_isn ||
         (distance(seg->ack, s->g->isn) > 0 && distance(seg->ack, s->g->high) <= 0))) {
        f->has_sound = true;
        f->sound_ack = seg->ack;
    }
    if (s->ack && (!f->has_ack || distance(seg->ack, f->ack_high) > 0)) {
        f->has_ack = true;
        f->ack_high = seg->ack;
        f->ack_time = seg->time_ns;
        f->ack_time_unknown = seg->time_unknown;
        f->ack_packet = seg->packet;
        f->dup_num = 0;
    } else if (s->ack && seg->ack == f->ack_high && s->length == 0 && !s->rst &&
               s->r->seq_event != CONNMON_SEQ_KEEP_ALIVE &&
               (!s->g->has_high || distance(s->g->high, seg->ack) > 0) &&
               (seg->has_sack || (f->has_window && seg->window == f->window))) {
        s->r->dup_ack.num = ++f->dup_num;
        s->r->dup_ack.packet = f->ack_packet;
        if (seg->time_ns > f->ack_time && !seg->time_unknown && !f->ack_time_unknown)
            s->r->dup_ack.age_ns = seg->time_ns - f->ack_time;
    }
    f->window = seg->window;
    f->has_window = true;
}

static bool is_same_end(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    return a->port == b->port && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* The end that the first SYN names; without one, a guess from ports and order. */
static enum connmon_side side_of(struct step *s)
{
    struct model *model = s->model;

    if (s->syn && !s->rst && !model->has_client) {
        model->client = s->ack ? s->seg->dst : s->seg->src;
        model->has_client = true;
    }
    if (model->has_client)
        return is_same_end(&s->seg->src, &model->client) ? CONNMON_CLIENT : CONNMON_SERVER;
    if (s->seg->src.port != s->seg->dst.port)
        return s->seg->src.port > s->seg->dst.port ? CONNMON_CLIENT : CONNMON_SERVER;
    return s->from == 0 ? CONNMON_CLIENT : CONNMON_SERVER;
}

void model_process(struct model *model, const struct connmon_segment *seg, struct connmon_result *r)
{
    bool self_connected = is_same_end(&seg->src, &seg->dst);
    struct step s = {.model = model, .seg = seg, .r = r};

    memset(r, 0, sizeof(*r));
    if (!model->has_first)
        model->first = seg->src;
    model->has_first = true;
    s.from = !is_same_end(&seg->src, &model->first);
    s.f = &model->flows[s.from];
    s.g = self_connected ? s.f : &model->flows[!s.from];
    s.syn = seg->flags & CONNMON_SYN;
    s.fin = seg->flags & CONNMON_FIN;
    s.rst = seg->flags & CONNMON_RST;
    s.ack = seg->flags & CONNMON_ACK;
    s.length = seg->payload_len + s.syn + s.fin;
    r->direction = (uint8_t)s.from;
    if (model_copies_find(&model->copies, seg, s.from, s.g->count, s.f == s.g, r))
        return;
    s.f->count++;
    s.f->bytes += seg->wire_len;
    r->flow_bytes = s.f->bytes;
    r->payload_len = seg->payload_len;

    r->side = side_of(&s);
    begin_sequence(&s);
    follow_handshake(&s, self_connected);
    if (s.ack && seg->has_timestamps && seg->tsecr != 0)
        match(&s, &s.f->echoed, &s.g->tsvals, seg->tsecr, false, &r->tsval);
    if (s.ack)
        match(&s, &s.f->acked, &s.g->ends, seg->ack, true, &r->seqno);
    place(&s);
    if (seg->has_timestamps && seg->tsval != 0)
        save(&s, &s.f->tsvals, seg->tsval, s.length == 0);
    if (s.length != 0 && !s.rst)
        save(&s, &s.f->ends, seg->seq + s.length, false);
    judge(&s);
    follow_dup_ack(&s);
}
