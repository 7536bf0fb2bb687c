/* reader.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pace.h"
#include "say.h"

#define NS_PER_S INT64_C(1000000000)

enum {
    BATCHES = 8,
    BATCH_PACKETS = 256,
    BATCH_BYTES = 1 << 16,
    FETCHED_AHEAD = 4,
    CACHE_LINE = 64
};

static const int64_t WAIT_NS = NS_PER_S / 10;

struct batch {
    struct packet packets[BATCH_PACKETS];
    size_t count;
    uint8_t *bytes; /* of the packets, one behind the other, if they are wanted */
    size_t used, size;
    enum source_status end; /* what came behind them; SOURCE_PACKET: there are more */
};

struct reader {
    struct source *source; /* the thread's, if there is one, until that has met an end */
    struct packet packet;  /* the latest, without a thread */

    bool keeps_bytes, has_thread;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards these */
    pthread_cond_t is_changed;
    uint64_t filled, taken; /* batches; those between are the caller's, the others the thread's */
    bool is_stopped;

    const struct batch *batch; /* that the caller takes; NULL: none */
    size_t at;                 /* the next packet in there */
    struct batch *batches;     /* BATCHES of them, in a circle */
};

static enum source_status read_packet(struct source *source, struct packet *packet)
{
    struct record *record = &packet->record;
    enum source_status status = source->next(source, record);

    if (status != SOURCE_PACKET)
        return status;
    packet->segment = (struct connmon_segment){
        .time_ns = record->time_ns,
        .time_unknown = record->time_unknown,
        .packet = record->number,
    };
    packet->outcome = connmon_decode_payload(record->link_type, record->bytes, record->captured,
                                             record->original, &packet->segment, &packet->payload);
    return SOURCE_PACKET;
}

static void move(struct packet *packet, const uint8_t *bytes)
{
    if (packet->outcome == CONNMON_DECODE_TCP)
        packet->payload.bytes = bytes + (packet->payload.bytes - packet->record.bytes);
    packet->record.bytes = bytes;
}

static bool grow(struct batch *batch, size_t size)
{
    uint8_t *bytes = malloc(size);

    if (!bytes)
        return false;
    if (batch->used > 0)
        memcpy(bytes, batch->bytes, batch->used);
    for (size_t i = 0; i < batch->count; i++)
        move(&batch->packets[i], bytes + (batch->packets[i].record.bytes - batch->bytes));
    free(batch->bytes);
    batch->bytes = bytes;
    batch->size = size;
    return true;
}

/* Copies the bytes of the packet that is to be the batch's next. */
static bool keep_bytes(struct batch *batch, struct packet *packet)
{
    const size_t used = batch->used + packet->record.captured;

    if (used > batch->size && !grow(batch, 2 * used))
        return false;
    if (packet->record.captured > 0)
        memcpy(batch->bytes + batch->used, packet->record.bytes, packet->record.captured);
    move(packet, batch->bytes + batch->used);
    batch->used = used;
    return true;
}

static enum source_status fail(struct source *source)
{
    snprintf(source->error, sizeof(source->error), "no memory");
    source->exit_status = EXIT_INPUT_OUTPUT;
    return SOURCE_FAILED;
}

static void fill(struct reader *reader, struct batch *batch)
{
    batch->end = SOURCE_PACKET;
    batch->used = 0;
    for (batch->count = 0; batch->count < BATCH_PACKETS; batch->count++) {
        struct packet *packet = &batch->packets[batch->count];

        batch->end = read_packet(reader->source, packet);
        if (batch->end == SOURCE_PACKET && reader->keeps_bytes && !keep_bytes(batch, packet))
            batch->end = fail(reader->source);
        if (batch->end != SOURCE_PACKET)
            return;
        packet->record.block = NULL;
        if (!reader->keeps_bytes)
            packet->record.bytes = packet->payload.bytes = NULL;
    }
}

/* The next batch to fill; NULL: no more are wanted. */
static struct batch *wait_for_room(struct reader *reader)
{
    struct batch *batch = NULL;

    pthread_mutex_lock(&reader->mutex);
    while (reader->filled - reader->taken == BATCHES && !reader->is_stopped)
        pthread_cond_wait(&reader->is_changed, &reader->mutex);
    if (!reader->is_stopped)
        batch = &reader->batches[reader->filled % BATCHES];
    pthread_mutex_unlock(&reader->mutex);
    return batch;
}

