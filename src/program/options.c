/* options.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "argument.h"
#include "option_words.h"
#include "sandbox.h"
#include "say.h"

#define NS_PER_S INT64_C(1000000000)

enum {
    LIVE_IDLE_S = 300,
    LIVE_FLOWS = 200000,
    BUFFER_KIB = 8192,
    MOST_PAUSE_S = 60,
    MOST_KIB = 1 << 20,
    /* Bounds what hostile connections may hold; honest ones need a tenth of it. */
    CORE_LEAST_BYTES = 64 << 20,
    CORE_BYTES_EACH = 4096,
};

/* Of views, what --split looks at, too: which connections become files. */
static const unsigned of_files =
    1U << VIEW_OPTION_WORST | 1U << VIEW_OPTION_MIN | 1U << VIEW_OPTION_MAX;
/* What is no mistake with a view that has no use for it: the original takes them with all it does.
 */
static const unsigned of_all =
    1U << VIEW_OPTION_FORMAT | 1U << VIEW_OPTION_MACHINE | 1U << VIEW_OPTION_QUICK;

/* The command line as it is read. */
struct parsed {
    struct options options;
    bool has[OPTION_COUNT];              /* what was said at all */
    unsigned views;                      /* 1 << enum view_id: those that were */
    unsigned view_options;               /* 1 << enum view_option_id, likewise */
    const char *format;                  /* the word that said it; NULL: none */
    const char *settings[SETTING_COUNT]; /* NULL: not said */
    unsigned split_format;
    uint64_t buffer_kib, max_flows;
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
    SETTING, /* `at` is which one */
};

struct way {
    enum kind kind;
    size_t at; /* where the value goes, in struct parsed */
    uint64_t most;
    const char *const *choices;
    const char *instead; /* of a second source */
};

#define AT(member) .at = offsetof(struct parsed, member)

static const char *const split_formats[] = {
    [EXPORT_PCAPNG] = "pcapng",
    [EXPORT_PCAP] = "pcap",
    [EXPORT_JSON] = "json",
    [EXPORT_TEXT] = "txt",
    [EXPORT_PLIST] = "plist",
    [EXPORT_OUTLINE] = "outline",
    NULL,
};
static const char join[] = "to join captures: mergecap -w - FILE FILE | connmon -r -";
/* --split-format takes all formats but the last, which --payload asks for. */
_Static_assert(sizeof(split_formats) / sizeof(split_formats[0]) == EXPORT_PAYLOAD + 1,
               "and NULL in its place");

static const struct way ways[OPTION_COUNT] = {
    [OPTION_INTERFACE] = {SOURCE, AT(options.interface), .instead = "-i any captures on all"},
    [OPTION_READ] = {SOURCE, AT(options.file), .instead = join},
    [OPTION_EMULATE] = {SOURCE, AT(options.file), .instead = join},
    [OPTION_SPEED] = {FACTOR, AT(options.speed)},
    [OPTION_MAX_SLEEP] = {SECONDS, AT(options.most_pause_ns)},
    [OPTION_FILTER] = {WORD, AT(options.filter)},
    [OPTION_PACKETS] = {COUNT, AT(options.count), .most = UINT64_MAX},
    [OPTION_SECONDS] = {SECONDS, AT(options.duration_ns)},
    [OPTION_BUFFER_SIZE] = {COUNT, AT(buffer_kib), .most = MOST_KIB},
    [OPTION_USER] = {WORD, AT(options.user)},
    [OPTION_SHOW_LOCAL] = {FLAG, AT(options.shows_local)},
    [OPTION_JSON] = {.kind = SAID},
    [OPTION_CSV] = {.kind = SAID},
    [OPTION_WRITE] = {WORD, AT(options.write)},
    [OPTION_QUIET] = {FLAG, AT(options.is_quiet)},
    [OPTION_VERBOSE] = {.kind = SAID},
    [OPTION_SUM_INT] = {SECONDS, AT(summary_interval_ns)},
    [OPTION_SPLIT] = {WORD, AT(options.split.folder)},
    [OPTION_FLOWS] = {FLAG, AT(options.split.by_flow)},
    [OPTION_SPLIT_FORMAT] = {CHOICE, AT(split_format), .choices = split_formats},
    [OPTION_PAYLOAD] = {.kind = SAID},
    [OPTION_OVERWRITE] = {FLAG, AT(options.split.overwrites)},
    [OPTION_RTD_MAX_AGE] = {.kind = SETTING, .at = SETTING_MAX_AGE},
    [OPTION_FLOW_MAX_IDLE] = {.kind = SETTING, .at = SETTING_IDLE},
    [OPTION_KEEP_COPIES] = {.kind = SETTING, .at = SETTING_KEEP_COPIES},
    [OPTION_OPTION] = {.kind = SAID},
    [OPTION_MAX_FLOWS] = {COUNT, AT(max_flows), .most = UINT32_MAX},
};

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
    case SETTING:
        return true;
    case FLAG:
        return *(bool *)value = true;
    case WORD:
        *(const char **)value = argument;
        return true;
    case SOURCE:
        return set_source(value, option, argument, way->instead);
    case COUNT:
        return argument_count(option, argument, way->most, value);
    case SECONDS:
        return argument_seconds(option, argument, value);
    case FACTOR:
        return argument_factor(option, argument, value);
    case CHOICE:
        return argument_choice(option, argument, way->choices, value);
    }
    return false;
}

