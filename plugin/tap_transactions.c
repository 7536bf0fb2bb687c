/* tap_transactions.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_transactions.h"

#include <stdio.h>

#include "http.h"
#include "listing.h"
#include "output.h"
#include "taps.h"
#include "terminal.h"

#define MOST_EXCHANGES 1048576
#define MOST_BYTES (1024UL * 1024 * 1024) /* names and bodies included */

/* What one -z connmon,http or connmon,transactions needs. */
struct transactions_tap {
    struct exchanges *exchanges; /* kept, if is_http */
    struct sums *sums;           /* of these; NULL if is_http */
    enum listing_format format;
    bool is_http, has_bodies;
    bool has_filter;
    uint32_t selected; /* frame that the user's filter has matched last */
};

static void reset(void *data)
{
    struct transactions_tap *tap = data;

    exchanges_reset(tap->exchanges);
    if (tap->sums)
        sums_reset(tap->sums);
}

static tap_packet_status select_frame(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                                      const void *nothing _U_, tap_flags_t flags _U_)
{
    ((struct transactions_tap *)data)->selected = pinfo->num;
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status add(void *data, packet_info *pinfo, epan_dissect_t *edt,
                             const void *observation, tap_flags_t flags _U_)
{
    const struct transactions_tap *tap = data;
    struct exchange_hints hints;

    http_read(pinfo, edt, tap->has_bodies, &hints);
    hints.is_selected = !tap->has_filter || tap->selected == pinfo->num;
    exchanges_add(tap->exchanges, observation, &hints);
    return TAP_PACKET_DONT_REDRAW;
}

static void print(void *to _U_, const char *bytes, size_t size)
{
    output_write(bytes, size);
}

static void sum_up(void *sums, const struct exchange *exchange)
{
    sums_add(sums, exchange);
}

static void draw(void *data)
{
    const struct transactions_tap *tap = data;
    const size_t width = terminal_width();
    uint64_t dropped;
    bool is_listed;

    exchanges_finish(tap->exchanges);
    is_listed = tap->is_http ? listing_write_http(tap->exchanges, tap->format, tap->has_bodies,
                                                  width, print, NULL)
                             : listing_write_sums(tap->sums, tap->format, width, print, NULL);
    output_flush();
    dropped = exchanges_losses(tap->exchanges).dropped;
    dropped += tap->sums ? sums_losses(tap->sums).dropped : 0;
    if (!is_listed)
        fprintf(stderr, "tshark: connmon: no memory for the transactions\n");
    if (dropped > 0)
        fprintf(stderr, "tshark: connmon: limits dropped %" PRIu64 " messages, texts or packets\n",
                dropped);
}

static void finish(void *data)
{
    struct transactions_tap *tap = data;

    output_close();
    exchanges_free(tap->exchanges);
    sums_free(tap->sums);
    g_free(tap);
}

/* All packets are measured, and those that match the user's filter select what is listed. Of two
 * listeners Wireshark calls the newer first, so a packet is selected before it is measured. What
 * could not be started is freed. */
static char *listen(struct transactions_tap *tap, const char *filter)
{
    char *all = http_filter();
    char *wrong = taps_listen("connmon", tap, all, reset, add, draw, finish);

    g_free(all);
    if (wrong) {
        finish(tap);
        return wrong;
    }
    if (tap->has_filter)
        wrong = taps_listen("connmon", tap, filter, NULL, select_frame, NULL, NULL);
    if (wrong)
        remove_tap_listener(tap); /* which calls finish() */
    return wrong;
}

static char *start(struct transactions_tap kind, const char *filter)
{
    const struct exchanges_limits limits = {.exchanges = MOST_EXCHANGES, .bytes = MOST_BYTES};
    struct transactions_tap *tap;

    kind.has_filter = *filter != '\0';
    kind.sums = kind.is_http ? NULL : sums_new(0);
    kind.exchanges = exchanges_new(&limits, kind.is_http ? NULL : sum_up, kind.sums);
    if (!kind.exchanges || !(kind.sums || kind.is_http)) {
        exchanges_free(kind.exchanges);
        sums_free(kind.sums);
        return g_strdup("no memory");
    }
    tap = g_new(struct transactions_tap, 1);
    *tap = kind;
    output_open();
    return listen(tap, filter);
}

static char *start_http(enum listing_format format, const char *options)
{
    bool has_bodies = taps_take_word(&options, "body");

    return start(
        (struct transactions_tap){.format = format, .is_http = true, .has_bodies = has_bodies},
        options);
}

char *tap_http_start(const char *options)
{
    return start_http(LISTING_TEXT, options);
}

char *tap_http_json_start(const char *options)
{
    return start_http(LISTING_JSON, options);
}

char *tap_http_csv_start(const char *options)
{
    return start_http(LISTING_CSV, options);
}

char *tap_transactions_start(const char *filter)
{
    return start((struct transactions_tap){.format = LISTING_TEXT}, filter);
}

char *tap_transactions_json_start(const char *filter)
{
    return start((struct transactions_tap){.format = LISTING_JSON}, filter);
}

char *tap_transactions_csv_start(const char *filter)
{
    return start((struct transactions_tap){.format = LISTING_CSV}, filter);
}
