/* sandbox.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sandbox.h"

#ifndef CONNMON_SECCOMP

bool sandbox_enter(const struct sandbox *sandbox)
{
    (void)sandbox;
    return true;
}

const char *sandbox_text(void)
{
    return "none";
}

#else

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

/* ---- Landlock, of which the C library knows nothing yet ---- */

#define FILE_RIGHTS LANDLOCK_ACCESS_FS_WRITE_FILE
#define FOLDER_RIGHTS                                                                              \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* The version of Landlock that the kernel has, from 1; 0: none. */
static int landlock_version(void)
{
    const long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return version > 0 ? (int)version : 0;
}

/* Each version brought further rights, which are refused but for those that rules grant: with 2
 * came links between folders, with 3 truncation. */
static uint64_t refused_rights(int version)
{
    const int count = version == 1 ? 13 : version == 2 ? 14 : 15;

    return (UINT64_C(1) << count) - 1;
}

/* Grants the rights to what is at the path and beneath it. What is not there needs no rule. */
static bool allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    long status;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return true;
    status = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
    return status == 0;
}

/* A file that another program moves away is made anew in its folder; a pipe or a device is not. */
static bool allow_file(int rules, const char *name)
{
    struct stat status;
    char *path = realpath(name, NULL);
    bool is_allowed = true;

    if (path && stat(path, &status) == 0)
        is_allowed = S_ISREG(status.st_mode) ? allow(rules, dirname(path), FOLDER_RIGHTS)
                                             : allow(rules, path, FILE_RIGHTS);
    free(path);
    return is_allowed;
}

static bool restrict_files(const struct sandbox *sandbox)
{
    const int version = landlock_version();
    struct landlock_ruleset_attr all = {.handled_access_fs = refused_rights(version)};
    bool is_done;
    int rules;

    if (version == 0)
        return true;
    rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (rules < 0)
        return false;
    is_done = (!sandbox->folder || allow(rules, sandbox->folder, FOLDER_RIGHTS)) &&
              (!sandbox->file || allow_file(rules, sandbox->file)) &&
              syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return is_done;
}

/* ---- seccomp ---- */

/* A kernel that can filter looks for the filter that is not there. */
static bool has_seccomp(void)
{
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

/* What reading, waiting, memory, time, threads and the end take. Some have several names,
 * by C library and processor; those that a processor has not got are skipped. */
static const int calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(getsockopt),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(setitimer),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static bool add(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

/* Of these, what a monitor asks for: memory without code, threads but no processes, to abort. A
 * clone3() that is not there makes the C library take clone(). */
static bool add_part(scmp_filter_ctx filter)
{
    const struct {
        int call;
        struct scmp_arg_cmp only;
    } parts[] = {
        {SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)},
        {SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)},
        {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)}, /* isatty() */
        {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ, 0)},
        {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, SIOCGIFFLAGS, 0)}, /* libpcap: is it gone? */
        {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, SIOCGIFINDEX, 0)},
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, parts[i].call, 1, parts[i].only) != 0)
            return false;
    return true;
}

/* What is written to a socket that captures is sent. It has a number that differs in some bit from
 * those that may be written to; seccomp knows no other comparison of the 32 bits that the kernel
 * looks at. */
static bool add_write(scmp_filter_ctx filter, int socket)
{
    if (socket < 0)
        return add(filter, SCMP_SYS(write)) && add(filter, SCMP_SYS(writev));
    for (int i = 0; i < 32; i++) {
        const uint64_t bit = UINT64_C(1) << i, other = ~(uint64_t)socket & bit;
        const struct scmp_arg_cmp only = SCMP_A0(SCMP_CMP_MASKED_EQ, bit, other);

        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, only) != 0 ||
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, only) != 0)
            return false;
    }
    return true;
}

static bool add_open(scmp_filter_ctx filter)
{
    return add(filter, SCMP_SYS(openat)) && add(filter, SCMP_SYS(unlinkat));
}

/* A call that is not there fails as on a kernel that has not got it. */
static bool restrict_calls(const struct sandbox *sandbox)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool is_made = filter != NULL;
    int error;

    for (size_t i = 0; is_made && i < sizeof(calls) / sizeof(calls[0]); i++)
        is_made = add(filter, calls[i]);
    is_made = is_made && add_part(filter) && add_write(filter, sandbox->socket) &&
              ((!sandbox->folder && !sandbox->file) || add_open(filter));
    if (!is_made) {
        seccomp_release(filter);
        errno = ENOMEM;
        return false;
    }
    error = -seccomp_load(filter);
    seccomp_release(filter);
    errno = error;
    return error == 0;
}

bool sandbox_enter(const struct sandbox *sandbox)
{
    tzset(); /* reads a file when it is first needed, else */
    if (restrict_files(sandbox) && (!has_seccomp() || restrict_calls(sandbox)))
        return true;
    say("no sandbox: %s", strerror(errno));
    return false;
}

const char *sandbox_text(void)
{
    if (landlock_version() > 0)
        return has_seccomp() ? "seccomp, Landlock" : "Landlock";
    return has_seccomp() ? "seccomp" : "none";
}

#endif
