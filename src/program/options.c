/* options.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

#define NS_PER_S INT64_C(1000000000)

enum id {
#define OPTION(id, letter, name, kebab, argument, help) OPTION_##id,
#include "options.def"
#undef OPTION
    OPTIONS,
};

struct option_info {
    int letter;
    const char *name, *kebab, *argument, *help;
};

static const struct option_info infos[OPTIONS] = {
#define OPTION(id, letter, name, kebab, argument, help) {letter, name, kebab, argument, help},
#include "options.def"
#undef OPTION
};

enum {
    FIRST_ID = 256, /* above all letters: what getopt_long() returns is an id plus this */
    NAMES = 2 * OPTIONS + 1,
    LETTERS = 2 * OPTIONS + 2,
    HELP_COLUMN = 28,
    LIVE_IDLE_S = 300,
    LIVE_FLOWS = 200000,
    BUFFER_KIB = 8192,
    MOST_KIB = 1 << 20,
};

/* What cannot be told from the options themselves. */
struct said {
    bool idle, max_flows, speed, verbose, interval;
    bool hosts, selects;
    bool split_more, format, payload; /* options that need --split; two of these */
    int64_t interval_ns;
};

static void print_help(FILE *to)
{
    fputs("usage: connmon -i INTERFACE | -r FILE | -e FILE [options]\n"
          "Passive round-trip delays of TCP, packet by packet.\n\n",
          to);
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_info *info = &infos[i];
        char words[64];
        int length =
            snprintf(words, sizeof(words), "%c%c%c --%s%s%s", info->letter ? '-' : ' ',
                     info->letter ? info->letter : ' ', info->letter ? ',' : ' ', info->name,
                     info->argument ? " " : "", info->argument ? info->argument : "");

        fprintf(to, "  %-*s%s%s\n", HELP_COLUMN, words, length < HELP_COLUMN ? "" : " ",
                info->help);
    }
    fputs("\nNames can be written with hyphens as well, as in --sum-int. See connmon(1).\n", to);
}

static void fill_names(struct option *names, char *letters)
{
    *letters++ = ':'; /* tells a missing argument from an unknown option */
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_info *info = &infos[i];
        int has_argument = info->argument ? required_argument : no_argument;

        *names++ = (struct option){info->name, has_argument, NULL, FIRST_ID + i};
        if (info->kebab)
            *names++ = (struct option){info->kebab, has_argument, NULL, FIRST_ID + i};
        if (info->letter)
            *letters++ = (char)info->letter;
        if (info->letter && info->argument)
            *letters++ = ':';
    }
    *names = (struct option){0};
    *letters = '\0';
}

static bool wrong_argument(enum id id, const char *argument, const char *wanted)
{
    say("--%s %s: must be %s", infos[id].name, argument, wanted);
    return false;
}

static bool parse_count(enum id id, const char *argument, uint64_t most, uint64_t *count)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(argument, &end, 10);
    if (argument[0] < '0' || argument[0] > '9' || *end || errno || value > most)
        return wrong_argument(id, argument, "a whole number");
    *count = value;
    return true;
}

static bool parse_count32(enum id id, const char *argument, uint32_t most, uint32_t *count)
{
    uint64_t value;

    if (!parse_count(id, argument, most, &value))
        return false;
    *count = (uint32_t)value;
    return true;
}

static bool parse_number(enum id id, const char *argument, const char *wanted, double *number)
{
    char *end;

    *number = strtod(argument, &end);
    if (end == argument || *end || !isfinite(*number) || *number < 0)
        return wrong_argument(id, argument, wanted);
    return true;
}

static bool parse_seconds(enum id id, const char *argument, int64_t *ns)
{
    const double most = 1e9; /* some thirty years */
    double seconds;

    if (!parse_number(id, argument, "a number of seconds", &seconds))
        return false;
    *ns = (int64_t)((seconds < most ? seconds : most) * (double)NS_PER_S);
    return true;
}

static bool parse_speed(struct options *options, const char *argument)
{
    return parse_number(OPTION_SPEED, argument, "a number above 0", &options->speed) &&
           (options->speed > 0 || wrong_argument(OPTION_SPEED, argument, "a number above 0"));
}

static bool parse_format(struct options *options, struct said *said, const char *argument)
{
    static const char *const names[] = {
        [EXPORT_PCAPNG] = "pcapng",
        [EXPORT_PCAP] = "pcap",
        [EXPORT_JSON] = "json",
        [EXPORT_TEXT] = "txt",
    };

    said->format = true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(argument, names[i]) != 0)
            continue;
        options->split.format = (enum export_format)i;
        return true;
    }
    return wrong_argument(OPTION_SPLIT_FORMAT, argument, "pcapng, pcap, json or txt");
}

