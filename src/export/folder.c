/* folder.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blocks.h"
#include "hash_index.h"
#include "memory.h"

enum {
    LARGE = 2048, /* blocks: a file with so many is written out, about 1 MiB */
    FIRST_ROOM = 256,
    MODE = 0600, /* what was captured is nobody else's */
    FOLDER_MODE = 0700,
};

enum entry_state { ENTRY_NEW, ENTRY_WRITTEN, ENTRY_LOST };

struct entry {
    char *name;
    struct chain chain; /* what is to be written */
    enum entry_state state;
};

struct folder {
    struct folder_config config;
    int fd;
    struct memory memory; /* of entries and their index; of this there is no limit */
    struct blocks blocks;
    struct entry *entries;
    uint32_t count, room;
    struct hash_index index; /* of entries, by name */
    struct folder_totals totals;
};

struct folder *folder_open(const char *path, const struct folder_config *config)
{
    struct folder *folder;
    int fd;

    if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
        return NULL;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    folder = calloc(1, sizeof(*folder));
    if (!folder) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    folder->config = *config;
    folder->fd = fd;
    memory_init(&folder->memory, 0);
    blocks_init(&folder->blocks, config->budget);
    return folder;
}

void folder_free(struct folder *folder)
{
    if (!folder)
        return;
    for (uint32_t i = 0; i < folder->count; i++)
        free(folder->entries[i].name);
    memory_free(&folder->memory, folder->entries, folder->room * sizeof(*folder->entries));
    hash_index_clear(&folder->index, &folder->memory);
    blocks_release(&folder->blocks);
    memory_release(&folder->memory);
    close(folder->fd);
    free(folder);
}

struct folder_totals folder_totals(const struct folder *folder)
{
    return folder->totals;
}

const char *folder_name(const struct folder *folder, uint32_t file)
{
    const struct entry *entry = &folder->entries[file];

    return entry->state == ENTRY_LOST ? NULL : entry->name;
}

/* ---- Names ---- */

static uint32_t hash_name(const struct folder *folder, const char *name)
{
    return (uint32_t)siphash_bytes(&folder->memory.key, name, strlen(name));
}

static bool has_name(const struct folder *folder, const char *name, uint32_t hash)
{
    uint32_t slot = hash_index_begin(&folder->index, hash), file;

    while (hash_index_next(&folder->index, hash, &slot, &file))
        if (strcmp(folder->entries[file].name, name) == 0)
            return true;
    return false;
}

static bool reserve_entry(struct folder *folder)
{
    const uint32_t room = folder->room ? 2 * folder->room : FIRST_ROOM;
    struct entry *entries;

    if (folder->count < folder->room)
        return true;
    if (room > UINT32_MAX / 2)
        return false;
    entries = memory_grow(&folder->memory, folder->entries, folder->room * sizeof(*entries),
                          room * sizeof(*entries));
    if (!entries)
        return false;
    folder->entries = entries;
    folder->room = room;
    return true;
}

bool folder_add(struct folder *folder, const char *label, const char *extension, uint32_t *file)
{
    char name[FOLDER_NAME_SIZE], *copy;
    uint32_t hash;

    snprintf(name, sizeof(name), "%s%s", label, extension);
    hash = hash_name(folder, name);
    if (has_name(folder, name, hash)) {
        snprintf(name, sizeof(name), "%s-%" PRIu32 "%s", label, folder->count, extension);
        hash = hash_name(folder, name);
    }
    if (!hash_index_reserve(&folder->index, &folder->memory) || !reserve_entry(folder) ||
        !(copy = strdup(name)))
        return false;
    *file = folder->count++;
    folder->entries[*file] = (struct entry){.name = copy};
    hash_index_add(&folder->index, hash, *file);
    folder->totals.files++;
    return true;
}

/* ---- Files ---- */

static int create(const struct folder *folder, const char *name)
{
    const int how = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC; /* O_EXCL follows no link */
    int fd = openat(folder->fd, name, how, MODE);

    if (fd >= 0 || errno != EEXIST || !folder->config.overwrites)
        return fd;
    if (unlinkat(folder->fd, name, 0) != 0)
        return -1;
    return openat(folder->fd, name, how, MODE);
}

static void lose(struct folder *folder, struct entry *entry, int error)
{
    chain_clear(&entry->chain, &folder->blocks);
    if (entry->state == ENTRY_WRITTEN)
        unlinkat(folder->fd, entry->name, 0); /* no half of a file; and others may need the room */
    entry->state = ENTRY_LOST;
    folder->totals.lost++;
    folder->config.lost(folder->config.to, entry->name, error);
}

/* Writes out what is in memory of the file. */
static void write_out(struct folder *folder, struct entry *entry)
{
    const struct chain *chain = &entry->chain;
    int error,
        fd = entry->state == ENTRY_NEW
                 ? create(folder, entry->name)
                 : openat(folder->fd, entry->name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        lose(folder, entry, errno);
        return;
    }
    entry->state = ENTRY_WRITTEN;
    error = chain_write(chain, fd);
    if (close(fd) != 0 && !error)
        error = errno;
    if (error) {
        lose(folder, entry, error);
        return;
    }
    if (chain->count > 0)
        folder->totals.bytes += (chain->count - UINT64_C(1)) * BLOCK_BYTES + chain->used;
    chain_clear(&entry->chain, &folder->blocks);
}

/* Frees at least half of the blocks, by as few files as that takes. */
static void make_room(struct folder *folder)
{
    uint64_t files[LARGE + 1] = {0}, total = 0, freed = 0;
    uint32_t least = LARGE;

    for (uint32_t i = 0; i < folder->count; i++) {
        files[folder->entries[i].chain.count]++;
        total += folder->entries[i].chain.count;
    }
    for (; least > 1; least--) {
        freed += files[least] * least;
        if (2 * freed >= total)
            break;
    }
    for (uint32_t i = 0; i < folder->count; i++)
        if (folder->entries[i].chain.count >= least)
            write_out(folder, &folder->entries[i]);
}

void folder_append(struct folder *folder, uint32_t file, const void *bytes, size_t size)
{
    struct entry *entry = &folder->entries[file];
    const uint8_t *at = bytes;

    while (size > 0 && entry->state != ENTRY_LOST) {
        size_t room = (LARGE - entry->chain.count) * (size_t)BLOCK_BYTES;
        size_t part = size < room ? size : room;
        size_t done = chain_append(&entry->chain, &folder->blocks, at, part);

        at += done;
        size -= done;
        if (entry->chain.count == LARGE)
            write_out(folder, entry);
        else if (done < part && !folder->blocks.slabs)
            lose(folder, entry, ENOMEM);
        else if (done < part)
            make_room(folder);
    }
}

void folder_finish(struct folder *folder, uint32_t file)
{
    struct entry *entry = &folder->entries[file];

    if (entry->state == ENTRY_NEW || (entry->state == ENTRY_WRITTEN && entry->chain.count > 0))
        write_out(folder, entry);
}
