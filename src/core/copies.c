/* copies.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "copies.h"

#include <string.h>

#include "hash.h"

#define NS_PER_MS INT64_C(1000000)

enum {
    FIRST_BITS = 6,
    LEAST_BITS = 12, /* so many are kept whatever their age, for clocks that step */
    LAST_BITS = 28,
    MEMORY_SHARE = 8, /* of a limit of memory, at most one part in so many */
};

/* Two sights of one packet are this far apart at most. Hosts that do not change the identification
 * when they resend were seen to wait 180 ms and more. Without an identification, nothing but time
 * tells, and a millisecond is less than a host needs to find out that it must resend. */
static const int64_t max_apart_ns = 100 * NS_PER_MS;
static const int64_t max_apart_without_id_ns = 1 * NS_PER_MS;

/* A segment as it was first seen. */
struct recent {
    int64_t time_ns;
    uint32_t packet; /* modulo 2^32 */
    uint32_t older;  /* entry of the same hash: its position, plus 1 */
    uint32_t hash;
    uint32_t connection;    /* its serial number */
    uint32_t reverse_bytes; /* of the opposite flow by then, modulo 2^32: as every frame has a
                               length, they tell whether anything of it came since */
    uint32_t seq, ack, payload_len, tsval, tsecr;
    uint16_t flags, window, ip_id, checksum;
    uint8_t direction;
    bool has_timestamps, has_checksum, dont_fragment;
};

static uint32_t mask_of(const struct copies *copies)
{
    return (UINT32_C(1) << copies->bits) - 1;
}

static uint32_t *newest_of(const struct copies *copies, uint32_t hash)
{
    return &copies->newest[hash >> (31 - copies->bits)];
}

static size_t ring_bytes(uint8_t bits)
{
    return sizeof(struct recent) << bits;
}

static size_t newest_bytes(uint8_t bits)
{
    return sizeof(uint32_t) << (bits + 1);
}

/* Only what a copy has in common with the packet. */
static uint32_t hash_of(const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    uint64_t hash =
        hash_fold(seen->memory->salt, (uint64_t)seen->connection->serial << 32 | segment->seq);

    hash = hash_fold(hash, (uint64_t)segment->ack << 32 | segment->payload_len);
    if (segment->has_timestamps)
        hash = hash_fold(hash, (uint64_t)segment->tsval << 32 | segment->tsecr);
    return (uint32_t)(hash_fold(hash, (uint64_t)segment->window << 32 |
                                          (uint32_t)segment->flags << 1 | seen->from) >>
                      32);
}

static bool is_apart(int64_t a, int64_t b, int64_t max_ns)
{
    return a < b ? (uint64_t)b - (uint64_t)a > (uint64_t)max_ns
                 : (uint64_t)a - (uint64_t)b > (uint64_t)max_ns;
}

/* The same header in the same direction of the same connection. */
static bool is_same(const struct recent *recent, const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;

    return recent->connection == seen->connection->serial && recent->direction == seen->from &&
           recent->seq == segment->seq && recent->ack == segment->ack &&
           recent->flags == segment->flags && recent->window == segment->window &&
           recent->payload_len == segment->payload_len &&
           recent->has_timestamps == segment->has_timestamps &&
           (!segment->has_timestamps ||
            (recent->tsval == segment->tsval && recent->tsecr == segment->tsecr)) &&
           recent->dont_fragment == segment->dont_fragment;
}

static struct recent *find(const struct copies *copies, const struct sighting *seen, uint32_t hash)
{
    uint32_t age, least = 0; /* in entries; each must be older than the one that names it */
    struct recent *recent;

    if (copies->used == 0)
        return NULL;
    for (age = copies->next - *newest_of(copies, hash); age >= least && age < copies->used;
         age = copies->next - recent->older) {
        recent = &copies->ring[(copies->next - 1 - age) & mask_of(copies)];
        if (recent->hash == hash && is_same(recent, seen))
            return recent;
        least = age + 1;
    }
    return NULL;
}

/* What a host may well repeat at once, a bare ACK, FIN or RST, is a copy only where the capture
 * has shown some of this connection before. */
static bool is_copy_without_id(const struct recent *recent, const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;

    return !is_apart(recent->time_ns, segment->time_ns, max_apart_without_id_ns) &&
           recent->has_checksum == segment->has_checksum &&
           (!segment->has_checksum || recent->checksum == segment->checksum) &&
           seen->flow != seen->reverse && recent->reverse_bytes == (uint32_t)seen->reverse->bytes &&
           (segment->payload_len != 0 || sighting_has(seen, CONNMON_SYN) ||
            (seen->connection->flags & CONNECTION_HAS_COPIES));
}

