/* store.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store.h"

#include <glib.h>
#include <string.h>

#include "field.h"
#include "label.h"

enum {
    PAGE_BITS = 12,
    PAGE_FRAMES = 1 << PAGE_BITS, /* frames whose records a page finds */
    CHUNK_BYTES = 1 << 18,        /* records are cut from chunks */
};

/* A record is a string of bytes. It begins with what is narrow, such as flags, as bits: the parts
 * that the result has, what of the segment is kept, and of the result the narrow members of
 * fields.def. Behind that stand the other members, of the parts that it has, without padding. */
enum {
#define TYPE(id, bits, shape, base) BITS_OF_##id = (bits), IS_PACKET_##id = false,
#define PACKET_TYPE(id, mark) BITS_OF_##id = 32, IS_PACKET_##id = true,
#define ENUMERATED_TYPE(id, enumeration, zero)                                                     \
    BITS_OF_##id = BITS_FOR(CONNMON_##id##_COUNT), IS_PACKET_##id = false,
#define BITS_FOR(count) ((count) <= 4 ? 2 : (count) <= 8 ? 3 : (count) <= 16 ? 4 : 8)
#include "types.def"
    NARROW = 8, /* bits, at most */
};

/* A row is a summand: the parentheses are the sum's. NOLINTBEGIN(bugprone-macro-parentheses) */
enum {
    FLAGS_BITS = 8,
    HEAD_BITS = FLAGS_BITS + 3
#define PART(id, member) +1
#define PART_IF PART
#define KEPT(part, type, member) +(BITS_OF_##type <= NARROW ? BITS_OF_##type : 0)
#define FIELD(id, parent, type, part, member, ...) KEPT(part, type, member)
#include "fields.def"
    ,
    HEAD_BYTES = (HEAD_BITS + 7) / 8,
    MOST_BYTES = HEAD_BYTES
#define KEPT(part, type, member) +(BITS_OF_##type <= NARROW ? 0 : BITS_OF_##type / 8)
#define FIELD(id, parent, type, part, member, ...) KEPT(part, type, member)
#include "fields.def"
};

/* NOLINTEND(bugprone-macro-parentheses) */
_Static_assert(HEAD_BITS <= 64, "what is narrow fits in a word");

/* Where in a record the next value is written or read. */
struct cursor {
    uint64_t head;
    unsigned used; /* bits of the head */
    guint8 *at;    /* behind it */
};

/* A connection as its frames show it. Serial numbers are dense, so it is an array. */
struct ends {
    uint32_t discriminator;
    struct connmon_endpoint end[2]; /* [0]: source where the direction is 0 */
    char *label[2];                 /* of the flow in that direction; made when first asked for */
};

struct store {
    GPtrArray *pages;  /* of guint8 *[PAGE_FRAMES]: records, NULL where a frame has none */
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

/* Room for the largest record; what of it was used is the caller's to count. */
static guint8 *reserve(struct store *store)
{
    if (store->chunks->len == 0 || store->chunk_used + MOST_BYTES > CHUNK_BYTES) {
        g_ptr_array_add(store->chunks, g_malloc(CHUNK_BYTES));
        store->chunk_used = 0;
    }
    return (guint8 *)g_ptr_array_index(store->chunks, store->chunks->len - 1) + store->chunk_used;
}

static inline void put_bytes(guint8 *to, uint64_t value, size_t bytes)
{
    value = GUINT64_TO_LE(value);
    memcpy(to, &value, bytes);
}

static inline uint64_t get_bytes(const guint8 *from, size_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, from, bytes);
    return GUINT64_FROM_LE(value);
}

static inline void put_bits(struct cursor *cursor, unsigned bits, uint64_t value)
{
    cursor->head |= (value & ((UINT64_C(1) << bits) - 1)) << cursor->used;
    cursor->used += bits;
}

static inline uint64_t get_bits(struct cursor *cursor, unsigned bits)
{
    const uint64_t value = cursor->head >> cursor->used & ((UINT64_C(1) << bits) - 1);

    cursor->used += bits;
    return value;
}

/* A value of the type with so many bits: if it is not narrow, it is in the record only if its part
 * is. Inlined, since `bits` is a constant that decides most. */
static inline __attribute__((always_inline)) void put(struct cursor *cursor, bool has_part,
                                                      unsigned bits, uint64_t value)
{
    if (bits <= NARROW) {
        put_bits(cursor, bits, value);
    } else if (has_part) {
        put_bytes(cursor->at, value, bits / 8);
        cursor->at += bits / 8;
    }
}

