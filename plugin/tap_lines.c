/* tap_lines.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_lines.h"

#include <stdio.h>
#include <string.h>

#include "csv.h"
#include "json.h"
#include "line.h"
#include "output.h"
#include "summary.h"
#include "taps.h"

/* What one -z connmon,lines, connmon,json or connmon,csv needs. */
struct packet_tap {
    struct connmon_line_format format;
    struct connmon_summary summary;
};

static tap_packet_status print_line(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                    const void *observation, tap_flags_t flags _U_)
{
    struct packet_tap *tap = data;
    char line[CONNMON_LINE_SIZE];
    size_t size = connmon_line(line, sizeof(line), observation, tap->format);

    connmon_summary_add(&tap->summary, observation);
    if (size > 0)
        output_write(line, size);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status print_json(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                    const void *observation, tap_flags_t flags _U_)
{
    char json[CONNMON_JSON_SIZE];

    output_write(json, connmon_json(json, sizeof(json), observation));
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status print_csv(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                   const void *observation, tap_flags_t flags _U_)
{
    char csv[CONNMON_CSV_SIZE];

    output_write(csv, connmon_csv(csv, sizeof(csv), observation));
    return TAP_PACKET_DONT_REDRAW;
}

/* Our own tap has no packet that is not TCP, so Wireshark's tap of all frames counts them. */
static tap_packet_status count_frame(void *summary, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                     const void *nothing _U_, tap_flags_t flags _U_)
{
    ((struct connmon_summary *)summary)->packets++;
    return TAP_PACKET_DONT_REDRAW;
}

static void end_lines(void *data)
{
    const struct packet_tap *tap = data;
    char text[CONNMON_SUMMARY_SIZE];
    size_t size = connmon_summary_text(text, sizeof(text), &tap->summary);

    output_flush();
    fwrite(text, 1, size, stderr);
}

static void end_rows(void *data _U_)
{
    output_flush();
}

/* Called when the program ends, after the last packet. */
static void finish(void *data)
{
    struct packet_tap *tap = data;

    output_close();
    connmon_summary_clear(&tap->summary);
    g_free(tap);
}

static char *start(struct packet_tap *tap, const char *filter, tap_packet_cb packet,
                   tap_draw_cb draw)
{
    char *wrong = taps_listen("connmon", tap, filter, NULL, packet, draw, finish);

    if (wrong) {
        g_free(tap);
        return wrong;
    }
    output_open();
    return NULL;
}

char *tap_lines_start(const char *options)
{
    struct packet_tap *tap = g_new0(struct packet_tap, 1);
    char *wrong;

    for (;;) {
        if (taps_take_word(&options, "machine"))
            tap->format.machine = true;
        else if (taps_take_word(&options, "quick"))
            tap->format.quick = true;
        else
            break;
    }
    wrong = start(tap, options, print_line, end_lines);
    if (wrong)
        return wrong;
    return taps_listen("frame", &tap->summary, options, NULL, count_frame, NULL, NULL);
}

char *tap_json_start(const char *options)
{
    return start(g_new0(struct packet_tap, 1), options, print_json, end_rows);
}

char *tap_csv_start(const char *options)
{
    char *wrong = start(g_new0(struct packet_tap, 1), options, print_csv, end_rows);

    if (!wrong)
        output_write(connmon_csv_header, strlen(connmon_csv_header));
    return wrong;
}
