/* subnet.h - a range of addresses, as a user names it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SUBNET_H
#define CONNMON_SUBNET_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

struct connmon_subnet {
    uint8_t addr[16]; /* zero behind `bits` */
    uint8_t addr_len; /* 4 or 16 */
    uint8_t bits;     /* of the address that count */
};

/* Reads "192.0.2.1", "10.0.0.0/8", "2001:db8::/32"; a plain address is a range of one. Bits behind
 * the prefix are ignored. False, and nothing changed, if the text is none of these. */
bool connmon_subnet_parse(const char *text, struct connmon_subnet *subnet);

/* Whether the host's address lies in the range. */
bool connmon_subnet_has(const struct connmon_subnet *subnet, const struct connmon_endpoint *host);

#endif
