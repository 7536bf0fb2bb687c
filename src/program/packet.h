/* packet.h - a packet as it was captured, and what was decoded of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PACKET_H
#define CONNMON_PACKET_H

#include "decode.h"
#include "record.h"

struct packet {
    struct record record;
    enum connmon_decode_outcome outcome;
    struct connmon_segment segment; /* if there is one (CONNMON_DECODE_TCP) */
    struct connmon_payload payload; /* likewise */
};

#endif
