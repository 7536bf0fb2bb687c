/* bandwidth.h - who uses the link now: interval by interval
 *
 * Intervals of capture time begin with the first packet's. Of each, the connections (or addresses)
 * that sent the most are written when it ends. What is idle costs nothing and is not shown, nor is
 * an interval without packets unless that is asked for. A packet counts in the interval of its own
 * time: where the capture's clock steps back, an interval that was written may come again, with
 * what is in it then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BANDWIDTH_H
#define CONNMON_BANDWIDTH_H

#include "connection_map.h"
#include "observation.h"
#include "report.h"

struct bandwidth_config {
    int64_t interval_ns; /* above 0 */
    size_t top;          /* rows of an interval that are written, at most; 0: all */
    uint32_t most;       /* rows that are held, at most; 0: all. Beyond it, the smaller half goes */
    bool by_host;        /* addresses, not connections */
    bool is_json;        /* JSON Lines, one object per row; else text */
    bool shows_idle;     /* in text, an interval without packets, too, if time passes it by */
    bool redraws;        /* text on a terminal: each table in the place of the one before */
    size_t (*width)(void); /* of that terminal now; NULL: none is too wide */
};

struct bandwidth;

/* What is written goes to `sink` with `to`. `config` is copied. Free with bandwidth_free(). NULL if
 * there is no memory. */
struct bandwidth *bandwidth_new(const struct bandwidth_config *config, text_sink *sink, void *to);
void bandwidth_free(struct bandwidth *bandwidth);

/* Takes the next TCP packet. One without a time counts in the interval of the packet before. */
void bandwidth_add(struct bandwidth *bandwidth, const struct connmon_observation *seen);

/* Tells that capture time has reached `time_ns`, by whatever packet: an interval may end. An
 * earlier time than its ends none. */
void bandwidth_advance(struct bandwidth *bandwidth, int64_t time_ns);

/* Writes the interval that has not ended. To be called once, after the last packet. */
void bandwidth_finish(struct bandwidth *bandwidth);

/* Forgets the interval that has not ended, and begins anew with the next packet. */
void bandwidth_reset(struct bandwidth *bandwidth);

/* Rows that were forgotten, and packets that there was no memory for; both count in the intervals'
 * totals. */
struct connection_losses bandwidth_losses(const struct bandwidth *bandwidth);

#endif
