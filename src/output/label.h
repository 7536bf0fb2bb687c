/* label.h - flows as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LABEL_H
#define CONNMON_LABEL_H

#include "connmon.h"

/* Room for any label of connmon_flow_label(), its NUL included. */
#define CONNMON_LABEL_SIZE 128

/* Writes the label of the flow from `src` to `dst`, "address:port+address:port" (IPv6 as in
 * RFC 5952, without brackets), into `label`, cut to `size` bytes with the NUL. Returns `label`. */
char *connmon_flow_label(char *label, size_t size, const struct connmon_endpoint *src,
                         const struct connmon_endpoint *dst);

#endif