static bool parse_index(struct options *options, const char *argument)
{
    static const char *const names[] = {
        [TREE_JSON] = "json", [TREE_PLIST] = "plist", [TREE_TEXT] = "text"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(argument, names[i]) != 0)
            continue;
        options->index_format = (enum tree_format)i;
        return true;
    }
    return wrong_argument(OPTION_INDEX, argument, "json, plist or text");
}

static bool set_table(struct options *options, enum options_table table)
{
    if (options->table != TABLE_NONE && options->table != table) {
        say("--conversations, --hosts, --transactions, --events, --bandwidth and --index are shown "
            "one at a time: ask for one");
        return false;
    }
    options->table = table;
    return true;
}

static bool set_source(const char **source, enum id id, const char *argument)
{
    if (*source) {
        say("--%s %s: there is one source already, %s", infos[id].name, argument, *source);
        return false;
    }
    *source = argument;
    return true;
}

/* False if the option's argument is wrong. */
static bool take(struct options *options, struct said *said, enum id id, const char *argument)
{
    switch (id) {
    case OPTION_INTERFACE:
        return set_source(&options->interface, id, argument);
    case OPTION_EMULATE:
        options->is_emulating = true;
        return set_source(&options->file, id, argument);
    case OPTION_READ:
        return set_source(&options->file, id, argument);
    case OPTION_SPEED:
        said->speed = true;
        return parse_speed(options, argument);
    case OPTION_FILTER:
        options->filter = argument;
        return true;
    case OPTION_COUNT:
        return parse_count(id, argument, UINT64_MAX, &options->count);
    case OPTION_SECONDS:
        return parse_seconds(id, argument, &options->duration_ns);
    case OPTION_BUFFER_SIZE:
        return parse_count32(id, argument, MOST_KIB, &options->buffer_kib);
    case OPTION_USER:
        options->user = argument;
        return true;
    case OPTION_MACHINE:
        options->line.machine = true;
        return true;
    case OPTION_QUICK:
        options->line.quick = true;
        return true;
    case OPTION_SHOW_LOCAL:
        options->shows_local = true;
        return true;
    case OPTION_JSON:
        options->is_json = true;
        return true;
    case OPTION_CSV:
        options->is_csv = true;
        return true;
    case OPTION_CONVERSATIONS:
        return set_table(options, TABLE_CONVERSATIONS);
    case OPTION_HOSTS:
        return said->hosts = true;
    case OPTION_TRANSACTIONS:
        return set_table(options, TABLE_TRANSACTIONS);
    case OPTION_EVENTS:
        return set_table(options, TABLE_EVENTS);
    case OPTION_BANDWIDTH:
        return parse_seconds(id, argument, &options->interval_ns) &&
               (options->interval_ns > 0 || wrong_argument(id, argument, "a number above 0")) &&
               set_table(options, TABLE_BANDWIDTH);
    case OPTION_INDEX:
        return parse_index(options, argument) && set_table(options, TABLE_INDEX);
    case OPTION_WRITE:
        options->write = argument;
        return true;
    case OPTION_QUIET:
        options->is_quiet = true;
        return true;
    case OPTION_VERBOSE:
        said->verbose = true;
        return true;
    case OPTION_SUM_INT:
        said->interval = true;
        return parse_seconds(id, argument, &said->interval_ns);
    case OPTION_SPLIT:
        options->split.folder = argument;
        return true;
    case OPTION_FLOWS:
        return said->split_more = options->split.by_flow = true;
    case OPTION_SPLIT_FORMAT:
        said->split_more = true;
        return parse_format(options, said, argument);
    case OPTION_PAYLOAD:
        return said->split_more = said->payload = true;
    case OPTION_WORST:
        said->selects = true;
        return parse_count32(id, argument, UINT32_MAX, &options->split.worst) &&
               (options->split.worst > 0 || wrong_argument(id, argument, "a number above 0"));
    case OPTION_MIN_RTT_P95:
        said->selects = true;
        return parse_seconds(id, argument, &options->split.min_rtt_ns);
    case OPTION_OVERWRITE:
        return said->split_more = options->split.overwrites = true;
    case OPTION_RTD_MAX_AGE:
        return parse_seconds(id, argument, &options->max_age_ns);
    case OPTION_FLOW_MAX_IDLE:
        said->idle = true;
        return parse_seconds(id, argument, &options->idle_ns);
    case OPTION_MAX_FLOWS:
        said->max_flows = true;
        return parse_count32(id, argument, UINT32_MAX, &options->max_flows);
    default:
        return false;
    }
}

