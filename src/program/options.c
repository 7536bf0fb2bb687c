/* options.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "argument.h"
#include "sandbox.h"
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
    MOST_PAUSE_S = 60,
    MOST_KIB = 1 << 20,
};

/* The command line as it is read. */
struct words {
    struct options options;
    bool has[OPTIONS]; /* what was said at all */
    unsigned split_format, index_format;
    uint64_t buffer_kib, worst, max_flows;
    int64_t summary_interval_ns;
};

/* How an option is taken. */
enum kind {
    SAID,    /* that it was, is all */
    FLAG,    /* bool: true */
    WORD,    /* const char *: the argument as it is */
    SOURCE,  /* likewise, but only once */
    COUNT,   /* uint64_t, up to `most` */
    SECONDS, /* int64_t: nanoseconds */
    FACTOR,  /* double */
    CHOICE,  /* unsigned: which of `choices` */
};

struct way {
    enum kind kind;
    bool is_positive; /* 0 is refused */
    size_t at;        /* where the value goes, in struct words */
    uint64_t most;
    const char *const *choices;
    const char *instead;      /* of a second source */
    enum options_table table; /* asked for by this option */
};

#define AT(member) .at = offsetof(struct words, member)

static const char *const split_formats[] = {
    [EXPORT_PCAPNG] = "pcapng",
    [EXPORT_PCAP] = "pcap",
    [EXPORT_JSON] = "json",
    [EXPORT_TEXT] = "txt",
    [EXPORT_PLIST] = "plist",
    [EXPORT_OUTLINE] = "outline",
    NULL,
};
static const char *const index_formats[] = {
    [OUTLINE_JSON] = "json", [OUTLINE_PLIST] = "plist", [OUTLINE_TEXT] = "text", NULL};

static const char join[] = "to join captures: mergecap -w - FILE FILE | connmon -r -";
/* --split-format takes all formats but the last, which --payload asks for. */
_Static_assert(sizeof(split_formats) / sizeof(split_formats[0]) == EXPORT_PAYLOAD + 1,
               "and NULL in its place");
_Static_assert(sizeof(index_formats) / sizeof(index_formats[0]) == OUTLINE_TEXT + 2,
               "and NULL behind them");
_Static_assert(FIRST_ID > UINT8_MAX, "no id is a letter");

static const struct way ways[OPTIONS] = {
    [OPTION_INTERFACE] = {SOURCE, AT(options.interface), .instead = "-i any captures on all"},
    [OPTION_READ] = {SOURCE, AT(options.file), .instead = join},
    [OPTION_EMULATE] = {SOURCE, AT(options.file), .instead = join},
    [OPTION_SPEED] = {FACTOR, AT(options.speed)},
    [OPTION_MAX_SLEEP] = {SECONDS, AT(options.most_pause_ns)},
    [OPTION_FILTER] = {WORD, AT(options.filter)},
    [OPTION_COUNT] = {COUNT, AT(options.count), .most = UINT64_MAX},
    [OPTION_SECONDS] = {SECONDS, AT(options.duration_ns)},
    [OPTION_BUFFER_SIZE] = {COUNT, AT(buffer_kib), .most = MOST_KIB},
    [OPTION_USER] = {WORD, AT(options.user)},
    [OPTION_MACHINE] = {FLAG, AT(options.line.machine)},
    [OPTION_QUICK] = {FLAG, AT(options.line.quick)},
    [OPTION_SHOW_LOCAL] = {FLAG, AT(options.shows_local)},
    [OPTION_JSON] = {FLAG, AT(options.is_json)},
    [OPTION_CSV] = {FLAG, AT(options.is_csv)},
    [OPTION_CONVERSATIONS] = {SAID, .table = TABLE_CONVERSATIONS},
    [OPTION_HOSTS] = {FLAG, AT(options.by_host)},
    [OPTION_TRANSACTIONS] = {SAID, .table = TABLE_TRANSACTIONS},
    [OPTION_EVENTS] = {SAID, .table = TABLE_EVENTS},
    [OPTION_BANDWIDTH] = {SECONDS, AT(options.interval_ns), .is_positive = true,
                          .table = TABLE_BANDWIDTH},
    [OPTION_INDEX] = {CHOICE, AT(index_format), .choices = index_formats, .table = TABLE_INDEX},
    [OPTION_WRITE] = {WORD, AT(options.write)},
    [OPTION_QUIET] = {FLAG, AT(options.is_quiet)},
    [OPTION_VERBOSE] = {.kind = SAID},
    [OPTION_SUM_INT] = {SECONDS, AT(summary_interval_ns)},
    [OPTION_SPLIT] = {WORD, AT(options.split.folder)},
    [OPTION_FLOWS] = {FLAG, AT(options.split.by_flow)},
    [OPTION_SPLIT_FORMAT] = {CHOICE, AT(split_format), .choices = split_formats},
    [OPTION_PAYLOAD] = {.kind = SAID},
    [OPTION_WORST] = {COUNT, AT(worst), .most = UINT32_MAX, .is_positive = true},
    [OPTION_MIN_RTT_P95] = {SECONDS, AT(options.split.min_rtt_ns)},
    [OPTION_OVERWRITE] = {FLAG, AT(options.split.overwrites)},
    [OPTION_RTD_MAX_AGE] = {SECONDS, AT(options.max_age_ns)},
    [OPTION_FLOW_MAX_IDLE] = {SECONDS, AT(options.idle_ns)},
    [OPTION_KEEP_COPIES] = {FLAG, AT(options.keeps_copies)},
    [OPTION_MAX_FLOWS] = {COUNT, AT(max_flows), .most = UINT32_MAX},
};

