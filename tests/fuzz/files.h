/* files.h - a folder whose files stay in memory, where a fuzz target can read them
 *
 * It has what writes to a file of src/export/folder.h, and takes its place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FUZZ_FILES_H
#define CONNMON_FUZZ_FILES_H

#include "folder.h"

enum { FILES = 3 };

struct folder {
    struct {
        uint8_t *bytes;
        size_t size, room;
    } files[FILES];
};

/* Frees what the files hold. */
void files_clear(struct folder *folder);

#endif
