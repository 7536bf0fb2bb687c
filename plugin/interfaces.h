/* interfaces.h - tells apart what several interfaces captured of one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_INTERFACES_H
#define CONNMON_PLUGIN_INTERFACES_H

#include <stdint.h>

#include "compat.h"

struct interfaces;

struct interfaces *interfaces_new(void);

/* NULL is allowed. */
void interfaces_free(struct interfaces *interfaces);

/* A number of the stream on the packet's interface, which no other pair of them has. A packet
 * that does not tell its interface counts as one from the first. */
uint32_t interfaces_discriminator(struct interfaces *interfaces, const packet_info *pinfo,
                                  uint32_t stream);

#endif
