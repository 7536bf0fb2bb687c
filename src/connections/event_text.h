/* event_text.h - an event as a line, and as an object: of JSON, or of another outline
 *
 *     23:31:30.987654 open 5  established      7  192.0.2.1:1024 > 198.51.100.2:80  ...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EVENT_TEXT_H
#define CONNMON_EVENT_TEXT_H

#include "events.h"
#include "outline.h"

/* Room for either. */
#define EVENT_TEXT_SIZE 512

/* Each writes the event with a newline, but without a NUL, cut to `size` bytes, and returns the
 * length. The line has time of day, what happened and by whom, the connection's number, client and
 * server, its age, the handshake's delays, and how many connections are open then. The object has
 * the same as "time", "event", "by", "stream", "client", "server", "age", "server_delay",
 * "client_delay", "opened", "closed", "open"; what has no value is left out. */
size_t event_line(char *line, size_t size, const struct event *event);
size_t event_json(char *json, size_t size, const struct event *event);

/* Writes the same object as the next of an outline, in whatever format. */
void event_outline(struct outline *outline, const struct event *event);

#endif
