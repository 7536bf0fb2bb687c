/* privileges.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "say.h"

static const struct passwd *who_called_sudo(void)
{
    const char *number = getenv("SUDO_UID");
    char *end;
    unsigned long uid = number ? strtoul(number, &end, 10) : 0;

    return number && *number && !*end && uid != 0 ? getpwuid((uid_t)uid) : NULL;
}

bool privileges_drop(const char *user)
{
    const struct passwd *whom;

    if (geteuid() != 0)
        return true;
    whom = user ? getpwnam(user) : who_called_sudo();
    if (!whom && !user)
        whom = getpwnam("nobody");
    if (!whom) {
        say("--user %s: there is no such user", user ? user : "nobody");
        return false;
    }
    if (initgroups(whom->pw_name, whom->pw_gid) == 0 && setgid(whom->pw_gid) == 0 &&
        setuid(whom->pw_uid) == 0)
        return true;
    say("--user %s: %s", whom->pw_name, strerror(errno));
    return false;
}

/* ---- Capabilities: the C library has no functions for these ---- */

struct capabilities {
    struct __user_cap_data_struct parts[_LINUX_CAPABILITY_U32S_3];
};

static bool call(long number, struct capabilities *capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    return syscall(number, &header, capabilities->parts) == 0;
}

/* Those that a program to be run could get; that takes a capability itself. */
static void forget_for_others(void)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (unsigned long i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
        ;
}

static bool may_write_to(const char *folder)
{
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

bool privileges_give_up(const char *folder)
{
    const uint32_t override = UINT32_C(1) << CAP_DAC_OVERRIDE;
    struct capabilities held, left = {0};
    bool is_done;

    forget_for_others();
    is_done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && call(SYS_capget, &held);
    if (is_done && folder) {
        left.parts[0].permitted = held.parts[0].permitted & override;
        is_done = call(SYS_capset, &left);
        if (may_write_to(folder))
            left.parts[0].permitted = 0;
        left.parts[0].effective = left.parts[0].permitted;
    }
    if (is_done && call(SYS_capset, &left))
        return true;
    say("capabilities cannot be given up: %s", strerror(errno));
    return false;
}
