/* http_reader.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "http_reader.h"

#include <stdlib.h>

#include "dialogue.h"
#include "standings.h"
#include "turns.h"

/* A connection that is followed, or may be once it has payload. */
struct entry {
    struct dialogue *dialogue; /* NULL: none yet */
    uint32_t begin[2];         /* by direction: seqno behind its SYN; if has_begin */
    bool has_begin[2];
};

struct http_reader {
    struct http_reader_config config;
    struct dialogues dialogues;
    struct connection_map entries;
    struct standings standings; /* of all others */
    uint64_t forgotten;
};

const char *http_reader_codings(void)
{
    return CONNMON_CODINGS;
}

bool http_reader_has_http(void)
{
    bool is_answer;

    return message_begins((const uint8_t *)"GET ", 4, &is_answer);
}

static void forget_entry(void *owner, void *data)
{
    struct http_reader *reader = owner;
    struct entry *entry = data;

    if (!entry->dialogue)
        return;
    dialogue_free(&reader->dialogues, entry->dialogue);
    entry->dialogue = NULL;
    reader->forgotten++;
}

static void free_dialogue(struct http_reader *reader, struct entry *entry)
{
    if (entry->dialogue)
        dialogue_free(&reader->dialogues, entry->dialogue);
    entry->dialogue = NULL;
}

/* One that is too old for its standing is looked at anew with each packet. */
static void stop_following(struct http_reader *reader, struct entry *entry, uint32_t serial,
                           enum standing standing)
{
    free_dialogue(reader, entry);
    connection_map_remove(&reader->entries, serial);
    standings_set(&reader->standings, serial, standing);
}

static bool init(struct http_reader *reader)
{
    const struct http_reader_config *config = &reader->config;

    if (!dialogues_init(&reader->dialogues, config->bytes, config->early_bytes, config->body_bytes,
                        config->has_bodies))
        return false;
    connection_map_init(&reader->entries, &reader->dialogues.memory, sizeof(struct entry),
                        config->connections);
    reader->entries.end = forget_entry;
    reader->entries.owner = reader;
    reader->forgotten = 0;
    if (standings_init(&reader->standings, &reader->dialogues.memory))
        return true;
    dialogues_clear(&reader->dialogues);
    return false;
}

static void clear(struct http_reader *reader)
{
    connection_map_clear(&reader->entries);
    standings_free(&reader->standings, &reader->dialogues.memory);
    dialogues_clear(&reader->dialogues);
}

struct http_reader *http_reader_new(const struct http_reader_config *config)
{
    struct http_reader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return NULL;
    reader->config = *config;
    if (init(reader))
        return reader;
    free(reader);
    return NULL;
}

void http_reader_free(struct http_reader *reader)
{
    if (!reader)
        return;
    clear(reader);
    free(reader);
}

void http_reader_reset(struct http_reader *reader)
{
    connection_map_clear(&reader->entries);
    standings_reset(&reader->standings);
    dialogues_reset(&reader->dialogues);
    reader->forgotten = 0;
}

/* Whether the payload, the first of its connection, begins something to follow. */
static bool may_begin(const struct entry *entry, const struct dialogue_packet *packet)
{
    const struct connmon_segment *segment = packet->segment;
    const uint32_t seqno = segment->seq + (segment->flags & CONNMON_SYN ? 1U : 0U);

    if (entry->has_begin[packet->direction] && seqno != entry->begin[packet->direction])
        return true; /* bytes are missing before it, which will tell */
    return packet->captured > 0 && dialogue_begins(packet->payload, packet->captured);
}

/* Whether a connection that is not followed can be from this payload on: it goes over to TLS, or
 * what was lost is found again where a record begins, or with a request that begins a turn. */
static bool begins_again(enum standing standing, const struct dialogue_packet *packet,
                         bool begins_turn)
{
    bool is_answer;

    if (!packet->is_new || packet->captured < TLS_HEADER_BYTES)
        return false;
    if (standing == STANDING_OTHER)
        return tls_begins_hello(packet->payload, packet->captured);
    return tls_begins(packet->payload, packet->captured) ||
           (begins_turn && message_begins(packet->payload, packet->captured, &is_answer) &&
            !is_answer);
}

