/* privileges.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
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
