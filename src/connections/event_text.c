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

static void put_key(struct text *text, const char *name)
{
    text_string(text, text->at[-1] == '{' ? "\"" : ",\"");
    text_string(text, name);
    text_string(text, "\":");
}

static void put_seconds(struct text *text, const char *name, bool is_present, int64_t ns)
{
    if (!is_present)
        return;
    put_key(text, name);
    text_seconds(text, ns, 9, 0);
}

static void put_word(struct text *text, const char *name, const char *word)
{
    if (!word)
        return;
    put_key(text, name);
    text_char(text, '"');
    text_string(text, word);
    text_char(text, '"');
}

static void put_end(struct text *text, const char *name, const struct connmon_endpoint *end)
{
    put_key(text, name);
    text_char(text, '"');
    text_endpoint(text, end);
    text_char(text, '"');
}

static void put_number(struct text *text, const char *name, uint64_t number)
{
    put_key(text, name);
    text_unsigned(text, number, 0);
}

size_t event_json(char *json, size_t size, const struct event *event)
{
    struct text text = {json, json + size};

    text_char(&text, '{');
    put_seconds(&text, "time", event->has_time, event->time_ns);
    put_word(&text, "event", kinds[event->kind].name);
    put_word(&text, "by", connmon_side_name(event->by));
    put_number(&text, "stream", event->stream);
    put_end(&text, "client", &event->client);
    put_end(&text, "server", &event->server);
    put_seconds(&text, "age", event->has_time, event->age_ns);
    put_seconds(&text, "server_delay", event->has_server_delay, event->server_delay_ns);
    put_seconds(&text, "client_delay", event->has_client_delay, event->client_delay_ns);
    put_number(&text, "opened", event->opened);
    put_number(&text, "closed", event->closed);
    put_number(&text, "open", event->open);
    text_string(&text, "}\n");
    return (size_t)(text.at - json);
}