static const char *check_split(const struct options *options, const struct said *said)
{
    const struct split_options *split = &options->split;

    if (!split->folder && said->split_more)
        return "--flows, --split-format, --payload and --overwrite need --split";
    if (!split->folder)
        return said->selects && options->table != TABLE_INDEX
                   ? "--worst and --min-rtt-p95 need --split or --index"
                   : NULL;
    if (options->interface || options->is_emulating)
        return "--split needs -r: only a file ends, and can be read at any pace";
    if (said->payload && said->format)
        return "--payload and --split-format are two kinds of files: ask for one";
    if ((split->worst > 0 || split->min_rtt_ns > 0) && options->file &&
        strcmp(options->file, "-") == 0)
        return "--worst and --min-rtt-p95 read the capture twice, which standard input cannot: "
               "name a file with -r";
    return NULL;
}

/* What does not go together. */
static bool check(const struct options *options, const struct said *said)
{
    const char *wrong = NULL;

    if (!options->interface && !options->file)
        wrong = "nothing to do: name an interface with -i or a file with -r";
    else if (options->interface && options->file)
        wrong = "-i and -r are two sources: name one";
    else if (said->speed && !options->is_emulating)
        wrong = "--speed needs -e: only an emulation has a speed";
    else if (options->is_csv && options->table >= TABLE_EVENTS)
        wrong = "--events, --bandwidth and --index have no --csv: ask for JSON";
    else if (options->is_csv && options->is_json)
        wrong = "--csv and --json are two formats: ask for one";
    else
        wrong = check_split(options, said);
    if (wrong)
        say("%s; see connmon --help", wrong);
    return !wrong;
}

/* --hosts is a table of its own, or --bandwidth of addresses. */
static bool set_hosts(struct options *options, const struct said *said)
{
    options->by_host = said->hosts;
    return !said->hosts || options->table == TABLE_BANDWIDTH || set_table(options, TABLE_HOSTS);
}

static void complete(struct options *options, const struct said *said)
{
    if (said->payload)
        options->split.format = EXPORT_PAYLOAD;
    if (said->verbose || said->interval)
        options->summary_interval_ns = said->interval_ns;
    options->timeout_ns = said->idle ? options->idle_ns : LIVE_IDLE_S * NS_PER_S;
    if (options->interface && !said->idle)
        options->idle_ns = LIVE_IDLE_S * NS_PER_S;
    if (options->interface && !said->max_flows)
        options->max_flows = LIVE_FLOWS;
}

static bool refuse(int answer, const char *word, int *exit_status)
{
    *exit_status = EXIT_USAGE;
    if (optopt == 'd' || strncmp(word, "--database", strlen("--database")) == 0)
        say("-d: there is no database to write to; --json prints what one can read");
    else if (answer == ':')
        say("%s: needs an argument; see connmon --help", word);
    else if (strncmp(word, "--", 2) == 0)
        say("%s: no such option, or not enough of its name; see connmon --help", word);
    else
        say("-%c: no such option; see connmon --help", optopt);
    return false;
}

static bool inform(enum id id, int *exit_status)
{
    *exit_status = EXIT_GOOD;
    if (id == OPTION_HELP)
        print_help(stdout);
    else
        puts("connmon " CONNMON_VERSION);
    if (fflush(stdout) == 0)
        return false;
    say("standard output: %s", strerror(errno));
    *exit_status = EXIT_INPUT_OUTPUT;
    return false;
}

static enum id id_of(int answer)
{
    enum id id = 0;

    if (answer >= FIRST_ID)
        return (enum id)(answer - FIRST_ID);
    while (infos[id].letter != answer)
        id++;
    return id;
}

static bool parse_words(struct options *options, struct said *said, int argc, char **argv,
                        int *exit_status)
{
    struct option names[NAMES];
    char letters[LETTERS];
    int answer;

    fill_names(names, letters);
    opterr = 0;
    while ((answer = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (answer == '?' || answer == ':')
            return refuse(answer, argv[optind - 1], exit_status);
        if (id_of(answer) == OPTION_HELP || id_of(answer) == OPTION_VERSION)
            return inform(id_of(answer), exit_status);
        if (!take(options, said, id_of(answer), optarg))
            return false;
    }
    if (optind == argc)
        return true;
    say("%s: what is this? Files are named with -r; see connmon --help", argv[optind]);
    return false;
}

bool options_parse(struct options *options, int argc, char **argv, int *exit_status)
{
    struct said said = {.interval_ns = 10 * NS_PER_S};

    *options = (struct options){.speed = 1, .buffer_kib = BUFFER_KIB, .max_age_ns = 10 * NS_PER_S};
    *exit_status = EXIT_USAGE;
    if (argc <= 1) {
        print_help(stderr);
        return false;
    }
    if (!parse_words(options, &said, argc, argv, exit_status) || !set_hosts(options, &said) ||
        !check(options, &said))
        return false;
    complete(options, &said);
    return true;
}
