/* monitor.h - what is made of the packets: decoded, matched, printed, summed up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_MONITOR_H
#define CONNMON_MONITOR_H

#include "options.h"
#include "output.h"
#include "packet.h"
#include "source.h"
#include "split.h"

struct monitor;

/* What the options ask for, printed to `output`, or with `split` not NULL also put into files. Both
 * stay the caller's. NULL if there is no memory; free with monitor_free(). */
struct monitor *monitor_new(const struct options *options, struct output *output,
                            struct split *split);
void monitor_free(struct monitor *monitor);

/* Takes the next packet. */
void monitor_take(struct monitor *monitor, const struct packet *packet);

/* Makes ready for a packet that comes soon, after one or two others. Changes nothing but speed. */
void monitor_expect(struct monitor *monitor, const struct packet *packet);

/* Tells that no packet before this time is to come. */
void monitor_pass_time(struct monitor *monitor, int64_t time_ns);

/* Prints the table that the options ask for, if they do, of the packets so far. False if there is
 * no memory. */
bool monitor_print_table(struct monitor *monitor);

/* Tells of the packets so far on standard error, with what was lost before they came here. */
void monitor_summarize(const struct monitor *monitor, struct source_drops drops);

#endif
