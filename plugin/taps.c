/* taps.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps.h"

#include <string.h>

#include <epan/stat_tap_ui.h>

#include "interest.h"
#include "tap_bandwidth.h"
#include "tap_conv.h"
#include "tap_events.h"
#include "tap_index.h"
#include "tap_lines.h"
#include "tap_transactions.h"

#define PREFIX "connmon"

static const struct tap_kind kinds[] = {
    {"lines", "[,machine][,quick][,filter]", tap_lines_start},
    {"json", "[,filter]", tap_json_start},
    {"csv", "[,filter]", tap_csv_start},
    {"conv", "[,filter]", tap_conv_start},
    {"conv-json", "[,filter]", tap_conv_json_start},
    {"conv-csv", "[,filter]", tap_conv_csv_start},
    {"hosts", "[,filter]", tap_hosts_start},
    {"hosts-json", "[,filter]", tap_hosts_json_start},
    {"hosts-csv", "[,filter]", tap_hosts_csv_start},
    {"bandwidth", ",SECONDS[,hosts][,top=N][,filter]", tap_bandwidth_start},
    {"bandwidth-json", ",SECONDS[,hosts][,top=N][,filter]", tap_bandwidth_json_start},
    {"index", "[,worst=N][,min-COLUMN=VALUE][,max-COLUMN=VALUE][,filter]", tap_index_start},
    {"index-plist", "[,worst=N][,min-COLUMN=VALUE][,max-COLUMN=VALUE][,filter]",
     tap_index_plist_start},
    {"index-text", "[,worst=N][,min-COLUMN=VALUE][,max-COLUMN=VALUE][,filter]",
     tap_index_text_start},
    {"events", "[,filter]", tap_events_start},
    {"events-json", "[,filter]", tap_events_json_start},
    {"http", "[,body][,filter]", tap_http_start},
    {"http-json", "[,body][,filter]", tap_http_json_start},
    {"http-csv", "[,body][,filter]", tap_http_csv_start},
    {"transactions", "[,filter]", tap_transactions_start},
    {"transactions-json", "[,filter]", tap_transactions_json_start},
    {"transactions-csv", "[,filter]", tap_transactions_csv_start},
};

bool taps_take_word(const char **options, const char *word)
{
    const size_t size = strlen(word);

    if (strncmp(*options, word, size) != 0 || ((*options)[size] != '\0' && (*options)[size] != ','))
        return false;
    *options += size + ((*options)[size] == ',');
    return true;
}

/* One line, whatever the filter compiler has to say. */
static char *one_line(const char *words)
{
    char *line = g_strdelimit(g_strdup(words), "\r\n", ' ');

    return g_strchomp(line);
}

char *taps_listen(const char *tap, void *data, const char *filter, tap_reset_cb reset,
                  tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish)
{
    GString *wrong = register_tap_listener(tap, data, *filter ? filter : NULL, TL_REQUIRES_NOTHING,
                                           reset, packet, draw, finish);
    char *line;

    if (!wrong)
        return NULL;
    line = one_line(wrong->str);
    g_string_free(wrong, TRUE);
    return line;
}

static char *usage(void)
{
    GString *words = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_string_append_printf(words, "%s" PREFIX ",%s%s", i > 0 ? ", " : "", kinds[i].word,
                               kinds[i].options);
    return g_string_free(words, FALSE);
}

/* Our name alone is listed by tshark's -z help, too, and prints what the program prints if it is
 * asked for nothing else. */
static const struct tap_kind *find_kind(const char **options)
{
    if (strcmp(*options, PREFIX) == 0)
        *options = PREFIX ",lines";
    if (taps_take_word(options, PREFIX))
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
            if (taps_take_word(options, kinds[i].word))
                return &kinds[i];
    return NULL;
}

/* Wireshark compares only as much of the argument of -z as we have registered. So the rest of a
 * word is looked at here, for all of them. */
static bool start(const char *argument)
{
    const char *options = argument;
    const struct tap_kind *kind = find_kind(&options);
    char *allowed, *wrong;

    if (!kind) {
        allowed = usage();
        fprintf(stderr, "tshark: Invalid -z argument \"%s\"; it must be one of: %s\n", argument,
                allowed);
        g_free(allowed);
        return false;
    }
    wrong = kind->start(options);
    if (!wrong)
        return true;
    fprintf(stderr, "tshark: -z " PREFIX ",%s%s: %s\n", kind->word, kind->options, wrong);
    g_free(wrong);
    return false;
}

static COMPAT_TAP_INIT start_tap(const char *argument, void *data _U_)
{
    compat_tap_init_end(start(argument));
}

static void register_name(const char *name)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = NULL, /* in no menu */
        .cli_string = name,
        .tap_init_cb = start_tap,
    };

    register_stat_tap_ui(&ui, NULL);
}

void taps_register(void)
{
    if (!interest_is_tshark()) /* others have windows */
        return;
    register_name(PREFIX); /* by itself, and with words that are none of ours */
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        char *name = g_strconcat(PREFIX ",", kinds[i].word, NULL);

        register_name(name);
        g_free(name);
    }
}
