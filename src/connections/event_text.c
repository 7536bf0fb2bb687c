/* event_text.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "event_text.h"

#include "field.h"
#include "text.h"

enum { WHAT_WIDTH = 29, STREAM_WIDTH = 6 };

/* What a kind of event is called, by programs and by people. */
static const struct {
    const char *name, *words;
} kinds[EVENT_KIND_COUNT] = {
#define EVENT(constant, name, words, meaning) [constant] = {name, words},
#define CONNMON_EVENT_VALUE EVENT
#include "connmon.def"
#include "events.def"
};

/* What happened, and by whom, in a column. */
static void put_what(struct text *text, const struct event *event)
{
    const char *begin = text->at, *by = connmon_side_name(event->by);

    text_string(text, kinds[event->kind].words);
    if (by && event->kind != CONNMON_EVENT_RESET_IGNORED) {
        text_string(text, " by ");
        text_string(text, by);
    }
    for (size_t used = (size_t)(text->at - begin); used < WHAT_WIDTH; used++)
        text_char(text, ' ');
}

static void put_delay(struct text *text, const char *name, int64_t ns)
{
    text_string(text, name);
    text_duration(text, ns);
}

size_t event_line(char *line, size_t size, const struct event *event)
{
    struct text text = {line, line + size};

    if (event->has_time)
        text_time_of_day(&text, event->time_ns);
    else
        text_string(&text, "       *       ");
    text_char(&text, ' ');
    put_what(&text, event);
    text_unsigned(&text, event->stream, STREAM_WIDTH);
    text_string(&text, "  ");
    text_endpoint(&text, &event->client);
    text_string(&text, " > ");
    text_endpoint(&text, &event->server);
    if (event->has_time)
        put_delay(&text, "  age ", event->age_ns);
    if (event->has_server_delay)
        put_delay(&text, "  server ", event->server_delay_ns);
    if (event->has_client_delay)
        put_delay(&text, "  client ", event->client_delay_ns);
    text_string(&text, "  open ");
    text_unsigned(&text, event->open, 0);
    text_char(&text, '\n');
    return (size_t)(text.at - line);
}

static void put_time(struct outline *outline, const char *key, bool is_present, int64_t ns)
{
    if (is_present)
        outline_time(outline, key, ns);
}

static void put_name(struct outline *outline, const char *key, const char *name)
{
    if (name)
        outline_string(outline, key, name);
}

void event_outline(struct outline *outline, const struct event *event)
{
    outline_begin_object(outline);
    put_time(outline, "time", event->has_time, event->time_ns);
    put_name(outline, "event", kinds[event->kind].name);
    put_name(outline, "by", connmon_side_name(event->by));
    outline_number(outline, "stream", event->stream);
    outline_endpoint(outline, "client", &event->client);
    outline_endpoint(outline, "server", &event->server);
    put_time(outline, "age", event->has_time, event->age_ns);
    put_time(outline, "server_delay", event->has_server_delay, event->server_delay_ns);
    put_time(outline, "client_delay", event->has_client_delay, event->client_delay_ns);
    outline_number(outline, "opened", event->opened);
    outline_number(outline, "closed", event->closed);
    outline_number(outline, "open", event->open);
    outline_end_object(outline);
}

static void take(void *to, const char *bytes, size_t size)
{
    text_bytes(to, bytes, size);
}

size_t event_json(char *json, size_t size, const struct event *event)
{
    struct text text = {json, json + size};
    struct outline outline;

    outline_begin(&outline, OUTLINE_JSON, take, &text);
    event_outline(&outline, event);
    outline_end(&outline);
    return (size_t)(text.at - json);
}
