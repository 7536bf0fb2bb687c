/* store.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store.h"

#include <glib.h>
#include <string.h>

#include "label.h"

enum {
    PAGE_BITS = 12,
    PAGE_FRAMES = 1 << PAGE_BITS, /* frames whose records a page finds */
    CHUNK_BYTES = 1 << 18,        /* records are cut from chunks */
};

enum record_parts {
    HAS_TSVAL = 0x01,
    HAS_SEQNO = 0x02,
    HAS_DUP_ACK = 0x04,
    HAS_HANDSHAKE = 0x08,
    HAS_TURN = 0x10,
    HAS_ORIGINAL = 0x20, /* it is a copy */
};

enum record_bits {
    REVERSE = 0x01, /* the direction is 1 */
    TIME_UNKNOWN = 0x02,
    TIMESTAMPS = 0x04,
    ZERO_WINDOW = 0x08,
    RTT_TSVAL = 0x10, /* enum connmon_rtt_source */
    RTT_SEQNO = 0x20,
    FROM_SERVER = 0x40,
};

/* A record is this, and behind it the parts that it has: that of its payload, if its sequence event
 * has one, and those of enum record_parts, in their order. */
struct record {
    uint64_t flow_bytes : 48; /* 281 terabytes */
    uint64_t end : 3, side_is_guess : 1, is_loss : 1;
    uint32_t connection;
    uint32_t payload_len;
    int32_t seq_gap;
    uint32_t parts : 6, seq_event : 3, event : 4, state : 4; /* the first: enum record_parts */
    uint32_t bits : 7;                                       /* enum record_bits */
    uint32_t flags : 8;                                      /* of TCP */
};

_Static_assert(CONNMON_END_RESET_BY_SERVER < 1 << 3 && CONNMON_SEQ_OLD < 1 << 3, "3 bits do");
_Static_assert(CONNMON_EVENT_REUSED < 1 << 4 && CONNMON_STATE_CLOSED < 1 << 4, "4 bits do");
_Static_assert(HAS_ORIGINAL < 1 << 6 && FROM_SERVER < 1 << 7, "so do these");

/* Of a segment that begins below the expected seqno; of all others, all payload is new. */
struct payload_part {
    uint32_t fresh, resent;
};

struct delay_part {
    int64_t ns, rtt_min_ns, rtt_slack_ns; /* the last two are the same for both delays */
    uint64_t packet;
    bool pure_ack, ambiguous;
};

/* A connection as its frames show it. Serial numbers are dense, so it is an array. */
struct ends {
    uint32_t discriminator;
    struct connmon_endpoint end[2]; /* [0]: source where the direction is 0 */
    char *label[2];                 /* of the flow in that direction; made when first asked for */
};

struct store {
    GPtrArray *pages;  /* of struct record *[PAGE_FRAMES], NULL where no frame has a record */
    GPtrArray *chunks; /* of records */
    size_t chunk_used; /* of the last chunk */
    GArray *ends;      /* of struct ends, by connection */
    GArray *frames;    /* of uint32_t: the frame of each packet that the core knows; 0: rejected */
};

struct store *store_new(void)
{
    struct store *store = g_new0(struct store, 1);

    store->pages = g_ptr_array_new_with_free_func(g_free);
    store->chunks = g_ptr_array_new_with_free_func(g_free);
    store->ends = g_array_new(FALSE, TRUE, sizeof(struct ends));
    store->frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return store;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    g_ptr_array_free(store->pages, TRUE);
    g_ptr_array_free(store->chunks, TRUE);
    for (guint i = 0; i < store->ends->len; i++) {
        g_free(g_array_index(store->ends, struct ends, i).label[0]);
        g_free(g_array_index(store->ends, struct ends, i).label[1]);
    }
    g_array_free(store->ends, TRUE);
    g_array_free(store->frames, TRUE);
    g_free(store);
}

static bool has_payload_part(enum connmon_seq_event seq_event)
{
    return seq_event == CONNMON_SEQ_HOLE_FILL || seq_event == CONNMON_SEQ_RETRANSMISSION;
}