/* With an identification the checksum may differ: a host that captures itself shows a segment
 * before and after its hardware filled that in. */
static bool is_copy(const struct recent *recent, const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;

    if (recent->ip_id == 0 && segment->ip_id == 0)
        return is_copy_without_id(recent, seen);
    return recent->ip_id == segment->ip_id &&
           !is_apart(recent->time_ns, segment->time_ns, max_apart_ns);
}

static void link_newest(struct copies *copies, struct recent *recent, uint32_t position)
{
    uint32_t *newest = newest_of(copies, recent->hash);

    recent->older = *newest;
    *newest = position + 1;
}

/* Twice the entries, or the first. False, and nothing changed, if there is no memory. */
static bool grow(struct copies *copies, struct memory *memory)
{
    struct copies bigger = {.next = copies->used, .used = copies->used};
    uint32_t oldest = copies->next - copies->used;

    bigger.bits = copies->ring ? (uint8_t)(copies->bits + 1) : FIRST_BITS;
    if (memory->limit != 0 && ring_bytes(bigger.bits) > memory->limit / MEMORY_SHARE)
        return false;
    bigger.ring = memory_alloc(memory, ring_bytes(bigger.bits));
    bigger.newest = memory_alloc(memory, newest_bytes(bigger.bits));
    if (!bigger.ring || !bigger.newest) {
        copies_clear(&bigger, memory);
        return false;
    }
    for (uint32_t i = 0; i < copies->used; i++) {
        bigger.ring[i] = copies->ring[(oldest + i) & mask_of(copies)];
        link_newest(&bigger, &bigger.ring[i], i);
    }
    copies_clear(copies, memory);
    *copies = bigger;
    return true;
}

/* The place of the next entry: a new one, or that of the oldest. NULL if there is none at all. */
static struct recent *make_room(struct copies *copies, const struct sighting *seen)
{
    const uint32_t max = seen->config->max_recent;
    const bool is_full = !copies->ring || copies->used > mask_of(copies);
    struct recent *oldest = NULL;
    bool is_recent;

    if (!is_full) {
        copies->used++;
        return &copies->ring[copies->next & mask_of(copies)];
    }
    if (copies->ring)
        oldest = &copies->ring[copies->next & mask_of(copies)];
    is_recent = oldest && !is_apart(oldest->time_ns, seen->segment->time_ns, max_apart_ns);
    if ((is_recent || copies->bits < LEAST_BITS) && copies->bits < LAST_BITS &&
        (max == 0 || !oldest || copies->used <= max / 2) && grow(copies, seen->memory)) {
        copies->used++;
        return &copies->ring[copies->next & mask_of(copies)];
    }
    seen->stats->evicted_recent += is_recent;
    return oldest;
}

static void remember(struct copies *copies, const struct sighting *seen, uint32_t hash)
{
    const struct connmon_segment *segment = seen->segment;
    struct recent *recent = make_room(copies, seen);

    if (!recent)
        return;
    *recent = (struct recent){
        .time_ns = segment->time_ns,
        .packet = (uint32_t)segment->packet,
        .hash = hash,
        .connection = seen->connection->serial,
        .reverse_bytes = (uint32_t)seen->reverse->bytes,
        .seq = segment->seq,
        .ack = segment->ack,
        .payload_len = segment->payload_len,
        .tsval = segment->tsval,
        .tsecr = segment->tsecr,
        .flags = segment->flags,
        .window = segment->window,
        .ip_id = segment->ip_id,
        .checksum = segment->checksum,
        .direction = seen->from,
        .has_timestamps = segment->has_timestamps,
        .has_checksum = segment->has_checksum,
        .dont_fragment = segment->dont_fragment,
    };
    link_newest(copies, recent, copies->next++);
}

bool copies_follow(struct copies *copies, struct sighting *seen)
{
    const uint32_t hash = hash_of(seen);
    const struct recent *recent;

    if (seen->segment->time_unknown)
        return false;
    recent = find(copies, seen, hash);
    if (!recent || !is_copy(recent, seen)) {
        remember(copies, seen, hash);
        return false;
    }
    seen->connection->flags |= CONNECTION_HAS_COPIES;
    seen->stats->copies++;
    seen->result->is_copy = true;
    seen->result->original = sighting_full_packet(seen, recent->packet, 32);
    return true;
}

void copies_clear(struct copies *copies, struct memory *memory)
{
    memory_free(memory, copies->ring, ring_bytes(copies->bits));
    memory_free(memory, copies->newest, newest_bytes(copies->bits));
    *copies = (struct copies){0};
}
