/* label.c - endpoints and flows as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "connmon.h"

static const char *address_text(const struct connmon_endpoint *end, char text[INET6_ADDRSTRLEN])
{
    const char *made =
        inet_ntop(end->addr_len == 4 ? AF_INET : AF_INET6, end->addr, text, INET6_ADDRSTRLEN);

    return made ? made : "?";
}

char *connmon_flow_label(char *label, size_t size, const struct connmon_endpoint *src,
                         const struct connmon_endpoint *dst)
{
    char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

    snprintf(label, size, "%s:%u+%s:%u", address_text(src, from), src->port, address_text(dst, to),
             dst->port);
    return label;
}
