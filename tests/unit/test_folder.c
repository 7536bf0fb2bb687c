/* test_folder.c - many files in one folder, each written a little at a time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 512, FILES = 3000, ROUNDS = 40, PIECE = 300 };

struct place {
    char path[64];
    unsigned lost;
    int error;
    char name[FOLDER_NAME_SIZE];
};

static void note_lost(void *to, const char *name, int error)
{
    struct place *place = to;

    place->lost++;
    place->error = error;
    snprintf(place->name, sizeof(place->name), "%s", name);
}

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    strcpy(place->path, "folder-XXXXXX"); /* where the test runs */
    *state = place;
    return mkdtemp(place->path) ? 0 : -1;
}

static char *path_of(const struct place *place, const char *name, char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "%s/%s", place->path, name);
    return path;
}

static int end(void **state)
{
    struct place *place = *state;

    free(place);
    *state = NULL;
    return 0;
}

static struct folder *open_folder(struct place *place, bool overwrites)
{
    const struct folder_config config = {
        .budget = 1 << 20, .overwrites = overwrites, .lost = note_lost, .to = place};
    struct folder *folder = folder_open(place->path, &config);

    assert_non_null(folder);
    return folder;
}

static uint32_t add(struct folder *folder, const char *label)
{
    uint32_t file;

    assert_true(folder_add(folder, label, ".x", &file));
    return file;
}

/* Takes a file away again; returns its size, or -1. */
static long take(const struct place *place, const char *name)
{
    char path[PATH_ROOM];
    struct stat status;

    if (lstat(path_of(place, name, path), &status) != 0)
        return -1;
    unlink(path);
    return (long)status.st_size;
}

static void remove_folder(const struct place *place)
{
    assert_int_equal(rmdir(place->path), 0); /* nothing else was written */
}

/* Forty times what the budget holds, all files in turn, each piece of its own size. */
static void more_than_memory_holds(void **state)
{
    struct place *place = *state;
    struct folder *folder = open_folder(place, false);
    uint8_t bytes[PIECE + ROUNDS];
    char label[16], name[32], path[PATH_ROOM];
    long size = 0;
    FILE *file;

    for (uint32_t i = 0; i < FILES; i++) {
        snprintf(label, sizeof(label), "%u", i);
        assert_int_equal(add(folder, label), i);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        memset(bytes, (int)round, sizeof(bytes));
        for (uint32_t i = 0; i < FILES; i++)
            folder_append(folder, i, bytes, PIECE + round);
        size += PIECE + (long)round;
    }
    for (uint32_t i = 0; i < FILES; i++)
        folder_finish(folder, i);
    file = fopen(path_of(place, "17.x", path), "rb");
    assert_non_null(file);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < PIECE + round; i++)
            assert_int_equal(getc(file), round);
    fclose(file);
    for (uint32_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "%u.x", i);
        assert_int_equal(take(place, name), size);
    }
    assert_int_equal(folder_totals(folder).bytes, size * FILES);
    assert_int_equal(folder_totals(folder).lost, 0);
    folder_free(folder);
    remove_folder(place);
}

static void a_large_piece(void **state)
{
    struct place *place = *state;
    struct folder *folder = open_folder(place, false);
    const size_t size = 5000001;
    uint8_t *bytes = calloc(1, size);
    uint32_t file = add(folder, "a"), empty = add(folder, "b");

    folder_append(folder, file, bytes, size);
    folder_finish(folder, file);
    folder_finish(folder, empty);
    free(bytes);
    folder_free(folder);
    assert_int_equal(take(place, "a.x"), size);
    assert_int_equal(take(place, "b.x"), 0);
    remove_folder(place);
}

static void a_name_that_is_taken(void **state)
{
    struct place *place = *state;
    struct folder *folder = open_folder(place, true);
    uint32_t one = add(folder, "a"), other = add(folder, "a");

    assert_string_equal(folder_name(folder, one), "a.x");
    assert_string_equal(folder_name(folder, other), "a-1.x");
    folder_append(folder, other, "12", 2);
    folder_finish(folder, one);
    folder_finish(folder, other);
    folder_free(folder);
    assert_int_equal(take(place, "a.x"), 0);
    assert_int_equal(take(place, "a-1.x"), 2);
    remove_folder(place);
}

/* Neither a file that is there nor what a link leads to. */
static void nothing_is_overwritten(void **state)
{
    struct place *place = *state;
    char path[PATH_ROOM];
    struct folder *folder = open_folder(place, false);
    uint32_t file = add(folder, "link");

    close(open(path_of(place, "outside", path), O_CREAT | O_WRONLY, 0600));
    assert_int_equal(symlink("outside", path_of(place, "link.x", path)), 0);
    folder_append(folder, file, "1", 1);
    folder_finish(folder, file);
    assert_int_equal(place->lost, 1);
    assert_int_equal(place->error, EEXIST);
    assert_string_equal(place->name, "link.x");
    assert_null(folder_name(folder, file));
    folder_append(folder, file, "2", 1);
    folder_finish(folder, file);
    assert_int_equal(folder_totals(folder).lost, 1);
    folder_free(folder);

    folder = open_folder(place, true);
    file = add(folder, "link");
    folder_append(folder, file, "123", 3);
    folder_finish(folder, file);
    folder_free(folder);
    assert_int_equal(take(place, "link.x"), 3);
    assert_int_equal(take(place, "outside"), 0);
    remove_folder(place);
}

static void a_folder_that_cannot_be(void **state)
{
    struct place *place = *state;
    const struct folder_config config = {.lost = note_lost, .to = place};
    char path[PATH_ROOM];

    assert_null(folder_open(path_of(place, "a/b", path), &config));
    assert_int_equal(errno, ENOENT);
    assert_null(folder_open("/dev/null", &config));
    assert_int_equal(errno, ENOTDIR);
    remove_folder(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(more_than_memory_holds, begin, end),
        cmocka_unit_test_setup_teardown(a_large_piece, begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
