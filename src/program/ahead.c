/* ahead.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pace.h"
#include "say.h"

enum {
    BATCHES = 8,
    BATCH_RECORDS = 1024,
    BATCH_BYTES = 1 << 18, /* about: a batch ends with the packet that reaches them */
    FIRST_BYTES = 2 * BATCH_BYTES,
};

#define NS_PER_S INT64_C(1000000000)

static const int64_t WAIT_NS = NS_PER_S / 10;

/* Packets, with their bytes one behind the other. */
struct batch {
    struct record records[BATCH_RECORDS];
    size_t count;
    uint8_t *bytes;
    size_t used, size;
    enum source_status end; /* what came behind them, if it is no packet */
};

struct ahead {
    struct source source;
    struct source *file; /* the thread's until it has ended */
    pthread_t thread;

    pthread_mutex_t mutex; /* guards these three */
    pthread_cond_t is_changed;
    uint64_t filled,
        taken; /* batches; those between belong to the caller, the others to the thread */
    bool is_stopped;

    const struct batch *batch; /* that the caller takes; NULL: none */
    size_t at_record, at_byte; /* its place in there */
    struct batch batches[BATCHES];
};

static struct batch *batch_at(struct ahead *ahead, uint64_t number)
{
    return &ahead->batches[number % BATCHES];
}

static bool append(struct batch *batch, const struct record *record)
{
    size_t needed = batch->used + record->captured;

    if (needed > batch->size) {
        uint8_t *bytes = realloc(batch->bytes, 2 * needed);

        if (!bytes)
            return false;
        batch->bytes = bytes;
        batch->size = 2 * needed;
    }
    if (record->captured > 0)
        memcpy(batch->bytes + batch->used, record->bytes, record->captured);
    batch->used = needed;
    batch->records[batch->count++] = *record;
    return true;
}

static void fill(struct source *file, struct batch *batch)
{
    struct record record;

    batch->count = batch->used = 0;
    batch->end = SOURCE_PACKET;
    while (batch->count < BATCH_RECORDS && batch->used < BATCH_BYTES) {
        batch->end = file->next(file, &record);
        if (batch->end != SOURCE_PACKET)
            return;
        if (!append(batch, &record)) {
            strcpy(file->error, "no memory");
            file->exit_status = EXIT_INPUT_OUTPUT;
            batch->end = SOURCE_FAILED;
            return;
        }
    }
}

/* The next batch to fill; NULL: no more are wanted. */
static struct batch *wait_for_room(struct ahead *ahead)
{
    struct batch *batch = NULL;

    pthread_mutex_lock(&ahead->mutex);
    while (ahead->filled - ahead->taken == BATCHES && !ahead->is_stopped)
        pthread_cond_wait(&ahead->is_changed, &ahead->mutex);
    if (!ahead->is_stopped)
        batch = batch_at(ahead, ahead->filled);
    pthread_mutex_unlock(&ahead->mutex);
    return batch;
}

static void count_one(struct ahead *ahead, uint64_t *batches)
{
    pthread_mutex_lock(&ahead->mutex);
    ++*batches;
    pthread_cond_signal(&ahead->is_changed);
    pthread_mutex_unlock(&ahead->mutex);
}

static void *read_on(void *data)
{
    struct ahead *ahead = data;
    enum source_status end = SOURCE_PACKET;

    while (end == SOURCE_PACKET) {
        struct batch *batch = wait_for_room(ahead);

        if (!batch)
            break;
        fill(ahead->file, batch);
        end = batch->end;
        count_one(ahead, &ahead->filled);
    }
    return NULL;
}

/* False if there is no batch yet. */
static bool wait_for_batch(struct ahead *ahead)
{
    const int64_t until_ns = pace_now() + WAIT_NS;
    const struct timespec until = {until_ns / NS_PER_S, until_ns % NS_PER_S};
    bool is_there;
    int error = 0;

    pthread_mutex_lock(&ahead->mutex);
    while (ahead->filled == ahead->taken && error == 0)
        error = pthread_cond_clockwait(&ahead->is_changed, &ahead->mutex, CLOCK_MONOTONIC, &until);
    is_there = ahead->filled != ahead->taken;
    pthread_mutex_unlock(&ahead->mutex);
    return is_there;
}

static enum source_status end_with(struct ahead *ahead, enum source_status end)
{
    memcpy(ahead->source.error, ahead->file->error, sizeof(ahead->source.error));
    ahead->source.exit_status = ahead->file->exit_status;
    return end;
}

static enum source_status next(struct source *source, struct record *record)
{
    struct ahead *ahead = (struct ahead *)source;

    for (;;) {
        const struct batch *batch = ahead->batch;

        if (!batch) {
            if (!wait_for_batch(ahead))
                return SOURCE_IDLE;
            ahead->batch = batch_at(ahead, ahead->taken);
            ahead->at_record = ahead->at_byte = 0;
        } else if (ahead->at_record < batch->count) {
            *record = batch->records[ahead->at_record++];
            record->bytes = batch->bytes + ahead->at_byte;
            ahead->at_byte += record->captured;
            return SOURCE_PACKET;
        } else if (batch->end != SOURCE_PACKET) {
            return end_with(ahead, batch->end);
        } else {
            ahead->batch = NULL;
            count_one(ahead, &ahead->taken);
        }
    }
}

static void free_all(struct ahead *ahead)
{
    for (int i = 0; i < BATCHES; i++)
        free(ahead->batches[i].bytes);
    free(ahead);
}

static void close_ahead(struct source *source)
{
    struct ahead *ahead = (struct ahead *)source;

    pthread_mutex_lock(&ahead->mutex);
    ahead->is_stopped = true;
    pthread_cond_signal(&ahead->is_changed);
    pthread_mutex_unlock(&ahead->mutex);
    pthread_join(ahead->thread, NULL);
    ahead->file->close(ahead->file);
    free_all(ahead);
}

static struct ahead *make(struct source *file)
{
    struct ahead *ahead = calloc(1, sizeof(*ahead));

    if (!ahead)
        return NULL;
    ahead->source = (struct source){
        .next = next, .close = close_ahead, .name = file->name, .input = file->input};
    ahead->file = file;
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_cond_init(&ahead->is_changed, NULL);
    for (int i = 0; i < BATCHES; i++) {
        ahead->batches[i].bytes = malloc(FIRST_BYTES);
        ahead->batches[i].size = FIRST_BYTES;
        if (!ahead->batches[i].bytes) {
            free_all(ahead);
            return NULL;
        }
    }
    return ahead;
}

/* Signals are for who waits for them, not for the thread. */
static bool start(struct ahead *ahead)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&ahead->thread, NULL, read_on, ahead);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

struct source *source_read_ahead(struct source *file)
{
    struct ahead *ahead = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? make(file) : NULL;

    if (ahead && !start(ahead)) {
        free_all(ahead);
        ahead = NULL;
    }
    return ahead ? &ahead->source : file;
}