static void print_help(FILE *to)
{
    fputs("usage: connmon -i INTERFACE | [-r] FILE | -e FILE [options]\n"
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

static bool set_source(const char **source, const char *option, const char *argument,
                       const char *instead)
{
    if (*source) {
        say("--%s %s: there is one source already, %s; %s", option, argument, *source, instead);
        return false;
    }
    *source = argument;
    return true;
}

static bool take_value(const struct way *way, void *value, const char *option, const char *argument)
{
    switch (way->kind) {
    case SAID:
        return true;
    case FLAG:
        return *(bool *)value = true;
    case WORD:
        *(const char **)value = argument;
        return true;
    case SOURCE:
        return set_source(value, option, argument, way->instead);
    case COUNT:
        return argument_count(option, argument, way->most, value) &&
               (!way->is_positive || *(uint64_t *)value > 0 ||
                argument_refuse(option, argument, "a number above 0"));
    case SECONDS:
        return argument_seconds(option, argument, value) &&
               (!way->is_positive || *(int64_t *)value > 0 ||
                argument_refuse(option, argument, "a number above 0"));
    case FACTOR:
        return argument_factor(option, argument, value);
    case CHOICE:
        return argument_choice(option, argument, way->choices, value);
    }
    return false;
}

/* False if the option's argument is wrong. */
static bool take(struct words *words, enum id id, const char *argument)
{
    const struct way *way = &ways[id];

    words->has[id] = true;
    return take_value(way, (char *)words + way->at, infos[id].name, argument) &&
           (way->table == TABLE_NONE || set_table(&words->options, way->table));
}

static const char *check_split(const struct words *words)
{
    const struct options *options = &words->options;
    const bool *has = words->has;

    if (!has[OPTION_SPLIT] && (has[OPTION_FLOWS] || has[OPTION_SPLIT_FORMAT] ||
                               has[OPTION_PAYLOAD] || has[OPTION_OVERWRITE]))
        return "--flows, --split-format, --payload and --overwrite need --split";
    if (!has[OPTION_SPLIT])
        return (has[OPTION_WORST] || has[OPTION_MIN_RTT_P95]) && options->table != TABLE_INDEX
                   ? "--worst and --min-rtt-p95 need --split or --index"
                   : NULL;
    if (options->interface || has[OPTION_EMULATE])
        return "--split needs -r: only a file ends, and can be read at any pace";
    if (options->table == TABLE_NONE && (options->is_json || options->is_csv))
        return "--split has a --split-format, and no lines for --json or --csv";
    if (has[OPTION_PAYLOAD] && has[OPTION_SPLIT_FORMAT])
        return "--payload and --split-format are two kinds of files: ask for one";
    if ((words->worst > 0 || options->split.min_rtt_ns > 0) && strcmp(options->file, "-") == 0)
        return "--worst and --min-rtt-p95 read the capture twice, which standard input cannot: "
               "name a file with -r";
    return NULL;
}

/* What does not go together. */
static bool check(const struct words *words)
{
    const struct options *options = &words->options;
    const char *wrong = NULL;

    if (!options->interface && !options->file)
        wrong = "nothing to do: name an interface with -i or a file with -r";
    else if (options->interface && options->file)
        wrong = "-i and -r are two sources: name one";
    else if (words->has[OPTION_SPEED] && !words->has[OPTION_EMULATE])
        wrong = "--speed needs -e: only an emulation has a speed";
    else if (words->has[OPTION_MAX_SLEEP] && !words->has[OPTION_EMULATE])
        wrong = "--max-sleep needs -e: only an emulation waits";
    else if (options->is_csv && options->table >= TABLE_EVENTS)
        wrong = "--events, --bandwidth and --index have no --csv: ask for JSON";
    else if (options->is_csv && options->is_json)
        wrong = "--csv and --json are two formats: ask for one";
    else
        wrong = check_split(words);
    if (wrong)
        say("%s; see connmon --help", wrong);
    return !wrong;
}

/* --hosts is a table of its own, or --bandwidth of addresses. */
static bool set_hosts(struct options *options)
{
    return !options->by_host || options->table == TABLE_BANDWIDTH ||
           set_table(options, TABLE_HOSTS);
}

/* What depends on other options, or has another type than it is read as. */
static void complete(struct words *words)
{
    struct options *options = &words->options;
    const bool *has = words->has;

    options->is_emulating = has[OPTION_EMULATE];
    options->buffer_kib = (uint32_t)words->buffer_kib;
    options->index_format = (enum outline_format)words->index_format;
    options->split.format =
        has[OPTION_PAYLOAD] ? EXPORT_PAYLOAD : (enum export_format)words->split_format;
    options->split.worst = (uint32_t)words->worst;
    if (has[OPTION_VERBOSE] || has[OPTION_SUM_INT])
        options->summary_interval_ns = words->summary_interval_ns;
    options->timeout_ns = has[OPTION_FLOW_MAX_IDLE] ? options->idle_ns : LIVE_IDLE_S * NS_PER_S;
    if (options->interface && !has[OPTION_FLOW_MAX_IDLE])
        options->idle_ns = LIVE_IDLE_S * NS_PER_S;
    options->max_flows =
        options->interface && !has[OPTION_MAX_FLOWS] ? LIVE_FLOWS : (uint32_t)words->max_flows;
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
        printf("connmon " CONNMON_VERSION "\nsandbox: %s\n", sandbox_text());
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

/* A word without an option is a capture to be read if it is the name of a file, as of wireshark(1);
 * it is no filter, as of tcpdump(1). */
static bool take_operand(struct words *words, const char *word)
{
    if (strcmp(word, "-") == 0 || access(word, F_OK) == 0)
        return take(words, OPTION_READ, word);
    say("%s: no such file, and no option; a capture filter is given with -f, as in -f 'port 443'; "
        "see connmon --help",
        word);
    return false;
}

static bool parse_words(struct words *words, int argc, char **argv, int *exit_status)
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
        if (!take(words, id_of(answer), optarg))
            return false;
    }
    for (; optind < argc; optind++)
        if (!take_operand(words, argv[optind]))
            return false;
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, int *exit_status)
{
    struct words words = {
        .options = {.speed = 1,
                    .most_pause_ns = MOST_PAUSE_S * NS_PER_S,
                    .max_age_ns = 10 * NS_PER_S},
        .split_format = EXPORT_PCAPNG,
        .buffer_kib = BUFFER_KIB,
        .summary_interval_ns = 10 * NS_PER_S,
    };

    *exit_status = EXIT_USAGE;
    if (argc <= 1) {
        print_help(stderr);
        return false;
    }
    if (!parse_words(&words, argc, argv, exit_status) || !set_hosts(&words.options) ||
        !check(&words))
        return false;
    complete(&words);
    *options = words.options;
    return true;
}
