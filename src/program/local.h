/* local.h - this host's own addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_LOCAL_H
#define CONNMON_LOCAL_H

#include <stdbool.h>

#include "subnet.h"

enum { LOCAL_ADDRESSES = 64 };

struct local {
    struct connmon_subnet addresses[LOCAL_ADDRESSES];
    unsigned count;
};

/* The addresses of an interface; "any": of all. None of a loopback, where every host is this one:
 * there nothing would be left to see. */
struct local local_of(const char *interface);

bool local_has(const struct local *local, const struct connmon_endpoint *host);

#endif
