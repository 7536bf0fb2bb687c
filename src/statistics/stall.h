/* stall.h - when a connection stood still though someone had to act, and who
 *
 * A connection moves when new data, resent data, a SYN, FIN or RST, a higher ackno or the opening
 * of a closed window passes the capture point. Duplicate ACKs, keep-alives, window probes, other
 * window updates and data that was acknowledged before are no movement. Between two movements lies
 * a stall if that took long for this connection, and if somebody was waited for. Who, and why, the
 * second of them tells:
 *
 * - It opens its receive window; or it comes in spite of a closed one, or fills what was left of it
 *   to the last byte: that window.
 * - It resends data: recovery.
 * - It is more data, or no data but an ackno, where data was in flight (sent, and not
 *   acknowledged): its receiver was silent.
 * - It is the server's answer to the client, or the next part of a message whose latest segment was
 *   of full size and had no PSH: the application of its sender. (A client that has its answer owes
 *   nothing: people think.)
 *
 * So a stall that never ends is not told. Nor is the wait for data in flight where no ACK of the
 * other direction was captured before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_STALL_H
#define CONNMON_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

enum stall_cause {
    STALL_NONE = 0,
#define STALL_CAUSE(constant, name, severity, title, words) constant,
#include "stalls.def"
    STALL_CAUSE_COUNT
};

struct stall {
    int64_t ns;
    uint64_t packet; /* the latest movement before it */
    enum stall_cause cause;
    uint8_t direction; /* in which the host that caused it sends */
};

/* A stall lasts at least `floor_ns`, and `rtts` times the smallest round-trip delay so far of both
 * sides together, as far as it is known. Neither is negative. */
struct stall_limits {
    int64_t floor_ns;
    uint32_t rtts;
};

/* The usual ones: the shortest timeout of most TCPs, and more than a path that is known can take.
 */
enum { STALL_FLOOR_MS = 200, STALL_RTTS = 4 };

/* What one host has sent. */
struct stall_side {
    int64_t rtt_min_ns; /* between it and the capture point, valid if has_rtt */
    uint32_t high;      /* highest sequence end, valid if has_high */
    uint32_t acked;     /* highest ackno, valid if has_acked */
    uint16_t window;    /* unscaled, valid if has_window */
    bool has_rtt, has_high, has_acked, has_window;
};

/* What is known of a connection; all bytes zero is: nothing yet. */
struct stall_tracker {
    int64_t moved_ns;      /* when it last moved, valid if has_moved */
    uint64_t moved_packet; /* likewise */
    struct stall_side sides[2];
    uint8_t speaker; /* direction of the latest payload, valid if has_speaker */
    bool has_moved, has_speaker;
    bool is_unfinished; /* that payload did not complete a message */
};

/* Follows the connection's next segment, with what the core found in it. True if it ends a stall,
 * which is then in `stall`. */
bool stall_follow(struct stall_tracker *tracker, const struct connmon_segment *segment,
                  const struct connmon_result *result, const struct stall_limits *limits,
                  struct stall *stall);

#endif
