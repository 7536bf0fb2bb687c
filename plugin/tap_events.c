/* tap_events.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_events.h"

#include <stdio.h>

#include "dissector.h"
#include "event_text.h"
#include "extract.h"
#include "output.h"
#include "preferences.h"
#include "taps.h"

typedef size_t write_event(char *text, size_t size, const struct event *event);

/* What one -z connmon,events needs. */
struct event_tap {
    struct events *events;
    write_event *write;
};

static void print(void *tap, const struct event *event)
{
    char text[EVENT_TEXT_SIZE];

    output_write(text, ((struct event_tap *)tap)->write(text, sizeof(text), event));
}

static void reset(void *data)
{
    events_reset(((struct event_tap *)data)->events);
}

static tap_packet_status count(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    events_add(((struct event_tap *)data)->events, observation);
    return TAP_PACKET_DONT_REDRAW;
}

/* Time passes with packets of any kind, but not with a copy, which would confirm a wrong time. */
static tap_packet_status pass_time(void *events, packet_info *pinfo, epan_dissect_t *edt _U_,
                                   const void *nothing _U_, tap_flags_t flags _U_)
{
    if (pinfo->fd->has_ts && !dissector_has_copy())
        events_advance(events, extract_time(pinfo));
    return TAP_PACKET_DONT_REDRAW;
}

static void draw(void *data)
{
    struct events *events = ((struct event_tap *)data)->events;
    struct events_totals totals;

    events_finish(events);
    totals = events_totals(events);
    output_flush();
    if (totals.lost.dropped > 0)
        fprintf(stderr, "tshark: connmon: no memory for the connections of %" PRIu64 " packets\n",
                totals.lost.dropped);
}

static void finish(void *data)
{
    struct event_tap *tap = data;

    output_close();
    events_free(tap->events);
    g_free(tap);
}

static char *start(write_event *write, const char *filter)
{
    struct event_tap *tap = g_new0(struct event_tap, 1);
    char *wrong;

    tap->write = write;
    tap->events = events_new(preferences_timeout_ns(), 0, print, tap);
    wrong = tap->events ? taps_listen("connmon", tap, filter, reset, count, draw, finish)
                        : g_strdup("no memory");
    if (wrong) {
        events_free(tap->events);
        g_free(tap);
        return wrong;
    }
    output_open();
    return taps_listen("frame", tap->events, "", NULL, pass_time, NULL, NULL);
}

char *tap_events_start(const char *filter)
{
    return start(event_line, filter);
}

char *tap_events_json_start(const char *filter)
{
    return start(event_json, filter);
}
