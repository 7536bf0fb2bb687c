/* subnet.h - a range of addresses, as a user names it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SUBNET_H
#define CONNMON_SUBNET_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

#ifdef __cplusplus
extern "C" {
#endif

struct connmon_subnet {
    uint8_t addr[16]; /* in network byte order, zero behind `bits` */
    uint8_t addr_len; /* 4 or 16 */
    uint8_t bits;     /* of the address that count; 0: all addresses of that length */
};

/* Reads "192.0.2.1", "10.0.0.0/8", "2001:db8::/32"; a plain address is a range of one. Bits behind
 * the prefix are ignored. False, and nothing changed, if the text is none of these. */
bool connmon_subnet_parse(const char *text, struct connmon_subnet *subnet);

/* Whether the host's address lies in the range. IPv4 addresses are in no range of IPv6's, and the
 * other way round. */
bool connmon_subnet_has(const struct connmon_subnet *subnet, const struct connmon_endpoint *host);

#ifdef __cplusplus
}
#endif

#endif
