/* tap_bandwidth.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_bandwidth.h"

#include <stdio.h>

#include "bandwidth.h"
#include "extract.h"
#include "output.h"
#include "taps.h"
#include "terminal.h"

enum { DEFAULT_TOP = 10 };

static const double MOST_SECONDS = 1e9;

static void print(void *to _U_, const char *bytes, size_t size)
{
    output_write(bytes, size);
}

static void reset(void *bandwidth)
{
    bandwidth_reset(bandwidth);
}

static tap_packet_status count(void *bandwidth, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    bandwidth_add(bandwidth, observation);
    return TAP_PACKET_DONT_REDRAW;
}

/* Time passes with packets of any kind, once there was one of ours. */
static tap_packet_status pass_time(void *bandwidth, packet_info *pinfo, epan_dissect_t *edt _U_,
                                   const void *nothing _U_, tap_flags_t flags _U_)
{
    if (pinfo->fd->has_ts)
        bandwidth_advance(bandwidth, extract_time(pinfo));
    return TAP_PACKET_DONT_REDRAW;
}

static void draw(void *bandwidth)
{
    bandwidth_finish(bandwidth);
    output_flush();
    if (bandwidth_losses(bandwidth).dropped > 0)
        fprintf(stderr, "tshark: connmon: no memory for the rows of %" PRIu64 " packets\n",
                bandwidth_losses(bandwidth).dropped);
}

static void finish(void *bandwidth)
{
    output_close();
    bandwidth_free(bandwidth);
}

/* Takes a number, which ends with a comma or with the options. False if there is none. */
static bool take_number(const char **options, double *number)
{
    char *end;

    *number = g_ascii_strtod(*options, &end);
    if (end == *options || (*end != '\0' && *end != ','))
        return false;
    *options = end + (*end == ',');
    return true;
}

static char *parse(const char **options, struct bandwidth_config *config)
{
    double number;

    if (!take_number(options, &number) || !(number >= 1e-9 && number <= MOST_SECONDS))
        return g_strdup("SECONDS, the length of the intervals, must be a number above 0");
    config->interval_ns = (int64_t)(number * 1e9);
    for (;;) {
        if (taps_take_word(options, "hosts")) {
            config->by_host = true;
        } else if (g_str_has_prefix(*options, "top=")) {
            *options += strlen("top=");
            if (!take_number(options, &number) || !(number >= 0 && number <= G_MAXUINT32))
                return g_strdup("top must be a number of rows; 0: all");
            config->top = (size_t)number;
        } else {
            return NULL;
        }
    }
}

static char *start(const char *options, bool is_json)
{
    struct bandwidth_config config = {.top = DEFAULT_TOP, .is_json = is_json};
    struct bandwidth *bandwidth;
    char *wrong = parse(&options, &config);

    if (wrong)
        return wrong;
    config.width = terminal_width;
    config.redraws = !is_json && output_is_terminal();
    bandwidth = bandwidth_new(&config, print, NULL);
    wrong = bandwidth ? taps_listen("connmon", bandwidth, options, reset, count, draw, finish)
                      : g_strdup("no memory");
    if (wrong) {
        bandwidth_free(bandwidth);
        return wrong;
    }
    output_open();
    return taps_listen("frame", bandwidth, "", NULL, pass_time, NULL, NULL);
}

char *tap_bandwidth_start(const char *options)
{
    return start(options, false);
}

char *tap_bandwidth_json_start(const char *options)
{
    return start(options, true);
}
