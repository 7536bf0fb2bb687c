/* json.h - a packet as a JSON object
 *
 *     {"stream":0,"frame":4,"time":1210953938.217806000,"connmon.flow":"...",...}
 *
 * The keys behind the first three are the names of the fields in fields.def, in that order; what
 * has no value is left out. Times are seconds with nine digits, enumerated values their names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_JSON_H
#define CONNMON_JSON_H

#include "observation.h"

/* Room for any object. */
#define CONNMON_JSON_SIZE 2048

/* Writes the packet's object and a newline, but no NUL, into `json`, cut to `size` bytes. Returns
 * its length. */
size_t connmon_json(char *json, size_t size, const struct connmon_observation *seen);

#endif