/* False if it was told already to be another. */
static bool set_format(struct parsed *parsed, const char *word, enum view_format format)
{
    enum view_format *set = &parsed->options.view_options.format;

    if (parsed->format && *set != format) {
        say("--%s and --%s ask for two formats: ask for one; see connmon --help", parsed->format,
            word);
        return false;
    }
    parsed->format = word;
    *set = format;
    return true;
}

/* An option of a view, or the argument of one, by that word. */
static bool take_view_option(struct parsed *parsed, enum view_option_id id, const char *word,
                             const char *argument)
{
    struct view_options *options = &parsed->options.view_options;
    const enum view_format format = options->format;
    const char *wrong = view_option_set(options, id, word, strlen(word), argument);
    const enum view_format wanted = options->format;

    if (wrong)
        return argument_refuse(word, argument, wrong);
    options->format = format;
    return id != VIEW_OPTION_FORMAT || set_format(parsed, word, wanted);
}

/* Checked now, set once it is known what else is. */
static bool take_setting(struct parsed *parsed, enum setting_id id, const char *word,
                         const char *value)
{
    const char *wrong = settings_parse(&parsed->options.settings, id, value);

    parsed->settings[id] = value;
    return !wrong || argument_refuse(word, value, wrong);
}

/* NAME:VALUE */
static bool take_named_setting(struct parsed *parsed, const char *argument)
{
    const char *colon = strchr(argument, ':');
    const enum setting_id id =
        colon ? setting_find(argument, (size_t)(colon - argument)) : SETTING_COUNT;
    const char *wrong;

    if (id == SETTING_COUNT)
        return argument_refuse("option", argument, "NAME:VALUE; connmon --help lists the names");
    parsed->settings[id] = colon + 1;
    wrong = settings_parse(&parsed->options.settings, id, colon + 1);
    return !wrong || argument_refuse("option", argument, wrong);
}

static bool take_view(struct parsed *parsed, const struct view_kind *kind, const char *argument)
{
    parsed->views |= 1U << kind->id;
    return kind->argument == VIEW_OPTION_NOTHING ||
           take_view_option(parsed, kind->argument, kind->name, argument);
}

/* False if the option's argument is wrong. */
static bool take_option(struct parsed *parsed, enum option_id id, const char *argument)
{
    const struct way *way = &ways[id];

    parsed->has[id] = true;
    if (id == OPTION_JSON || id == OPTION_CSV)
        return set_format(parsed, option_infos[id].name, id == OPTION_JSON ? VIEW_JSON : VIEW_CSV);
    if (id == OPTION_OPTION)
        return take_named_setting(parsed, argument);
    if (way->kind == SETTING)
        return take_setting(parsed, (enum setting_id)way->at, option_infos[id].name,
                            argument ? argument : "TRUE");
    return take_value(way, (char *)parsed + way->at, option_infos[id].name, argument);
}

static bool take(struct parsed *parsed, const struct word *word, const char *argument)
{
    switch (word->kind) {
    case WORD_OPTION:
        return take_option(parsed, (enum option_id)word->id, argument);
    case WORD_VIEW:
        return take_view(parsed, &view_kinds[word->id], argument);
    case WORD_VIEW_OPTION:
        parsed->view_options |= 1U << word->id;
        return take_view_option(parsed, (enum view_option_id)word->id, word->name, argument);
    }
    return false;
}

/* A view whose name is an option of another that was asked for, too, is that option: --hosts with
 * --bandwidth. */
static void turn_views_into_options(struct parsed *parsed)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        const char *name = view_kinds[i].name;
        const enum view_option_id id = view_option_find(name, strlen(name));

        for (int j = 0; id != VIEW_OPTION_COUNT && j < VIEW_COUNT; j++)
            if (parsed->views >> i & 1 && parsed->views >> j & 1 &&
                view_kinds[j].options >> id & 1 && take_view_option(parsed, id, name, NULL))
                parsed->views &= ~(1U << i);
    }
}

