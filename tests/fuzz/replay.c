/* replay.c - a fuzz target as a program that runs on the files of its corpus: any compiler will do
 *
 *     replay_TARGET FOLDER...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "input.h"

enum { MOST_BYTES = 1 << 16 };

static void replay(const char *path)
{
    static uint8_t bytes[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    struct input in = {.data = bytes};
    uint8_t *copy;

    check(file != NULL);
    in.size = fread(bytes, 1, sizeof(bytes), file);
    check(!ferror(file) && in.size < sizeof(bytes));
    fclose(file);
    copy = take_bytes(&in, &(size_t){in.size});
    LLVMFuzzerTestOneInput(copy, (size_t)(in.data - bytes));
    free(copy);
}

static size_t replay_all(const char *folder)
{
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    char path[4096];
    size_t count = 0;

    check(listing != NULL);
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        fprintf(stderr, "%s\n", path); /* the last one is at fault */
        replay(path);
        count++;
    }
    closedir(listing);
    return count;
}

/* A corpus that is not there would pass for one that finds nothing. */
int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_all(argv[i]);
    printf("%zu inputs\n", count);
    return count == 0;
}
