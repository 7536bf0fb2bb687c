/* subnet.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "subnet.h"

#include <string.h>
#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

enum { LONGEST_ADDRESS = INET6_ADDRSTRLEN };

static bool parse_address(const char *text, size_t size, struct connmon_subnet *subnet)
{
    char address[LONGEST_ADDRESS];

    if (size >= sizeof(address))
        return false;
    memcpy(address, text, size);
    address[size] = '\0';
    if (inet_pton(AF_INET, address, subnet->addr) == 1)
        subnet->addr_len = 4;
    else if (inet_pton(AF_INET6, address, subnet->addr) == 1)
        subnet->addr_len = 16;
    return subnet->addr_len != 0;
}

/* One to three digits, and nothing else. */
static bool parse_bits(const char *text, uint8_t most, uint8_t *bits)
{
    const size_t digits = strspn(text, "0123456789");
    unsigned number = 0;

    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        number = 10 * number + (unsigned)(text[i] - '0');
    *bits = (uint8_t)number;
    return number <= most;
}

/* The bits of byte `i` that count. */
static uint8_t mask_of(const struct connmon_subnet *subnet, unsigned i)
{
    const unsigned before = 8 * i;

    if (subnet->bits >= before + 8)
        return 0xff;
    if (subnet->bits <= before)
        return 0;
    return (uint8_t)(0xff << (before + 8 - subnet->bits));
}

bool connmon_subnet_parse(const char *text, struct connmon_subnet *subnet)
{
    const size_t address_size = strcspn(text, "/");
    struct connmon_subnet parsed = {0};

    if (!parse_address(text, address_size, &parsed))
        return false;
    parsed.bits = (uint8_t)(8 * parsed.addr_len);
    if (text[address_size] == '/' &&
        !parse_bits(text + address_size + 1, parsed.bits, &parsed.bits))
        return false;
    for (unsigned i = 0; i < parsed.addr_len; i++)
        parsed.addr[i] &= mask_of(&parsed, i);
    *subnet = parsed;
    return true;
}

bool connmon_subnet_has(const struct connmon_subnet *subnet, const struct connmon_endpoint *host)
{
    if (host->addr_len != subnet->addr_len)
        return false;
    for (unsigned i = 0; i < subnet->addr_len; i++)
        if ((host->addr[i] & mask_of(subnet, i)) != subnet->addr[i])
            return false;
    return true;
}