/* False if there are several. Without any, lines are shown, unless files are written instead. */
static bool choose_view(struct parsed *parsed)
{
    const struct view_kind *chosen = NULL;

    turn_views_into_options(parsed);
    for (int i = 0; i < VIEW_COUNT; i++) {
        if (!(parsed->views >> i & 1))
            continue;
        if (chosen) {
            say("--%s and --%s are shown one at a time: ask for one; see connmon --help",
                chosen->name, view_kinds[i].name);
            return false;
        }
        chosen = &view_kinds[i];
    }
    parsed->options.view = chosen || parsed->has[OPTION_SPLIT] ? chosen : &view_kinds[VIEW_LINES];
    return true;
}

static const char *check_view_options(const struct parsed *parsed, char *wrong, size_t size)
{
    const struct view_kind *view = parsed->options.view;
    const unsigned has =
        of_all | (view ? view->options : 0) | (parsed->has[OPTION_SPLIT] ? of_files : 0);

    char list[OPTION_LIST_SIZE];

    for (int i = 0; i < VIEW_OPTION_COUNT; i++)
        if (parsed->view_options >> i & 1 && !(has >> i & 1)) {
            snprintf(wrong, size, "--%s needs %s", view_option_table[i].name,
                     option_words_users(list, sizeof(list), (enum view_option_id)i, of_files));
            return wrong;
        }
    if (!parsed->format || !view || view->formats >> parsed->options.view_options.format & 1)
        return NULL;
    snprintf(wrong, size, "--%s: --%s has no %s; ask for %s", parsed->format, view->name,
             view_format_name(parsed->options.view_options.format),
             option_words_formats(list, sizeof(list), view));
    return wrong;
}

static const char *check_split(const struct parsed *parsed)
{
    const struct options *options = &parsed->options;
    const bool *has = parsed->has;

    if (!has[OPTION_SPLIT] && (has[OPTION_FLOWS] || has[OPTION_SPLIT_FORMAT] ||
                               has[OPTION_PAYLOAD] || has[OPTION_OVERWRITE]))
        return "--flows, --split-format, --payload and --overwrite need --split";
    if (!has[OPTION_SPLIT])
        return NULL;
    if (options->interface || has[OPTION_EMULATE])
        return "--split needs -r: only a file ends, and can be read at any pace";
    if (!options->view && parsed->format)
        return "--split has a --split-format, and no lines for --json or --csv";
    if (has[OPTION_PAYLOAD] && has[OPTION_SPLIT_FORMAT])
        return "--payload and --split-format are two kinds of files: ask for one";
    if (parsed->view_options & of_files && strcmp(options->file, "-") == 0)
        return "--worst, --min-COLUMN and --max-COLUMN read the capture twice, which standard "
               "input cannot: name a file with -r";
    return NULL;
}

/* What does not go together. */
static bool check(const struct parsed *parsed)
{
    const struct options *options = &parsed->options;
    const char *wrong = NULL;
    char text[2 * OPTION_LIST_SIZE];

    if (!options->interface && !options->file)
        wrong = "nothing to do: name an interface with -i or a file with -r";
    else if (options->interface && options->file)
        wrong = "-i and -r are two sources: name one";
    else if (parsed->has[OPTION_SPEED] && !parsed->has[OPTION_EMULATE])
        wrong = "--speed needs -e: only an emulation has a speed";
    else if (parsed->has[OPTION_MAX_SLEEP] && !parsed->has[OPTION_EMULATE])
        wrong = "--max-sleep needs -e: only an emulation waits";
    else
        wrong = check_split(parsed);
    if (!wrong)
        wrong = check_view_options(parsed, text, sizeof(text));
    if (wrong)
        say("%s; see connmon --help", wrong);
    return !wrong;
}

/* A file can afford memory with every packet, as Wireshark's window does, and its figures are
 * Wireshark's; but to wait for an ACK that hundreds of later ones have overtaken costs a sixth of
 * the time, for nothing. A live capture may go on for weeks. */
static struct connmon_config usual_config(bool is_live)
{
    struct connmon_config config = is_live ? connmon_config_default() : connmon_config_exact();

    config.max_passed = connmon_config_default().max_passed;
    config.idle_ns = is_live ? LIVE_IDLE_S * NS_PER_S : 0;
    config.max_connections = is_live ? LIVE_FLOWS / 2 : 0;
    config.begin_at_syn = true; /* nobody else tells where ports are used again */
    return config;
}

