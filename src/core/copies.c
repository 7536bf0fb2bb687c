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

/* A segment as it was first seen, in half a cache line. */
struct recent {
    int64_t time_ns;
    uint64_t header; /* hash of all that a copy has in common with it */
    uint32_t packet; /* modulo 2^32 */
    uint32_t older;  /* entry whose hash ends alike: its position, plus 1 */
    uint16_t ip_id, checksum;
    uint32_t has_checksum : 1;
    uint32_t reverse_bytes : 31; /* of the opposite flow by then, modulo 2^31: as every frame has a
                                    length, they tell whether anything of it came since */
};

/* The entries whose hashes begin alike. Nearly no segment is a copy, and that is told here: from
 * the entries themselves, which lie anywhere, it would have to be waited for. */
struct chain {
    uint32_t newest; /* its position, plus 1 */
    uint32_t marks;  /* of the entries from `newest` on, and of some that are gone */
};

static uint32_t mask_of(const struct copies *copies)
{
    return (UINT32_C(1) << copies->bits) - 1;
}

static struct chain *chain_of(const struct copies *copies, uint64_t header)
{
    return &copies->chains[header >> (64 - copies->bits)];
}

/* One bit of 32, by a part of the hash that has not chosen the chain. */
static uint32_t mark_of(uint64_t header)
{
    return UINT32_C(1) << (header & 31);
}

static size_t ring_bytes(uint8_t bits)
{
    return sizeof(struct recent) << bits;
}

static size_t chains_bytes(uint8_t bits)
{
    return sizeof(struct chain) << bits;
}

/* The connection, the direction and the header, but for what a copy may have different. 64 bits
 * under a key that nobody knows stand for all of it. */
static uint64_t hash_header(const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;
    const bool has_ts = segment->has_timestamps;
    const uint64_t words[4] = {
        (uint64_t)seen->connection->serial << 32 | segment->seq,
        (uint64_t)segment->ack << 32 | (has_ts ? segment->tsval : 0),
        (uint64_t)segment->payload_len << 32 | (has_ts ? segment->tsecr : 0),
        (uint64_t)segment->window << 32 | (uint32_t)segment->flags << 3 |
            (uint32_t)segment->dont_fragment << 2 | (uint32_t)has_ts << 1 | seen->from,
    };

    return hash_words(words, &seen->memory->key);
}

static bool is_apart(int64_t a, int64_t b, int64_t max_ns)
{
    return a < b ? (uint64_t)b - (uint64_t)a > (uint64_t)max_ns
                 : (uint64_t)a - (uint64_t)b > (uint64_t)max_ns;
}

static struct recent *find(const struct copies *copies, uint64_t header)
{
    uint32_t age, least = 0; /* in entries; each must be older than the one that names it */
    const struct chain *chain;
    struct recent *recent;

    if (copies->used == 0)
        return NULL;
    chain = chain_of(copies, header);
    if (!(chain->marks & mark_of(header)))
        return NULL;
    for (age = copies->next - chain->newest; age >= least && age < copies->used;
         age = copies->next - recent->older) {
        recent = &copies->ring[(copies->next - 1 - age) & mask_of(copies)];
        if (recent->header == header)
            return recent;
        least = age + 1;
    }
    return NULL;
}

static uint32_t reverse_bytes(const struct sighting *seen)
{
    return (uint32_t)seen->reverse->bytes & INT32_MAX;
}

/* What a host may well repeat at once, a bare ACK, FIN or RST, is a copy only where the capture
 * has shown some of this connection before. */
static bool is_copy_without_id(const struct recent *recent, const struct sighting *seen)
{
    const struct connmon_segment *segment = seen->segment;

    return !is_apart(recent->time_ns, segment->time_ns, max_apart_without_id_ns) &&
           recent->has_checksum == segment->has_checksum &&
           (!segment->has_checksum || recent->checksum == segment->checksum) &&
           seen->flow != seen->reverse && recent->reverse_bytes == reverse_bytes(seen) &&
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
    struct chain *chain = chain_of(copies, recent->header);

    if (position - chain->newest >= copies->used)
        chain->marks = 0; /* all its entries are gone */
    chain->marks |= mark_of(recent->header);
    recent->older = chain->newest;
    chain->newest = position + 1;
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
    bigger.chains = memory_alloc(memory, chains_bytes(bigger.bits));
    if (!bigger.ring || !bigger.chains) {
        copies_clear(&bigger, memory);
        return false;
    }
    for (uint32_t i = 0; copies->ring && i < copies->used; i++) {
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

static void remember(struct copies *copies, const struct sighting *seen, uint64_t header)
{
    const struct connmon_segment *segment = seen->segment;
    struct recent *recent = make_room(copies, seen);

    if (!recent)
        return;
    recent->time_ns = segment->time_ns;
    recent->header = header;
    recent->packet = (uint32_t)segment->packet;
    recent->ip_id = segment->ip_id;
    recent->checksum = segment->checksum;
    recent->has_checksum = segment->has_checksum;
    recent->reverse_bytes = reverse_bytes(seen) & INT32_MAX;
    link_newest(copies, recent, copies->next++);
}

bool copies_follow(struct copies *copies, struct sighting *seen)
{
    const uint64_t header = hash_header(seen);
    const struct recent *recent;

    if (seen->segment->time_unknown)
        return false;
    recent = find(copies, header);
    if (!recent || !is_copy(recent, seen)) {
        remember(copies, seen, header);
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
    memory_free(memory, copies->chains, chains_bytes(copies->bits));
    *copies = (struct copies){0};
}
