/* folder.h - many files in one folder, each written a little at a time
 *
 * What is appended is kept in memory, within a budget. When that is used up, the files with the
 * most go out first, each opened, appended to and closed. So one open file at a time will do for
 * any number of them; a file that grows steadily is written in large pieces, and a short one all at
 * once.
 *
 * Nothing that is there is written to or followed: each file is a new one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FOLDER_H
#define CONNMON_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folder;

/* Room for any name, its NUL included; a longer one is cut. */
#define FOLDER_NAME_SIZE 240

struct folder_config {
    size_t budget;   /* bytes to keep in memory; at least 1 MiB is taken */
    bool overwrites; /* a file that is there is replaced; else it stays, and ours is lost */
    /* A file cannot be had, or not be written to its end: it is not there any more. `error` is as
     * errno. Told once for each file. */
    void (*lost)(void *to, const char *name, int error);
    void *to;
};

struct folder_totals {
    uint64_t files; /* that were added */
    uint64_t lost;  /* of these */
    uint64_t bytes; /* that were written */
};

/* Opens the folder, which is made if it is not there, for its owner alone, as are its files. NULL
 * and errno if that fails; free with folder_free(). */
struct folder *folder_open(const char *path, const struct folder_config *config);

/* Frees; what was not written by folder_finish() is lost. NULL is allowed. */
void folder_free(struct folder *folder);

/* Adds a file by its name, `label` and `extension`, which have no slash; if there is one of that
 * name already, the new one's number stands between the two. Files are numbered from 0, as they
 * come. False if there is no memory: nothing was added. */
bool folder_add(struct folder *folder, const char *label, const char *extension, uint32_t *file);

/* Appends to a file. Does nothing if the file is lost. */
void folder_append(struct folder *folder, uint32_t file, const void *bytes, size_t size);

/* Writes out what is in memory of a file; one that has nothing is made, too. */
void folder_finish(struct folder *folder, uint32_t file);

/* The name of a file; NULL if it is lost. */
const char *folder_name(const struct folder *folder, uint32_t file);

struct folder_totals folder_totals(const struct folder *folder);

#endif