static size_t record_bytes(uint8_t parts, enum connmon_seq_event seq_event)
{
    struct connmon_result *any = NULL;

    return sizeof(struct record) + (has_payload_part(seq_event) ? sizeof(struct payload_part) : 0) +
           (parts & HAS_TSVAL ? sizeof(struct delay_part) : 0) +
           (parts & HAS_SEQNO ? sizeof(struct delay_part) : 0) +
           (parts & HAS_DUP_ACK ? sizeof(any->dup_ack) : 0) +
           (parts & HAS_HANDSHAKE ? sizeof(any->handshake) : 0) +
           (parts & HAS_TURN ? sizeof(any->turn) : 0) +
           (parts & HAS_ORIGINAL ? sizeof(any->original) : 0);
}

/* Room for a record; all parts have the alignment of 64 bits. */
static struct record *allocate(struct store *store, size_t bytes)
{
    guint8 *chunk;

    if (store->chunks->len == 0 || store->chunk_used + bytes > CHUNK_BYTES) {
        g_ptr_array_add(store->chunks, g_malloc(CHUNK_BYTES));
        store->chunk_used = 0;
    }
    chunk = g_ptr_array_index(store->chunks, store->chunks->len - 1);
    store->chunk_used += bytes;
    return (void *)(chunk + store->chunk_used - bytes);
}

static guint8 *put_payload(guint8 *to, const struct connmon_result *result)
{
    const struct payload_part part = {result->new_payload, result->resent_payload};

    memcpy(to, &part, sizeof(part));
    return to + sizeof(part);
}

static const guint8 *get_payload(const guint8 *from, struct connmon_result *result)
{
    struct payload_part part;

    memcpy(&part, from, sizeof(part));
    result->new_payload = part.fresh;
    result->resent_payload = part.resent;
    return from + sizeof(part);
}

static guint8 *put_delay(guint8 *to, const struct connmon_result *result,
                         const struct connmon_delay *delay)
{
    struct delay_part part = {
        .ns = delay->ns,
        .rtt_min_ns = result->rtt_min_ns,
        .rtt_slack_ns = result->rtt_slack_ns,
        .packet = delay->packet,
        .pure_ack = delay->pure_ack,
        .ambiguous = delay->ambiguous,
    };

    memcpy(to, &part, sizeof(part));
    return to + sizeof(part);
}

static const guint8 *get_delay(const guint8 *from, struct connmon_result *result,
                               struct connmon_delay *delay)
{
    struct delay_part part;

    memcpy(&part, from, sizeof(part));
    delay->present = true;
    delay->ns = part.ns;
    delay->packet = part.packet;
    delay->pure_ack = part.pure_ack;
    delay->ambiguous = part.ambiguous;
    result->rtt_min_ns = part.rtt_min_ns;
    result->rtt_slack_ns = part.rtt_slack_ns;
    return from + sizeof(part);
}

static uint8_t parts_of(const struct connmon_result *result)
{
    bool has_handshake =
        result->handshake.has_server || result->handshake.has_client || result->handshake.completes;

    return (
        uint8_t)((result->tsval.present ? HAS_TSVAL : 0) | (result->seqno.present ? HAS_SEQNO : 0) |
                 (result->dup_ack.num ? HAS_DUP_ACK : 0) | (has_handshake ? HAS_HANDSHAKE : 0) |
                 (result->turn.is_present ? HAS_TURN : 0) | (result->is_copy ? HAS_ORIGINAL : 0));
}

static uint8_t bits_of(const struct connmon_segment *segment, const struct connmon_result *result)
{
    return (uint8_t)((result->direction ? REVERSE : 0) |
                     (segment->time_unknown ? TIME_UNKNOWN : 0) |
                     (segment->has_timestamps ? TIMESTAMPS : 0) |
                     (segment->window == 0 ? ZERO_WINDOW : 0) |
                     (result->side == CONNMON_SERVER ? FROM_SERVER : 0) |
                     (result->rtt_source == CONNMON_RTT_TSVAL ? RTT_TSVAL : 0) |
                     (result->rtt_source == CONNMON_RTT_SEQNO ? RTT_SEQNO : 0));
}

