/* test_sandbox.c - what a process that was taken over can still do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static bool has(const char *word)
{
    return strstr(sandbox_text(), word) != NULL;
}

/* Runs it in a process of its own, inside the sandbox. Returns the number of the check that failed,
 * from 1; 0: none did. */
static int inside(const struct sandbox *sandbox, int (*checks)(const struct sandbox *sandbox))
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !sandbox_enter(sandbox))
            _exit(99);
        _exit(checks(sandbox));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void *nothing(void *data)
{
    return data;
}

static int try_calls(const struct sandbox *sandbox)
{
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC, how = MAP_PRIVATE | MAP_ANONYMOUS;
    char *const words[] = {"true", NULL};
    pthread_t thread;

    if (fork() >= 0)
        return 1;
    if (execv("/bin/true", words) != -1 || errno != ENOSYS)
        return 2;
    if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != ENOSYS)
        return 3;
    if (open("/dev/null", O_RDONLY) != -1 || errno != ENOSYS)
        return 4;
    if (kill(getppid(), SIGTERM) != -1 || errno != ENOSYS)
        return 5;
    if (mmap(NULL, 4096, all, how, -1, 0) != MAP_FAILED)
        return 6;
    if (write(sandbox->socket, "x", 1) != -1 || errno != ENOSYS)
        return 7;
    if (write(sandbox->socket + 1, "x", 1) != 1) /* what monitors do, from here on */
        return 8;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return 9;
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, how, -1, 0) == MAP_FAILED ? 10 : 0;
}

static void calls_that_a_monitor_does_without_are_not_there(void **state)
{
    struct sandbox sandbox = {0};

    (void)state;
    if (!has("seccomp"))
        skip();
    sandbox.socket = open("/dev/null", O_WRONLY);
    assert_true(sandbox.socket > 2);
    assert_int_equal(dup2(sandbox.socket, sandbox.socket + 1), sandbox.socket + 1);
    assert_int_equal(inside(&sandbox, try_calls), 0);
    close(sandbox.socket + 1);
    close(sandbox.socket);
}

static int try_files(const struct sandbox *sandbox)
{
    const int folder = AT_FDCWD, how = O_WRONLY | O_CREAT;

    if (openat(folder, "outside/new", how, 0600) != -1)
        return 1;
    if (openat(folder, "outside/old", O_WRONLY) != -1)
        return 2;
    if (openat(folder, "outside/old", O_RDONLY) != -1)
        return 3;
    if (unlinkat(folder, "outside/old", 0) != -1)
        return 4;
    if (mkdirat(folder, "inside/folder", 0700) != -1)
        return 5;
    if (symlinkat("/", folder, "inside/link") != -1)
        return 6;
    if (openat(folder, "inside/new", how, 0600) < 0)
        return 7;
    if (sandbox->folder && openat(folder, "inside/new", O_WRONLY | O_APPEND) < 0)
        return 8;
    return unlinkat(folder, "inside/new", 0) != 0 ? 9 : 0;
}

static void make(const char *name)
{
    const int fd = open(name, O_WRONLY | O_CREAT, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void files_are_those_of_the_folder(void **state)
{
    char path[] = "sandbox-XXXXXX";
    const struct sandbox wishes[] = {{.folder = "inside", .socket = -1},
                                     {.file = "inside/log", .socket = -1}};

    (void)state;
    if (!has("Landlock"))
        skip();
    assert_non_null(mkdtemp(path)); /* where the test runs */
    assert_int_equal(chdir(path), 0);
    assert_int_equal(mkdir("inside", 0700), 0);
    assert_int_equal(mkdir("outside", 0700), 0);
    make("outside/old");
    make("inside/log");
    assert_int_equal(inside(&wishes[0], try_files), 0);
    assert_int_equal(inside(&wishes[1], try_files), 0);
    unlink("outside/old");
    unlink("inside/log");
    rmdir("outside");
    rmdir("inside");
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir(path), 0); /* nothing else was made */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_that_a_monitor_does_without_are_not_there),
        cmocka_unit_test(files_are_those_of_the_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
