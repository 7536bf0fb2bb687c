/* dialogue.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

#include <string.h>

#include "modular.h"

enum { FIRST_SLOTS = 64 };

/* ---- What comes in order ---- */

static void lose_tls(struct dialogue *dialogue, struct dialogue_side *side)
{
    side->is_lost = true;
    if (!dialogue->has_spoken) /* it only looked so */
        dialogue->outcome = DIALOGUE_OTHER;
}

static void lose_http(struct dialogue *dialogue)
{
    dialogue->outcome = DIALOGUE_LOST;
}

static void decide(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t size)
{
    bool is_answer;

    if (tls_begins(bytes, size)) {
        dialogue->protocol = DIALOGUE_TLS;
    } else if (message_begins(bytes, size, &is_answer)) {
        dialogue->protocol = DIALOGUE_HTTP;
        dialogue->asking = is_answer ? !direction : direction;
    } else {
        dialogue->outcome = DIALOGUE_OTHER;
    }
}

static void note_outcome(struct dialogue *dialogue, enum message_outcome outcome)
{
    const bool only_looked_so =
        outcome == MESSAGE_WRONG && !dialogue->has_spoken; /* as RTSP does */

    if (outcome == MESSAGE_UPGRADED || only_looked_so)
        dialogue->outcome = DIALOGUE_OTHER;
    else if (outcome == MESSAGE_WRONG)
        lose_http(dialogue);
}

static void read_http(struct dialogues *all, struct dialogue *dialogue, uint8_t direction,
                      const uint8_t *bytes, size_t size)
{
    struct dialogue_side *side = &dialogue->sides[direction];
    enum message_outcome outcome;

    if (!side->parser)
        side->parser =
            message_parser_new(&all->config, &dialogue->requests, direction != dialogue->asking);
    if (!side->parser) {
        all->dropped++;
        lose_http(dialogue);
        return;
    }
    outcome = message_parser_take(side->parser, bytes, size);
    dialogue->has_spoken |= all->messages.count > 0;
    note_outcome(dialogue, outcome);
}

static void read_tls(struct dialogues *all, struct dialogue *dialogue, uint8_t direction,
                     const uint8_t *bytes, size_t size)
{
    struct dialogue_side *side = &dialogue->sides[direction];
    const bool is_tls = tls_records_take(&side->tls, bytes, size, all->hints, &all->memory,
                                         &all->name, &all->name_size);

    dialogue->has_spoken |= all->hints->is_tls;
    if (!is_tls)
        lose_tls(dialogue, side);
}

/* The dialogue of a stream, if this is its packet. Another one's waiting segments come through
 * because there is no room for them: it has lost them. */
static struct dialogue *dialogue_of(struct dialogues *all, uint32_t stream)
{
    struct dialogue *dialogue = all->slots[stream / 2].dialogue;

    if (dialogue == all->current)
        return dialogue->outcome == DIALOGUE_GOES_ON ? dialogue : NULL;
    if (dialogue->protocol == DIALOGUE_TLS)
        dialogue->sides[stream % 2].is_lost = true;
    else
        lose_http(dialogue);
    return NULL;
}

static void hear_bytes(void *to, uint32_t stream, const uint8_t *bytes, size_t size)
{
    struct dialogues *all = to;
    struct dialogue *dialogue = dialogue_of(all, stream);
    const uint8_t direction = stream % 2;

    if (!dialogue || dialogue->sides[direction].is_over)
        return;
    if (dialogue->protocol == DIALOGUE_UNDECIDED)
        decide(dialogue, direction, bytes, size);
    if (dialogue->protocol == DIALOGUE_HTTP)
        read_http(all, dialogue, direction, bytes, size);
    else if (dialogue->protocol == DIALOGUE_TLS && !dialogue->sides[direction].is_lost)
        read_tls(all, dialogue, direction, bytes, size);
}

static void hear_gap(void *to, uint32_t stream, uint32_t size, bool is_cut)
{
    struct dialogues *all = to;
    struct dialogue *dialogue = dialogue_of(all, stream);
    struct dialogue_side *side = dialogue ? &dialogue->sides[stream % 2] : NULL;

    if (!dialogue || side->is_over)
        return;
    if (dialogue->protocol == DIALOGUE_TLS) {
        if (!side->is_lost &&
            !tls_records_skip(&side->tls, size, is_cut ? all->hints : NULL, &all->memory))
            lose_tls(dialogue, side);
    } else if (!side->parser ||
               message_parser_skip(side->parser, size, is_cut) != MESSAGE_GOES_ON) {
        lose_http(dialogue);
        return;
    }
}