static struct record **slot_of(const struct store *store, uint32_t frame)
{
    guint page = frame >> PAGE_BITS;
    struct record **slots;

    if (page >= store->pages->len)
        return NULL;
    slots = g_ptr_array_index(store->pages, page);
    return slots ? &slots[frame & (PAGE_FRAMES - 1)] : NULL;
}

static void reserve_page(struct store *store, uint32_t frame)
{
    guint page = frame >> PAGE_BITS;

    if (page >= store->pages->len)
        g_ptr_array_set_size(store->pages, (gint)page + 1);
    if (!g_ptr_array_index(store->pages, page))
        g_ptr_array_index(store->pages, page) = g_new0(struct record *, PAGE_FRAMES);
}

void store_begin_frame(struct store *store, uint32_t frame)
{
    struct record **slot = slot_of(store, frame);
    guint packets = store->frames->len;
    uint32_t *latest = packets ? &g_array_index(store->frames, uint32_t, packets - 1) : NULL;

    if (slot)
        *slot = NULL;
    if (latest && *latest == frame)
        *latest = 0;
}

uint64_t store_packet(const struct store *store)
{
    return store->frames->len;
}

static void keep_ends(struct store *store, const struct connmon_segment *segment,
                      const struct connmon_result *result)
{
    struct ends *ends;

    if (result->connection < store->ends->len)
        return;
    g_array_set_size(store->ends, result->connection + 1);
    ends = &g_array_index(store->ends, struct ends, result->connection);
    ends->discriminator = segment->discriminator;
    ends->end[0] = result->direction == 0 ? segment->src : segment->dst;
    ends->end[1] = result->direction == 0 ? segment->dst : segment->src;
}

void store_put(struct store *store, uint32_t frame, const struct connmon_segment *segment,
               const struct connmon_result *result)
{
    uint8_t parts = parts_of(result);
    struct record *record = allocate(store, record_bytes(parts, result->seq_event));
    guint8 *to = (guint8 *)(record + 1);

    *record = (struct record){
        .flow_bytes = result->flow_bytes & ((UINT64_C(1) << 48) - 1),
        .end = result->end & 7,
        .side_is_guess = result->side_is_guess,
        .is_loss = result->is_loss,
        .connection = result->connection,
        .payload_len = result->payload_len,
        .seq_gap = result->seq_gap,
        .flags = (uint8_t)segment->flags,
        .parts = parts & 63U,
        .seq_event = result->seq_event & 7,
        .event = result->event & 15,
        .state = result->state & 15,
        .bits = bits_of(segment, result) & 127U,
    };
    if (has_payload_part(result->seq_event))
        to = put_payload(to, result);
    if (parts & HAS_TSVAL)
        to = put_delay(to, result, &result->tsval);
    if (parts & HAS_SEQNO)
        to = put_delay(to, result, &result->seqno);
    if (parts & HAS_DUP_ACK) {
        memcpy(to, &result->dup_ack, sizeof(result->dup_ack));
        to += sizeof(result->dup_ack);
    }
    if (parts & HAS_HANDSHAKE) {
        memcpy(to, &result->handshake, sizeof(result->handshake));
        to += sizeof(result->handshake);
    }
    if (parts & HAS_TURN) {
        memcpy(to, &result->turn, sizeof(result->turn));
        to += sizeof(result->turn);
    }
    if (parts & HAS_ORIGINAL)
        memcpy(to, &result->original, sizeof(result->original));
    g_array_append_val(store->frames, frame);
    keep_ends(store, segment, result);
    reserve_page(store, frame);
    *slot_of(store, frame) = record;
}

static const char *label_of(struct ends *ends, uint8_t direction)
{
    char label[CONNMON_LABEL_SIZE];

    if (!ends->label[direction])
        ends->label[direction] = g_strdup(connmon_flow_label(
            label, sizeof(label), &ends->end[direction], &ends->end[!direction]));
    return ends->label[direction];
}

