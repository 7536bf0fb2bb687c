/* files.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "files.h"

#include <string.h>

#include "input.h"

void folder_append(struct folder *folder, uint32_t file, const void *bytes, size_t size)
{
    size_t needed;

    check(file < FILES);
    needed = folder->files[file].size + size;
    if (needed > folder->files[file].room) {
        folder->files[file].room = 2 * needed;
        folder->files[file].bytes = realloc(folder->files[file].bytes, 2 * needed);
        check(folder->files[file].bytes != NULL);
    }
    if (size > 0)
        memcpy(folder->files[file].bytes + folder->files[file].size, bytes, size);
    folder->files[file].size = needed;
}

void files_clear(struct folder *folder)
{
    for (uint32_t i = 0; i < FILES; i++)
        free(folder->files[i].bytes);
    *folder = (struct folder){0};
}