/* ---- Dialogues ---- */

bool dialogues_init(struct dialogues *all, size_t bytes, size_t early_bytes, uint64_t body_bytes,
                    bool has_bodies)
{
    const struct reassembly_config config = {
        .budget = early_bytes, .bytes = hear_bytes, .gap = hear_gap, .to = all};

    *all = (struct dialogues){.reassembly = reassembly_new(&config)};
    memory_init(&all->memory, bytes);
    all->config = (struct message_config){
        .body = {.memory = &all->memory,
                 .most = body_bytes ? body_bytes : UINT64_MAX,
                 .is_kept = has_bodies},
        .messages = &all->messages,
        .dropped = &all->dropped,
    };
    return all->reassembly != NULL;
}

void dialogues_forget_packet(struct dialogues *all)
{
    messages_clear(&all->messages, &all->memory);
    memory_free(&all->memory, all->name, all->name_size + 1);
    all->name = NULL;
    all->name_size = 0;
}

void dialogues_reset(struct dialogues *all)
{
    dialogues_forget_packet(all);
    messages_free(&all->messages, &all->memory);
    memory_release(&all->memory);
    all->dropped = 0;
}

void dialogues_clear(struct dialogues *all)
{
    dialogues_reset(all);
    reassembly_free(all->reassembly);
    memory_free(&all->memory, all->slots, all->slot_room * sizeof(*all->slots));
    memory_release(&all->memory);
    *all = (struct dialogues){0};
}

bool dialogue_begins(const uint8_t *bytes, size_t size)
{
    bool is_answer;

    return tls_begins(bytes, size) || message_begins(bytes, size, &is_answer);
}

/* Room for more. False: no memory. */
static bool add_slots(struct dialogues *all)
{
    const uint32_t old = all->slot_room, room = old ? 2 * old : FIRST_SLOTS;
    struct dialogue_slot *slots =
        room < UINT32_MAX / 2 ? memory_alloc(&all->memory, room * sizeof(*slots)) : NULL;

    if (!slots)
        return false;
    if (all->slots)
        memcpy(slots, all->slots, old * sizeof(*slots));
    memory_free(&all->memory, all->slots, old * sizeof(*slots));
    for (uint32_t i = room; i-- > old;) {
        slots[i].next_free = all->first_free;
        all->first_free = i + 1;
    }
    all->slots = slots;
    all->slot_room = room;
    return true;
}

struct dialogue *dialogue_new(struct dialogues *all)
{
    struct dialogue *dialogue = memory_alloc(&all->memory, sizeof(*dialogue));

    if (!dialogue)
        return NULL;
    if (all->first_free == 0 && !add_slots(all)) {
        memory_free(&all->memory, dialogue, sizeof(*dialogue));
        return NULL;
    }
    dialogue->slot = all->first_free - 1;
    all->first_free = all->slots[dialogue->slot].next_free;
    all->slots[dialogue->slot].dialogue = dialogue;
    return dialogue;
}

static uint32_t stream_of(const struct dialogue *dialogue, uint8_t direction)
{
    return 2 * dialogue->slot + direction;
}

void dialogue_free(struct dialogues *all, struct dialogue *dialogue)
{
    for (uint8_t i = 0; i < 2; i++) {
        reassembly_drop(all->reassembly, stream_of(dialogue, i));
        message_parser_free(dialogue->sides[i].parser);
        tls_records_clear(&dialogue->sides[i].tls, &all->memory);
    }
    all->slots[dialogue->slot] = (struct dialogue_slot){.next_free = all->first_free};
    all->first_free = dialogue->slot + 1;
    memory_free(&all->memory, dialogue, sizeof(*dialogue));
}

void dialogue_begin(struct dialogues *all, const struct dialogue *dialogue, uint8_t direction,
                    uint32_t seqno)
{
    const struct reassembly_segment nothing = {.seqno = seqno};

    if (!reassembly_take(all->reassembly, stream_of(dialogue, direction), &nothing))
        all->dropped++;
}

