/* fuzz_views.c - any bytes as packets, for all that sums up, tells or lists connections
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "bandwidth.h"
#include "event_text.h"
#include "flow_index.h"
#include "segments.h"
#include "tables.h"
#include "view_index.h"

/* What is written, and events; the text is read, so that all of it is there. */
struct heard {
    uint64_t bytes, lines, events, opened, closed;
};

struct views {
    struct heard heard;
    struct statistics *statistics;
    struct events *events;
    struct flow_index *index;
    struct flow_index_options options;
    struct bandwidth *bandwidth[2]; /* of connections, of addresses */
};

static void sink(void *to, const char *text, size_t length)
{
    struct heard *heard = to;

    heard->bytes += length;
    for (size_t i = 0; i < length; i++)
        heard->lines += text[i] == '\n';
}

static void hear_event(void *to, const struct event *event)
{
    struct heard *heard = to;
    char text[EVENT_TEXT_SIZE];

    heard->events++;
    check(event->kind > CONNMON_EVENT_NONE && event->kind < EVENT_KIND_COUNT);
    /* A reset that proves to have been ignored had closed nothing. */
    check(event->opened >= heard->opened && event->closed + 1 >= heard->closed);
    check(event->closed + event->open <= event->opened);
    heard->opened = event->opened;
    heard->closed = event->closed;
    sink(heard, text, event_line(text, sizeof(text), event));
    sink(heard, text, event_json(text, sizeof(text), event));
}

static void take_word(struct view_options *options, const char *word, size_t size)
{
    const char *equals = memchr(word, '=', size);
    const size_t length = equals ? (size_t)(equals - word) : size;
    const enum view_option_id id = view_option_find(word, length);
    char value[64] = "";

    if (id == VIEW_OPTION_COUNT)
        return;
    if (equals)
        memcpy(value, equals + 1,
               size - length - 1 < sizeof(value) ? size - length - 1 : sizeof(value) - 1);
    view_option_set(options, id, word, length, equals ? value : NULL);
}

/* Some words as users might write them, some that nobody would. */
static void take_options(struct input *in, struct flow_index_options *index)
{
    static const char *const words[] = {"worst=2",          "min-rtt-p95=0.001",
                                        "max-packets=9",    "min-server-rtt-p95=1",
                                        "max-duration=1e9", "worst=0"};
    struct view_options options = view_options_initial();

    for (uint8_t count = take(in) % 10; count > 0; count--) {
        const uint8_t which = take(in);
        size_t size = which;
        uint8_t *bytes;

        if (which < 6) {
            take_word(&options, words[which], strlen(words[which]));
            continue;
        }
        bytes = take_bytes(in, &size);
        take_word(&options, (const char *)bytes, strnlen((const char *)bytes, size));
        free(bytes);
    }
    check(options.bounds.count <= BOUNDS_MOST);
    *index = view_index_options(&options);
}

static void open_views(struct views *views, struct input *in)
{
    static const int64_t lengths[] = {1, 1000000, 1000000000, INT64_MAX};
    static const int64_t timeouts[] = {0, 1, 300000000000, INT64_MAX};
    const uint8_t head = take(in);
    const uint32_t most = head & 64 ? 2 : 0;
    struct bandwidth_config config = {.interval_ns = lengths[head % 4],
                                      .top = head & 16 ? 3 : 0,
                                      .most = most,
                                      .is_json = head & 32};

    memset(views, 0, sizeof(*views));
    views->statistics = statistics_new(most);
    views->events = events_new(timeouts[head / 4 % 4], most, hear_event, &views->heard);
    views->index = flow_index_new(most);
    views->bandwidth[0] = bandwidth_new(&config, sink, &views->heard);
    config.by_host = true;
    views->bandwidth[1] = bandwidth_new(&config, sink, &views->heard);
    check(views->statistics && views->events && views->index);
    check(views->bandwidth[0] && views->bandwidth[1]);
    take_options(in, &views->options);
    views->options.has_streams = head & 128;
}

static void add(struct views *views, const struct connmon_observation *seen)
{
    statistics_add(views->statistics, seen);
    events_add(views->events, seen);
    flow_index_add(views->index, seen);
    for (int i = 0; i < 2; i++)
        bandwidth_add(views->bandwidth[i], seen);
}

static void pass_time(struct views *views, int64_t time_ns)
{
    events_advance(views->events, time_ns);
    for (int i = 0; i < 2; i++)
        bandwidth_advance(views->bandwidth[i], time_ns);
}

static void check_index(struct views *views)
{
    for (enum outline_format format = OUTLINE_JSON; format <= OUTLINE_TEXT; format++) {
        views->options.format = format;
        check(flow_index_write(views->index, &views->options, sink, &views->heard));
    }
    check(flow_index_losses(views->index).dropped == 0);
}

/* JSON has a line for each row, CSV one more. */
static void check_tables(struct views *views, const struct connmon_stats *core)
{
    for (enum tables_kind kind = TABLES_CONVERSATIONS; kind <= TABLES_HOSTS; kind++) {
        size_t rows;
        struct heard csv = {0}, json = {0};

        check((kind == TABLES_HOSTS ? statistics_hosts(views->statistics, &rows)
                                    : statistics_conversations(views->statistics, &rows)) != NULL);
        check(tables_write(views->statistics, kind, TABLES_TEXT, 100, core, sink, &views->heard));
        check(tables_write(views->statistics, kind, TABLES_CSV, 100, core, sink, &csv));
        check(tables_write(views->statistics, kind, TABLES_JSON, 100, core, sink, &json));
        check(csv.lines == rows + 1 && json.lines == rows);
    }
}

static void check_totals(const struct views *views, uint64_t packets, uint64_t copies)
{
    const struct statistics_totals totals = statistics_totals(views->statistics);
    const struct events_totals events = events_totals(views->events);

    check(totals.packets == packets - copies && totals.copies == copies &&
          totals.lost.dropped == 0);
    check(events.closed <= events.opened && events.lost.dropped == 0);
    check(events.opened == views->heard.opened || views->heard.events == 0);
    check(bandwidth_losses(views->bandwidth[0]).dropped == 0);
}

static void close_views(struct views *views)
{
    statistics_free(views->statistics);
    events_free(views->events);
    flow_index_free(views->index);
    for (int i = 0; i < 2; i++)
        bandwidth_free(views->bandwidth[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    struct connmon_config config = connmon_config_default();
    struct connmon *core;
    struct connmon_stats stats;
    struct views views;
    uint64_t packet = 0, packets = 0, copies = 0;
    int64_t now = 0;

    config.begin_at_syn = take(&in) & 1;
    config.max_age_ns = take(&in) & 1 ? INT64_MAX : config.max_age_ns;
    core = connmon_new(&config);
    check(core != NULL);
    open_views(&views, &in);
    while (in.size > 0) {
        struct connmon_observation seen;

        if (take(&in) > 250)
            pass_time(&views, (int64_t)take64(&in));
        check(take_observation(&in, core, ++packet, &now, &seen));
        packets++;
        copies += seen.result.is_copy;
        add(&views, &seen);
    }
    events_finish(views.events);
    for (int i = 0; i < 2; i++)
        bandwidth_finish(views.bandwidth[i]);
    stats = connmon_stats(core);
    check_index(&views);
    check_tables(&views, &stats);
    check_totals(&views, packets, copies);
    close_views(&views);
    connmon_free(core);
    return 0;
}