uint32_t store_frame(const struct store *store, uint64_t packet)
{
    return g_array_index(store->frames, uint32_t, packet);
}

/* The parts that follow the record. */
static void get_parts(const struct record *record, struct connmon_result *result)
{
    const guint8 *from = (const guint8 *)(record + 1);

    if (has_payload_part(result->seq_event))
        from = get_payload(from, result);
    if (record->parts & HAS_TSVAL)
        from = get_delay(from, result, &result->tsval);
    if (record->parts & HAS_SEQNO)
        from = get_delay(from, result, &result->seqno);
    if (record->parts & HAS_DUP_ACK) {
        memcpy(&result->dup_ack, from, sizeof(result->dup_ack));
        from += sizeof(result->dup_ack);
    }
    if (record->parts & HAS_HANDSHAKE) {
        memcpy(&result->handshake, from, sizeof(result->handshake));
        from += sizeof(result->handshake);
    }
    if (record->parts & HAS_TURN) {
        memcpy(&result->turn, from, sizeof(result->turn));
        from += sizeof(result->turn);
    }
    result->is_copy = (record->parts & HAS_ORIGINAL) != 0;
    if (result->is_copy)
        memcpy(&result->original, from, sizeof(result->original));
}

static void tell_frames(const struct store *store, struct connmon_result *result)
{
    if (result->tsval.present)
        result->tsval.packet = store_frame(store, result->tsval.packet);
    if (result->seqno.present)
        result->seqno.packet = store_frame(store, result->seqno.packet);
    if (result->dup_ack.num)
        result->dup_ack.packet = store_frame(store, result->dup_ack.packet);
    if (result->is_copy)
        result->original = store_frame(store, result->original);
    if (result->turn.is_present)
        result->turn.packet = store_frame(store, result->turn.packet);
}

static void choose_rtt(const struct record *record, struct connmon_result *result)
{
    if (record->bits & RTT_TSVAL) {
        result->rtt_source = CONNMON_RTT_TSVAL;
        result->rtt_ns = result->tsval.ns;
    } else if (record->bits & RTT_SEQNO) {
        result->rtt_source = CONNMON_RTT_SEQNO;
        result->rtt_ns = result->seqno.ns;
    }
}

bool store_get(struct store *store, uint32_t frame, struct connmon_observation *observation,
               const char **label)
{
    struct record **slot = slot_of(store, frame);
    const struct record *record = slot ? *slot : NULL;
    struct connmon_result *result = &observation->result;
    struct ends *ends;
    uint8_t direction;

    if (!record)
        return false;
    ends = &g_array_index(store->ends, struct ends, record->connection);
    direction = record->bits & REVERSE ? 1 : 0;
    *observation = (struct connmon_observation){
        .packet = frame,
        .discriminator = ends->discriminator,
        .src = ends->end[direction],
        .dst = ends->end[!direction],
        .flags = record->flags,
        .time_unknown = (record->bits & TIME_UNKNOWN) != 0,
        .has_timestamps = (record->bits & TIMESTAMPS) != 0,
        .has_zero_window = (record->bits & ZERO_WINDOW) != 0,
    };
    *result = (struct connmon_result){
        .flow_bytes = record->flow_bytes,
        .connection = record->connection,
        .payload_len = record->payload_len,
        .direction = direction,
        .side = record->parts & HAS_ORIGINAL ? CONNMON_SIDE_NONE
                : record->bits & FROM_SERVER ? CONNMON_SERVER
                                             : CONNMON_CLIENT,
        .side_is_guess = record->side_is_guess,
        .seq_gap = record->seq_gap,
        .seq_event = record->seq_event,
        .is_loss = record->is_loss,
        .state = record->state,
        .event = record->event,
        .end = record->end,
    };
    if (result->seq_event < CONNMON_SEQ_HOLE_FILL && !(record->flags & CONNMON_RST))
        result->new_payload = result->payload_len;
    get_parts(record, result);
    tell_frames(store, result);
    choose_rtt(record, result);
    *label = label_of(ends, direction);
    return true;
}
