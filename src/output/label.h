/* label.h - flows and connections as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LABEL_H
#define CONNMON_LABEL_H

#include "connmon.h"

/* Room for any label, its NUL included. */
#define CONNMON_LABEL_SIZE 128

/* Writes the label of the flow from `src` to `dst`, "address:port+address:port" (IPv6 as in
 * RFC 5952, without brackets), into `label`, cut to `size` bytes with the NUL. Returns `label`. */
char *connmon_flow_label(char *label, size_t size, const struct connmon_endpoint *src,
                         const struct connmon_endpoint *dst);

/* Writes the label of a connection, or flow, whose first packet went from `src` to `dst`,
 * "address_port-address_port-seconds" with nine digits behind the point, cut as above. `time_ns` is
 * since 1970; NULL if the packet has no time. It can be a file's name, of digits, lower case
 * letters, '.', '_' and '-' alone: IPv6 has dots where it has colons, and a 0 in front of a dot
 * that would come first. Returns `label`. */
char *connmon_connection_label(char *label, size_t size, const struct connmon_endpoint *src,
                               const struct connmon_endpoint *dst, const int64_t *time_ns);

#endif