/* The same read again; 0 if it is not there. The number of a packet becomes that of its frame. */
static inline __attribute__((always_inline)) uint64_t
get(const struct store *store, struct cursor *cursor, bool has_part, unsigned bits, bool is_packet)
{
    uint64_t value;

    if (bits <= NARROW)
        return get_bits(cursor, bits);
    if (!has_part)
        return 0;
    value = get_bytes(cursor->at, bits / 8);
    cursor->at += bits / 8;
    return is_packet ? store_frame(store, value) : value;
}

static guint8 **slot_of(const struct store *store, uint32_t frame)
{
    guint page = frame >> PAGE_BITS;
    guint8 **slots;

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
        g_ptr_array_index(store->pages, page) = g_new0(guint8 *, PAGE_FRAMES);
}

void store_begin_frame(struct store *store, uint32_t frame)
{
    guint8 **slot = slot_of(store, frame);
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

/* Writes a record to `to`. Returns its length. */
static size_t put_record(guint8 *to, const struct connmon_segment *segment,
                         const struct connmon_result *result)
{
    const struct connmon_parts parts = connmon_result_parts(result);
    struct cursor cursor = {.at = to + HEAD_BYTES};

#define PART(id, member) put_bits(&cursor, 1, parts.has_##id);
#define PART_IF PART
#include "fields.def"
    put_bits(&cursor, FLAGS_BITS, segment->flags);
    put_bits(&cursor, 1, segment->time_unknown);
    put_bits(&cursor, 1, segment->has_timestamps);
    put_bits(&cursor, 1, segment->window == 0);
#define KEPT(part, type, member)                                                                   \
    put(&cursor, parts.has_##part, BITS_OF_##type, (uint64_t)result->member);
#define FIELD(id, parent, type, part, member, ...) KEPT(part, type, member)
#include "fields.def"
    put_bytes(to, cursor.head, HEAD_BYTES);
    return (size_t)(cursor.at - to);
}

void store_put(struct store *store, uint32_t frame, const struct connmon_segment *segment,
               const struct connmon_result *result)
{
    guint8 *record = reserve(store);

    store->chunk_used += put_record(record, segment, result);
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

/* What a record does not keep, since the rest tells it. */
static void complete(struct connmon_result *result, bool has_resent)
{
    if (!has_resent)
        result->new_payload = result->payload_len;
    if (result->rtt_source != CONNMON_RTT_NONE)
        result->rtt_ns =
            result->rtt_source == CONNMON_RTT_TSVAL ? result->tsval.ns : result->seqno.ns;
}

/* Fills what the record has of an observation. */
static void get_record(const struct store *store, guint8 *from, struct connmon_observation *seen)
{
    struct connmon_result *result = &seen->result;
    struct cursor cursor = {.head = get_bytes(from, HEAD_BYTES), .at = from + HEAD_BYTES};
    struct connmon_parts parts = {.has_ALWAYS = true};

#define PART(id, member) parts.has_##id = result->member = get_bits(&cursor, 1);
#define PART_IF(id, condition) parts.has_##id = get_bits(&cursor, 1);
#include "fields.def"
    seen->flags = (uint8_t)get_bits(&cursor, FLAGS_BITS);
    seen->time_unknown = get_bits(&cursor, 1);
    seen->has_timestamps = get_bits(&cursor, 1);
    seen->has_zero_window = get_bits(&cursor, 1);
#define KEPT(part, type, member)                                                                   \
    result->member = (__typeof__(result->member))get(store, &cursor, parts.has_##part,             \
                                                     BITS_OF_##type, IS_PACKET_##type);
#define FIELD(id, parent, type, part, member, ...) KEPT(part, type, member)
#include "fields.def"
    complete(result, parts.has_RESENT);
}

bool store_get(struct store *store, uint32_t frame, struct connmon_observation *observation,
               const char **label)
{
    guint8 **slot = slot_of(store, frame);
    struct connmon_result *result = &observation->result;
    struct ends *ends;

    if (!slot || !*slot)
        return false;
    *observation = (struct connmon_observation){.packet = frame};
    get_record(store, *slot, observation);
    ends = &g_array_index(store->ends, struct ends, result->connection);
    observation->discriminator = ends->discriminator;
    observation->src = ends->end[result->direction];
    observation->dst = ends->end[!result->direction];
    *label = label_of(ends, result->direction);
    return true;
}
