/* checksum.h - the Internet checksum (RFC 1071)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_CHECKSUM_H
#define CONNMON_CHECKSUM_H

#include <stdint.h>

/* Of these bytes, in which the field for it is 0. */
uint16_t checksum_of(const uint8_t *bytes, uint32_t size);

/* Of TCP or UDP and what that carries, with the pseudo-header of IPv4 or IPv6 (RFC 9293 section
 * 3.1, RFC 8200 section 8.1). `ip` is the IP header. */
uint16_t checksum_of_transport(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes,
                               uint32_t size);

#endif