/* Hands a batch over. */
static void count_one(struct reader *reader, uint64_t *batches)
{
    pthread_mutex_lock(&reader->mutex);
    ++*batches;
    pthread_cond_signal(&reader->is_changed);
    pthread_mutex_unlock(&reader->mutex);
}

static void *read_ahead(void *data)
{
    struct reader *reader = data;
    enum source_status end = SOURCE_PACKET;

    while (end == SOURCE_PACKET) {
        struct batch *batch = wait_for_room(reader);

        if (!batch)
            break;
        fill(reader, batch);
        end = batch->end;
        count_one(reader, &reader->filled);
    }
    return NULL;
}

/* False if there is no batch yet. */
static bool wait_for_batch(struct reader *reader)
{
    const int64_t until_ns = pace_now() + WAIT_NS;
    const struct timespec until = {until_ns / NS_PER_S, until_ns % NS_PER_S};
    bool is_there;
    int error = 0;

    pthread_mutex_lock(&reader->mutex);
    while (reader->filled == reader->taken && error == 0)
        error = pthread_cond_timedwait(&reader->is_changed, &reader->mutex, &until);
    is_there = reader->filled != reader->taken;
    pthread_mutex_unlock(&reader->mutex);
    return is_there;
}

/* From the other processor's cache, before it is looked at. */
static void fetch(const struct batch *batch, size_t at)
{
    const char *line = (const char *)&batch->packets[at < BATCH_PACKETS ? at : 0];

    for (size_t i = 0; i < sizeof(struct packet); i += CACHE_LINE)
        __builtin_prefetch(line + i);
}

static enum source_status next_of_batches(struct reader *reader, const struct packet **packet)
{
    for (;;) {
        const struct batch *batch = reader->batch;

        if (!batch) {
            if (!wait_for_batch(reader))
                return SOURCE_IDLE;
            reader->batch = &reader->batches[reader->taken % BATCHES];
            reader->at = 0;
        } else if (reader->at < batch->count) {
            *packet = &batch->packets[reader->at++];
            fetch(batch, reader->at + FETCHED_AHEAD);
            return SOURCE_PACKET;
        } else if (batch->end != SOURCE_PACKET) {
            return batch->end;
        } else {
            reader->batch = NULL;
            count_one(reader, &reader->taken);
        }
    }
}

enum source_status reader_next(struct reader *reader, const struct packet **packet)
{
    if (reader->has_thread)
        return next_of_batches(reader, packet);
    *packet = &reader->packet;
    return read_packet(reader->source, &reader->packet);
}

const struct packet *reader_upcoming(const struct reader *reader, size_t after)
{
    const struct batch *batch = reader->batch;

    return batch && reader->at + after < batch->count ? &batch->packets[reader->at + after] : NULL;
}

static bool allocate(struct reader *reader)
{
    reader->batches = calloc(BATCHES, sizeof(*reader->batches));
    if (!reader->batches)
        return false;
    for (int i = 0; i < BATCHES; i++)
        if (reader->keeps_bytes && !grow(&reader->batches[i], BATCH_BYTES))
            return false;
    return true;
}

/* Without a thread if that cannot be: packets are read when they are asked for then. Signals are
 * for who waits for them, not for the thread. */
static void start_thread(struct reader *reader)
{
    pthread_condattr_t clock;
    sigset_t all, before;

    if (!allocate(reader))
        return;
    pthread_mutex_init(&reader->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC); /* pace_now()'s */
    pthread_cond_init(&reader->is_changed, &clock);
    pthread_condattr_destroy(&clock);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    reader->has_thread = pthread_create(&reader->thread, NULL, read_ahead, reader) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct reader *reader_new(struct source *source, struct reader_wishes wishes)
{
    struct reader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return NULL;
    reader->source = source;
    reader->keeps_bytes = wishes.bytes;
    if (wishes.ahead && sysconf(_SC_NPROCESSORS_ONLN) > 1)
        start_thread(reader);
    return reader;
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    if (reader->has_thread) {
        pthread_mutex_lock(&reader->mutex);
        reader->is_stopped = true;
        pthread_cond_signal(&reader->is_changed);
        pthread_mutex_unlock(&reader->mutex);
        pthread_join(reader->thread, NULL);
    }
    for (size_t i = 0; reader->batches && i < BATCHES; i++)
        free(reader->batches[i].bytes);
    free(reader->batches);
    free(reader);
}