/* What was said, on what is usual. The memory goes with the connections, unless it was said. */
static void set_settings(struct parsed *parsed)
{
    struct options *options = &parsed->options;
    struct settings *settings = &options->settings;
    struct connmon_config *core = &settings->core;

    *settings = settings_initial(usual_config(options->interface != NULL));
    if (parsed->has[OPTION_MAX_FLOWS])
        core->max_connections = (uint32_t)(parsed->max_flows / 2 + parsed->max_flows % 2);
    for (int i = 0; i < SETTING_COUNT; i++)
        if (parsed->settings[i])
            settings_parse(settings, (enum setting_id)i, parsed->settings[i]);
    if (core->max_connections != 0 && !parsed->settings[SETTING_MAX_MEMORY])
        core->max_memory = CORE_LEAST_BYTES + (size_t)core->max_connections * CORE_BYTES_EACH;
}

/* What depends on other options, or has another type than it is read as. */
static void complete(struct parsed *parsed)
{
    struct options *options = &parsed->options;
    const bool *has = parsed->has;

    options->is_emulating = has[OPTION_EMULATE];
    options->buffer_kib = (uint32_t)parsed->buffer_kib;
    options->split.format =
        has[OPTION_PAYLOAD] ? EXPORT_PAYLOAD : (enum export_format)parsed->split_format;
    if (has[OPTION_VERBOSE] || has[OPTION_SUM_INT])
        options->summary_interval_ns = parsed->summary_interval_ns;
    if (!parsed->format && options->view)
        options->view_options.format = options->view->initial;
    set_settings(parsed);
    if (parsed->settings[SETTING_IDLE] && !(parsed->view_options >> VIEW_OPTION_TIMEOUT & 1))
        options->view_options.timeout_ns = options->settings.core.idle_ns;
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

static bool inform(enum option_id id, int *exit_status)
{
    *exit_status = EXIT_GOOD;
    if (id == OPTION_HELP)
        option_words_help(stdout, of_files);
    else
        printf("connmon " CONNMON_VERSION "\nsandbox: %s\n", sandbox_text());
    if (fflush(stdout) == 0)
        return false;
    say("standard output: %s", strerror(errno));
    *exit_status = EXIT_INPUT_OUTPUT;
    return false;
}

/* A word without an option is a capture to be read if it is the name of a file, as of wireshark(1);
 * it is no filter, as of tcpdump(1). */
static bool take_operand(struct parsed *parsed, const char *word)
{
    if (strcmp(word, "-") == 0 || access(word, F_OK) == 0)
        return take_option(parsed, OPTION_READ, word);
    say("%s: no such file, and no option; a capture filter is given with -f, as in -f 'port 443'; "
        "see connmon --help",
        word);
    return false;
}

static bool parse_words(struct parsed *parsed, const struct option_words *all, int argc,
                        char **argv, int *exit_status)
{
    int answer;

    opterr = 0;
    while ((answer = getopt_long(argc, argv, all->letters, all->names, NULL)) != -1) {
        struct word word;

        if (answer == '?' || answer == ':')
            return refuse(answer, argv[optind - 1], exit_status);
        word = option_words_find(all, answer);
        if (word.kind == WORD_OPTION && (word.id == OPTION_HELP || word.id == OPTION_VERSION))
            return inform((enum option_id)word.id, exit_status);
        if (!take(parsed, &word, optarg))
            return false;
    }
    for (; optind < argc; optind++)
        if (!take_operand(parsed, argv[optind]))
            return false;
    return true;
}

static bool parse(struct parsed *parsed, int argc, char **argv, int *exit_status)
{
    struct option_words all;
    bool is_parsed = false;

    if (option_words_init(&all))
        is_parsed = parse_words(parsed, &all, argc, argv, exit_status);
    else
        say("no memory");
    option_words_free(&all);
    return is_parsed;
}

bool options_parse(struct options *options, int argc, char **argv, int *exit_status)
{
    struct parsed parsed = {
        .options = {.speed = 1,
                    .most_pause_ns = MOST_PAUSE_S * NS_PER_S,
                    .view_options = view_options_initial()},
        .split_format = EXPORT_PCAPNG,
        .buffer_kib = BUFFER_KIB,
        .summary_interval_ns = 10 * NS_PER_S,
    };

    *exit_status = EXIT_USAGE;
    if (argc <= 1) {
        option_words_help(stderr, of_files);
        return false;
    }
    if (!parse(&parsed, argc, argv, exit_status) || !choose_view(&parsed) || !check(&parsed))
        return false;
    complete(&parsed);
    *options = parsed.options;
    return true;
}