/* A dialogue that the packet begins. False: no memory. */
static bool follow(struct http_reader *reader, struct entry *entry,
                   const struct dialogue_packet *packet)
{
    const struct connmon_segment *segment = packet->segment;
    const uint8_t own = packet->direction, other = !own;

    entry->dialogue = dialogue_new(&reader->dialogues);
    if (!entry->dialogue) {
        reader->dialogues.dropped++;
        return false;
    }
    if (entry->has_begin[own])
        dialogue_begin(&reader->dialogues, entry->dialogue, own, entry->begin[own]);
    if (entry->has_begin[other])
        dialogue_begin(&reader->dialogues, entry->dialogue, other, entry->begin[other]);
    else if (segment->flags & CONNMON_ACK) /* what its sender has seen of the other end */
        dialogue_begin(&reader->dialogues, entry->dialogue, other, segment->ack);
    return true;
}

static void note_syn(struct http_reader *reader, struct entry *entry,
                     const struct connmon_observation *seen, const struct connmon_segment *segment)
{
    const uint8_t direction = seen->result.direction;

    if (turn_is_void(&seen->result, seen->flags)) { /* maybe a new one between the same ports */
        free_dialogue(reader, entry);
        *entry = (struct entry){0};
    }
    if (!entry->dialogue) {
        entry->begin[direction] = segment->seq + 1;
        entry->has_begin[direction] = true;
    }
}

static void read_packet(struct http_reader *reader, struct entry *entry,
                        const struct dialogue_packet *packet, const struct connmon_result *result,
                        struct exchange_hints *hints)
{
    enum dialogue_outcome outcome;

    if (packet->has_payload && !entry->dialogue &&
        !(may_begin(entry, packet) && follow(reader, entry, packet))) {
        stop_following(reader, entry, result->connection,
                       entry->has_begin[packet->direction] ? STANDING_OTHER : STANDING_LOST);
        return;
    }
    if (!entry->dialogue)
        return;
    outcome = dialogue_take(&reader->dialogues, entry->dialogue, packet, hints);
    if (outcome == DIALOGUE_GOES_ON)
        connection_map_fit(&reader->entries, result->connection);
    else
        stop_following(reader, entry, result->connection,
                       outcome == DIALOGUE_LOST ? STANDING_LOST : STANDING_OTHER);
    hints->has_lost_messages |= outcome == DIALOGUE_LOST;
}

/* Whether the packet says something that is to be found out. */
static bool is_worth_reading(struct http_reader *reader, const struct connmon_result *result,
                             const struct dialogue_packet *packet, struct exchange_hints *hints)
{
    const uint32_t serial = result->connection;
    const enum standing standing = standings_get(&reader->standings, serial);

    if (standing == STANDING_OPEN)
        return true;
    hints->has_lost_messages = standing == STANDING_LOST;
    if (!turn_is_void(result, packet->segment->flags) &&
        !(packet->has_payload && begins_again(standing, packet, result->turn.is_present)))
        return false;
    standings_set(&reader->standings, serial, STANDING_OPEN);
    return true;
}

void http_reader_read(struct http_reader *reader, const struct connmon_observation *seen,
                      const struct connmon_segment *segment, const uint8_t *payload,
                      size_t captured, struct exchange_hints *hints)
{
    const struct connmon_result *result = &seen->result;
    const struct dialogue_packet packet = {
        .segment = segment,
        .payload = payload,
        .captured = captured < segment->payload_len ? (uint32_t)captured : segment->payload_len,
        .direction = result->direction,
        .has_payload = turn_step(result, segment->flags, true) != TURN_UNTOUCHED,
        .is_new = result->seq_gap + (int64_t)result->payload_len > 0,
    };
    struct entry *entry;

    *hints = (struct exchange_hints){0};
    dialogues_forget_packet(&reader->dialogues);
    if (result->is_copy || !is_worth_reading(reader, result, &packet, hints))
        return;
    entry = connection_map_use(&reader->entries, result->connection);
    if (!entry) {
        reader->dialogues.dropped++;
        return;
    }
    if (segment->flags & CONNMON_SYN)
        note_syn(reader, entry, seen, segment);
    read_packet(reader, entry, &packet, result, hints);
    hints->messages = reader->dialogues.messages.list;
    hints->message_count = reader->dialogues.messages.count;
    hints->tls_name = (struct words){reader->dialogues.name, reader->dialogues.name_size};
}

struct connection_losses http_reader_losses(const struct http_reader *reader)
{
    return (struct connection_losses){.forgotten = reader->forgotten,
                                      .dropped = reader->dialogues.dropped};
}
