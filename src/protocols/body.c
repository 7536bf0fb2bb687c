/* body.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "body.h"

#include <string.h>
#include <strings.h>

#include "decoder.h"

enum { SCRATCH = 16384, FIRST_ROOM = 4096 };

static const struct decoder_kind *decoder_of(enum body_coding coding)
{
    switch (coding) {
    case BODY_DEFLATE:
        return decoder_deflate();
    case BODY_BROTLI:
        return decoder_brotli();
    case BODY_ZSTD:
        return decoder_zstd();
    default:
        return NULL;
    }
}

enum body_coding body_coding_of(struct words name)
{
    static const struct {
        const char *name;
        enum body_coding coding;
    } known[] = {
        {"identity", BODY_PLAIN},  {"gzip", BODY_DEFLATE},      {"x-gzip", BODY_DEFLATE},
        {"deflate", BODY_DEFLATE}, {"x-deflate", BODY_DEFLATE}, {"br", BODY_BROTLI},
        {"zstd", BODY_ZSTD},
    };

    if (name.size == 0)
        return BODY_PLAIN;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].name) == name.size &&
            strncasecmp(known[i].name, name.bytes, name.size) == 0)
            return known[i].coding == BODY_PLAIN || decoder_of(known[i].coding) ? known[i].coding
                                                                                : BODY_UNKNOWN;
    return BODY_UNKNOWN;
}

void body_begin(struct body *body, const struct body_config *config, enum body_coding coding)
{
    *body = (struct body){.coding = coding, .is_kept = config->is_kept};
    body->is_incomplete = coding == BODY_UNKNOWN;
}

static void drop_kept(struct body *body, const struct body_config *config)
{
    memory_free(config->memory, body->kept, body->room);
    body->kept = NULL;
    body->room = 0;
    body->is_kept = false;
}

static void drop_decoder(struct body *body, const struct body_config *config)
{
    if (body->decoder)
        decoder_of(body->coding)->end(body->decoder, config->memory);
    body->decoder = NULL;
}

/* What comes from here on is counted, no more. */
static void give_up(struct body *body, const struct body_config *config)
{
    drop_decoder(body, config);
    drop_kept(body, config);
    body->is_incomplete = true;
}

static bool reserve(struct body *body, const struct body_config *config, size_t size)
{
    size_t room = body->room ? body->room : FIRST_ROOM;
    char *kept;

    while (room < body->decoded + size)
        room *= 2;
    if (room == body->room)
        return true;
    kept = memory_is_tight(config->memory) ? NULL : memory_alloc(config->memory, room);
    if (!kept)
        return false;
    if (body->kept)
        memcpy(kept, body->kept, (size_t)body->decoded);
    memory_free(config->memory, body->kept, body->room);
    body->kept = kept;
    body->room = room;
    return true;
}

static void keep(struct body *body, const struct body_config *config, const void *bytes,
                 size_t size)
{
    if (body->is_kept && (size > config->most || body->decoded > config->most - size ||
                          !reserve(body, config, size))) {
        drop_kept(body, config);
        body->has_exceeded = true;
    }
    if (body->is_kept)
        memcpy(body->kept + body->decoded, bytes, size);
    body->decoded += size;
}

/* Decodes the bytes; false if that cannot go on. */
static bool decode(struct body *body, const struct body_config *config, const uint8_t *bytes,
                   size_t size)
{
    const struct decoder_kind *kind = decoder_of(body->coding);
    uint8_t scratch[SCRATCH];
    struct decoder_step step = {.in = bytes, .in_size = size};
    enum decoder_outcome outcome;

    if (!body->decoder)
        body->decoder = kind->begin(config->memory, bytes[0], size > 1 ? bytes[1] : -1);
    if (!body->decoder) {
        body->has_exceeded = true;
        return false;
    }
    do {
        step.out = scratch;
        step.out_size = sizeof(scratch);
        outcome = kind->step(body->decoder, &step);
        keep(body, config, scratch, sizeof(scratch) - step.out_size);
        if (body->decoded > config->most) {
            body->has_exceeded = true;
            return false;
        }
    } while (outcome == DECODER_FULL);
    if (outcome == DECODER_ENDED) { /* what lies behind the end says nothing */
        body->is_ended = true;
        drop_decoder(body, config);
    }
    return outcome != DECODER_FAILED;
}

void body_add(struct body *body, const struct body_config *config, const void *bytes, size_t size)
{
    body->coded += size;
    if (body->is_incomplete || body->is_ended || size == 0)
        return;
    if (body->coding == BODY_PLAIN)
        keep(body, config, bytes, size);
    else if (!decode(body, config, bytes, size))
        give_up(body, config);
}

void body_lose(struct body *body, const struct body_config *config)
{
    if (body->coding == BODY_PLAIN) /* its size is known all the same */
        drop_kept(body, config);
    else
        give_up(body, config);
}

bool body_is_decoded(const struct body *body)
{
    return !body->is_incomplete && (body->coding == BODY_PLAIN || body->is_ended);
}

char *body_take(struct body *body, size_t *room)
{
    char *kept = body->is_kept && body->decoded > 0 && body_is_decoded(body) ? body->kept : NULL;

    if (!kept)
        return NULL;
    *room = body->room;
    body->kept = NULL;
    body->room = 0;
    return kept;
}

void body_clear(struct body *body, const struct body_config *config)
{
    drop_decoder(body, config);
    drop_kept(body, config);
    *body = (struct body){0};
}
