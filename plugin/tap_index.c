/* tap_index.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_index.h"

#include <stdio.h>

#include "flow_index.h"
#include "output.h"
#include "taps.h"

/* What one -z connmon,index needs. */
struct index_tap {
    struct flow_index *index;
    struct flow_index_options options;
};

static void print(void *to _U_, const char *bytes, size_t size)
{
    output_write(bytes, size);
}

static void reset(void *data)
{
    flow_index_reset(((struct index_tap *)data)->index);
}

static tap_packet_status count(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    flow_index_add(((struct index_tap *)data)->index, observation);
    return TAP_PACKET_DONT_REDRAW;
}

static void draw(void *data)
{
    const struct index_tap *tap = data;
    uint64_t dropped = flow_index_losses(tap->index).dropped;

    if (!flow_index_write(tap->index, &tap->options, print, NULL))
        fprintf(stderr, "tshark: connmon: no memory for the index\n");
    output_flush();
    if (dropped > 0)
        fprintf(stderr, "tshark: connmon: no memory for %" PRIu64 " packets of the index\n",
                dropped);
}

static void finish(void *data)
{
    struct index_tap *tap = data;

    output_close();
    flow_index_free(tap->index);
    g_free(tap);
}

/* Takes the words that are options; the rest is a filter. */
static char *parse(const char **words, struct flow_index_options *options)
{
    for (;;) {
        size_t length = strcspn(*words, ",");

        switch (flow_index_take(options, *words, length)) {
        case FLOW_INDEX_UNKNOWN:
            return NULL;
        case FLOW_INDEX_WRONG:
            return g_strdup_printf("\"%.*s\": no such column, or not a number it can have",
                                   (int)length, *words);
        case FLOW_INDEX_TAKEN:
            *words += length + ((*words)[length] == ',');
            break;
        }
    }
}

static char *start(const char *words, enum outline_format format)
{
    struct index_tap *tap = g_new0(struct index_tap, 1);
    char *wrong;

    tap->options.format = format;
    tap->options.has_streams = true;
    wrong = parse(&words, &tap->options);
    if (!wrong) {
        tap->index = flow_index_new(0);
        wrong = tap->index ? taps_listen("connmon", tap, words, reset, count, draw, finish)
                           : g_strdup("no memory");
    }
    if (wrong) {
        flow_index_free(tap->index);
        g_free(tap);
        return wrong;
    }
    output_open();
    return NULL;
}

char *tap_index_start(const char *options)
{
    return start(options, OUTLINE_JSON);
}

char *tap_index_plist_start(const char *options)
{
    return start(options, OUTLINE_PLIST);
}

char *tap_index_text_start(const char *options)
{
    return start(options, OUTLINE_TEXT);
}
