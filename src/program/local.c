/* local.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "local.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static bool get_address(const struct sockaddr *from, struct connmon_subnet *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    *address = (struct connmon_subnet){0};
    if (from && from->sa_family == AF_INET) {
        memcpy(&v4, from, sizeof(v4));
        address->addr_len = sizeof(v4.sin_addr);
        memcpy(address->addr, &v4.sin_addr, sizeof(v4.sin_addr));
    } else if (from && from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof(v6));
        address->addr_len = sizeof(v6.sin6_addr);
        memcpy(address->addr, &v6.sin6_addr, sizeof(v6.sin6_addr));
    }
    address->bits = (uint8_t)(8 * address->addr_len);
    return address->addr_len > 0;
}

struct local local_of(const char *interface)
{
    const bool is_any = strcmp(interface, "any") == 0;
    struct local local = {0};
    struct ifaddrs *all;

    if (getifaddrs(&all) != 0)
        return local;
    for (const struct ifaddrs *i = all; i && local.count < LOCAL_ADDRESSES; i = i->ifa_next)
        if ((is_any || strcmp(i->ifa_name, interface) == 0) && !(i->ifa_flags & IFF_LOOPBACK) &&
            get_address(i->ifa_addr, &local.addresses[local.count]))
            local.count++;
    freeifaddrs(all);
    return local;
}

bool local_has(const struct local *local, const struct connmon_endpoint *host)
{
    for (unsigned i = 0; i < local->count; i++)
        if (connmon_subnet_has(&local->addresses[i], host))
            return true;
    return false;
}
