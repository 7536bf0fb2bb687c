/* taps.h - the statistics of connmon on tshark's command line: -z connmon,WORD...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAPS_H
#define CONNMON_PLUGIN_TAPS_H

#include "compat.h"

/* A row of the table in taps.c. */
struct tap_kind {
    const char *word;    /* that follows "connmon," */
    const char *options; /* that may follow it, as a usage says it */
    /* Starts a tap. `options` is what stands behind the word, without the comma; "" if nothing
     * does. Returns NULL if that worked, else what is wrong, in one line, to be freed by g_free().
     */
    char *(*start)(const char *options);
};

/* Makes the statistics known to the program. Called by Wireshark once all dissectors are known. */
void taps_register(void);

/* If `*options` begins with `word` as a whole, passes it by together with its comma. */
bool taps_take_word(const char **options, const char *word);

/* As register_tap_listener(), for packets that match `filter` ("": all). Returns NULL if that
 * worked, else what is wrong, as tap_kind's start does. */
char *taps_listen(const char *tap, void *data, const char *filter, tap_reset_cb reset,
                  tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish);

#endif
