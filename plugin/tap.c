/* tap.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap.h"

#include "compat.h"
#include "dissector.h"
#include "extract.h"
#include "http.h"
#include "output.h"
#include "summary.h"
#include "tables.h"
#include "terminal.h"

/* What one -z connmon,VIEW needs. */
struct tap {
    const struct view_kind *kind;
    void *view;
    bool has_bodies;                /* of HTTP */
    bool has_filter;                /* packets are selected by another listener */
    uint32_t selected;              /* frame that the user's filter has matched last */
    bool has_summary;               /* a line of it follows, as the command line has it */
    struct connmon_summary summary; /* if so */
};

static void tap_print(void *to _U_, const char *bytes, size_t size)
{
    output_write(bytes, size);
}

static void tap_reset(void *data)
{
    const struct tap *tap = data;

    tap->kind->functions->reset(tap->view);
}

static tap_packet_status tap_packet(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *observation, tap_flags_t flags _U_)
{
    struct tap *tap = data;
    struct exchange_hints hints;
    const bool has_hints = tap->kind->traits & VIEW_MESSAGES;

    if (has_hints) {
        http_read(pinfo, edt, tap->has_bodies, &hints);
        hints.is_selected = !tap->has_filter || tap->selected == pinfo->num;
    }
    if (tap->has_summary)
        connmon_summary_add(&tap->summary, observation);
    tap->kind->functions->add(tap->view, observation, has_hints ? &hints : NULL);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status tap_select(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                                    const void *observation _U_, tap_flags_t flags _U_)
{
    ((struct tap *)data)->selected = pinfo->num;
    return TAP_PACKET_DONT_REDRAW;
}

/* Our own tap has no packet that is not TCP, so Wireshark's tap of all frames tells of them: they
 * count, and time passes with them. But not with a copy, which would confirm a wrong time. */
static tap_packet_status tap_frame(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                                   const void *nothing _U_, tap_flags_t flags _U_)
{
    struct tap *tap = data;
    const struct view_functions *functions = tap->kind->functions;

    tap->summary.packets++;
    if (functions->advance && pinfo->fd->has_ts && !dissector_has_copy())
        functions->advance(tap->view, extract_time(pinfo));
    return TAP_PACKET_DONT_REDRAW;
}

/* What limits of the view have dropped, behind what it shows. */
static void tap_tell_losses(const struct tap *tap)
{
    static const struct connmon_stats none;
    char text[TABLES_DROPPED_SIZE];

    if (!tap->kind->functions->losses)
        return;
    tables_dropped(text, sizeof(text), &none, tap->kind->functions->losses(tap->view));
    if (text[0])
        fprintf(stderr, "tshark: connmon,%s: %s", tap->kind->name, text);
}

static void tap_draw(void *data)
{
    const struct tap *tap = data;
    struct connmon_stats core = {0};
    char text[CONNMON_SUMMARY_SIZE];

    dissector_stats(&core);
    if (!tap->kind->functions->finish(tap->view, &core))
        fprintf(stderr, "tshark: connmon,%s: no memory\n", tap->kind->name);
    output_flush();
    tap_tell_losses(tap);
    if (tap->has_summary)
        fwrite(text, 1, connmon_summary_text(text, sizeof(text), &tap->summary), stderr);
}

/* Called when the program ends, after the last packet. */
static void tap_end(void *data)
{
    struct tap *tap = data;

    output_close();
    connmon_summary_clear(&tap->summary);
    tap->kind->functions->free(tap->view);
    g_free(tap);
}

/* One line, whatever the filter compiler has to say. */
static char *one_line(GString *wrong)
{
    char *line;

    if (!wrong)
        return NULL;
    line = g_strchomp(g_strdelimit(g_strdup(wrong->str), "\r\n", ' '));
    g_string_free(wrong, TRUE);
    return line;
}

static char *tap_listen(struct tap *tap, const char *filter, tap_packet_cb packet)
{
    return one_line(register_tap_listener("connmon", tap, *filter ? filter : NULL,
                                          TL_REQUIRES_NOTHING, NULL, packet, NULL, NULL));
}

/* All packets are measured, and those that match the user's filter select what is counted. Of two
 * listeners Wireshark calls the newer first, so a packet is selected before it is measured. */
static char *tap_listen_to_messages(struct tap *tap, const char *filter)
{
    char *all = http_filter();
    char *wrong = one_line(register_tap_listener("connmon", tap, all, TL_REQUIRES_NOTHING,
                                                 tap_reset, tap_packet, tap_draw, tap_end));

    g_free(all);
    if (wrong) {
        tap_end(tap);
        return wrong;
    }
    tap->has_filter = *filter != '\0';
    if (tap->has_filter)
        wrong = tap_listen(tap, filter, tap_select);
    if (wrong)
        remove_tap_listener(tap); /* which calls tap_end() */
    return wrong;
}

static char *tap_listen_to_packets(struct tap *tap, const char *filter)
{
    char *wrong =
        one_line(register_tap_listener("connmon", tap, *filter ? filter : NULL, TL_REQUIRES_NOTHING,
                                       tap_reset, tap_packet, tap_draw, tap_end));

    if (wrong) {
        tap_end(tap);
        return wrong;
    }
    if (tap->has_summary || tap->kind->functions->advance)
        wrong = one_line(register_tap_listener("frame", tap,
                                               tap->has_summary && *filter ? filter : NULL,
                                               TL_REQUIRES_NOTHING, NULL, tap_frame, NULL, NULL));
    return wrong;
}

char *tap_begin(const struct view_kind *kind, const struct view_options *options,
                const char *filter)
{
    const struct view_config config = {
        .options = *options,
        .has_streams = true,
        .redraws = output_is_terminal(),
        .width = terminal_width,
        .sink = tap_print,
    };
    const char *head = view_head(kind, options);
    void *view = kind->functions->begin(&config);
    struct tap *tap;
    char *wrong;

    if (!view)
        return g_strdup("no memory");
    tap = g_new0(struct tap, 1);
    tap->kind = kind;
    tap->view = view;
    tap->has_bodies = options->has_bodies;
    tap->has_summary = kind->id == VIEW_LINES && options->format == VIEW_TEXT;
    output_open();
    wrong = kind->traits & VIEW_MESSAGES ? tap_listen_to_messages(tap, filter)
                                         : tap_listen_to_packets(tap, filter);
    if (!wrong && head)
        output_write(head, strlen(head));
    return wrong;
}
