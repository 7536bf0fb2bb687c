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
    enum decode_outcome outcome;
    struct connmon_segment segment; /* if there is one (DECODE_TCP) */
    struct decode_payload payload;  /* likewise */
};

#endif