/* ---- Packets ---- */

/* What TLS has lost it finds again where a segment begins with a record. */
static bool find_again(struct dialogues *all, struct dialogue *dialogue,
                       const struct dialogue_packet *packet)
{
    struct dialogue_side *side = &dialogue->sides[packet->direction];

    if (!side->is_lost)
        return true;
    if (!packet->is_new || packet->captured < TLS_HEADER_BYTES ||
        !tls_begins(packet->payload, packet->captured))
        return false;
    tls_records_clear(&side->tls, &all->memory);
    reassembly_drop(all->reassembly, stream_of(dialogue, packet->direction));
    side->is_lost = false;
    return true;
}

static void take_payload(struct dialogues *all, struct dialogue *dialogue,
                         const struct dialogue_packet *packet)
{
    const struct connmon_segment *segment = packet->segment;
    const struct reassembly_segment payload = {
        .seqno = segment->seq + (segment->flags & CONNMON_SYN ? 1U : 0U),
        .size = segment->payload_len,
        .bytes = packet->payload,
        .captured = packet->captured,
    };

    if (payload.size == 0 || (segment->flags & CONNMON_RST) || !find_again(all, dialogue, packet))
        return;
    if (!reassembly_take(all->reassembly, stream_of(dialogue, packet->direction), &payload))
        all->dropped++;
}

/* What the receiver has acknowledged, but the capture lacks, will not come: its sender need not
 * send it again. An ACK may be captured before what it acknowledges, but hardly before what follows
 * that. */
static void give_up(struct dialogues *all, struct dialogue *dialogue, uint8_t direction)
{
    const struct dialogue_side *side = &dialogue->sides[direction];
    const uint32_t stream = stream_of(dialogue, direction);
    uint32_t seqno = side->acked, next;

    if (!side->has_acked || !reassembly_has_waiting(all->reassembly, stream))
        return;
    if (side->has_end && mod32_after(seqno, side->end))
        seqno = side->end;
    if (reassembly_next(all->reassembly, stream, &next) && mod32_before(next, seqno))
        reassembly_give_up(all->reassembly, stream, seqno);
}

static void note_ack(struct dialogue *dialogue, const struct dialogue_packet *packet)
{
    struct dialogue_side *side = &dialogue->sides[!packet->direction];
    const struct connmon_segment *segment = packet->segment;

    if (!(segment->flags & CONNMON_ACK) || (segment->flags & CONNMON_RST))
        return;
    if (!side->has_acked || mod32_after(segment->ack, side->acked))
        side->acked = segment->ack;
    side->has_acked = true;
}

/* A FIN ends its direction once all before it is there. A RST does not: what it cuts off is
 * incomplete (RFC 9112 section 8). */
static void end_side(struct dialogues *all, struct dialogue *dialogue,
                     const struct dialogue_packet *packet)
{
    const struct connmon_segment *segment = packet->segment;
    struct dialogue_side *side = &dialogue->sides[packet->direction];

    if ((segment->flags & (CONNMON_FIN | CONNMON_RST)) == CONNMON_FIN && !side->has_end) {
        side->end = segment->seq + (segment->flags & CONNMON_SYN ? 1U : 0U) + segment->payload_len;
        side->has_end = true;
    }
    for (uint8_t i = 0; i < 2; i++) {
        uint32_t next;

        side = &dialogue->sides[i];
        if (!side->has_end || side->is_over ||
            !reassembly_next(all->reassembly, stream_of(dialogue, i), &next) || next != side->end)
            continue;
        side->is_over = true;
        if (side->parser && dialogue->outcome == DIALOGUE_GOES_ON)
            note_outcome(dialogue, message_parser_end(side->parser));
    }
}

enum dialogue_outcome dialogue_take(struct dialogues *all, struct dialogue *dialogue,
                                    const struct dialogue_packet *packet,
                                    struct exchange_hints *hints)
{
    all->current = dialogue;
    all->hints = hints;
    note_ack(dialogue, packet);
    take_payload(all, dialogue, packet);
    for (uint8_t i = 0; i < 2; i++)
        give_up(all, dialogue, i);
    end_side(all, dialogue, packet);
    all->current = NULL;
    all->hints = NULL;
    return dialogue->outcome;
}
