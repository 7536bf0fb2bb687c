/* main.c - connmon, the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "http_reader.h"
#include "monitor.h"
#include "options.h"
#include "output.h"
#include "pcapng.h"
#include "pace.h"
#include "privileges.h"
#include "progress.h"
#include "reader.h"
#include "sandbox.h"
#include "say.h"
#include "signals.h"
#include "source.h"
#include "split.h"

enum {
    PACKETS_PER_LOOK = 256, /* at the clock */
    PACKETS_EXPECTED = 1,   /* after the next one */
};

static const int64_t LOOK_NS = INT64_C(100000000); /* between looks at what the user wants */

struct program {
    struct options options;
    struct source *source;
    struct source *again; /* the same, for the second time; NULL: it is not read twice */
    struct output *output;
    struct monitor *monitor;
    struct split *split; /* NULL: not wanted */
    struct pace pace;
    struct progress progress;
    uint64_t packets;
    int64_t begin_ns;      /* what the duration counts from */
    int64_t summary_ns;    /* what the interval counts from: the latest summary */
    int64_t look_ns;       /* when we last looked around */
    int64_t latest_ns;     /* live: capture time of the latest packet, or when we began to wait */
    int64_t idle_since_ns; /* when nothing came any more; valid if is_idle */
    bool has_begun, is_idle;
    int exit_status;
};

static void summarize(struct program *program)
{
    struct source *source = program->source;
    struct source_drops drops = {0};

    progress_hide(&program->progress);
    if (source->drops)
        drops = source->drops(source);
    monitor_summarize(program->monitor, drops);
    if (program->pace.cut_pauses > 0)
        fprintf(stderr, "pauses of more than %g s that --max-sleep cut: %" PRIu64 ", by %.1f s\n",
                (double)program->pace.most_pause_ns / 1e9, program->pace.cut_pauses,
                program->pace.cut_ns / 1e9);
}

/* Whether it is time to end; on the way prints the summary if it is due. */
static bool is_over(struct program *program, int64_t now_ns)
{
    const struct options *options = &program->options;

    if (!program->has_begun) {
        program->has_begun = true;
        program->begin_ns = program->summary_ns = now_ns;
    }
    if (options->summary_interval_ns > 0 &&
        now_ns - program->summary_ns >= options->summary_interval_ns) {
        if (!options->is_quiet)
            summarize(program);
        program->summary_ns = now_ns;
    }
    return options->duration_ns > 0 && now_ns - program->begin_ns >= options->duration_ns;
}

/* What is to be done ten times a second, packets or not. False if the program is to end. */
static bool look_around(void *data)
{
    struct program *program = data;

    program->look_ns = pace_now();
    if (!program->monitor) /* still opening what we read */
        return !signals_want_end();
    if (signals_want_summary())
        summarize(program);
    if (signals_want_reopening())
        output_reopen(program->output);
    if (!output_flush(program->output) || signals_want_end())
        return false;
    progress_show(&program->progress, program->look_ns);
    return !program->options.interface || !is_over(program, program->look_ns);
}

/* Waits until the packet is due. False if the program is to end. */
static bool keep_pace(struct program *program, const struct record *record)
{
    int64_t left;

    while ((left = pace_left(&program->pace, record->time_ns)) > 0) {
        pace_sleep(left < LOOK_NS ? left : LOOK_NS);
        if (pace_now() - program->look_ns >= LOOK_NS && !look_around(program))
            return false;
    }
    return true;
}

/* False if this was the last packet to be taken. */
static bool take(struct program *program, const struct packet *packet)
{
    const struct record *record = &packet->record;
    const struct options *options = &program->options;

    if (options->is_emulating && !record->time_unknown && !keep_pace(program, record))
        return false;
    monitor_take(program->monitor, packet);
    program->packets++;
    program->latest_ns = record->time_ns;
    program->is_idle = false;
    if (program->packets == options->count)
        return false;
    if (!options->interface && !record->time_unknown &&
        is_over(program, pace_captured(&program->pace, record->time_ns)))
        return false;
    return program->packets % PACKETS_PER_LOOK != 0 || pace_now() - program->look_ns < LOOK_NS ||
           look_around(program);
}

/* Of an interface on which nothing comes: what has timed out and which interval is over is told all
 * the same. What may still be on its way has this much time. Time passes from the latest packet on,
 * by a clock that never steps: if the time of day is set meanwhile, the next packet tells. */
static void pass_time(struct program *program)
{
    const int64_t on_its_way_ns = INT64_C(500000000), now_ns = pace_now();

    if (!program->options.interface)
        return;
    if (!program->is_idle) {
        program->is_idle = true;
        program->idle_since_ns = now_ns;
        if (program->packets == 0)
            program->latest_ns = pace_time_of_day();
    }
    monitor_pass_time(program->monitor,
                      program->latest_ns + (now_ns - program->idle_since_ns) - on_its_way_ns);
}

static void fail(struct program *program)
{
    program->exit_status = program->source->exit_status;
    progress_hide(&program->progress);
    say("%s: %s", program->source->name, program->source->error);
}

static void take_all(struct program *program, struct reader *reader)
{
    const struct packet *packet, *upcoming;

    for (;;) {
        switch (reader_next(reader, &packet)) {
        case SOURCE_PACKET:
            upcoming = reader_upcoming(reader, PACKETS_EXPECTED);
            if (upcoming)
                monitor_expect(program->monitor, upcoming);
            if (!take(program, packet))
                return;
            break;
        case SOURCE_IDLE:
            pass_time(program);
            if (!look_around(program))
                return;
            break;
        case SOURCE_FAILED:
            fail(program);
            return;
        case SOURCE_END:
            return;
        }
    }
}

/* Read in step with the packets is whatever makes us wait, and what tells of more than packets. */
static void run(struct program *program)
{
    const struct source *source = program->source;
    const struct view_kind *view = program->options.view;
    const struct reader_wishes wishes = {
        .ahead = source->input && source->input->is_file && !(program->split && source->pcapng),
        .bytes = program->split || (view && view->traits & VIEW_MESSAGES),
    };
    struct reader *reader = reader_new(program->source, wishes);

    if (reader) {
        take_all(program, reader);
        reader_free(reader);
    } else {
        say("no memory");
        program->exit_status = EXIT_INPUT_OUTPUT;
    }
}

static struct source *open_source(struct program *program)
{
    const struct options *options = &program->options;

    return options->interface ? source_open_interface(options->interface, options->filter,
                                                      options->buffer_kib, &program->exit_status)
                              : source_open_file(options->file, options->filter, look_around,
                                                 program, &program->exit_status);
}

static bool open_sources(struct program *program)
{
    program->source = open_source(program);
    if (!program->source || !split_looks_first(&program->options))
        return program->source != NULL;
    if (!program->source->input->is_file) {
        say("%s: is no file that can be read twice, as --worst, --min-COLUMN and --max-COLUMN need",
            program->source->name);
        program->exit_status = EXIT_INPUT_OUTPUT;
        return false;
    }
    program->again = open_source(program);
    return program->again != NULL;
}

/* A bar on the terminal, unless lines go there as well. */
static void begin_progress(struct program *program)
{
    const struct options *options = &program->options;
    const bool has_lines_there = (!options->view || options->view->traits & VIEW_STREAMS) &&
                                 !options->write && isatty(STDOUT_FILENO);

    program->pace.speed = options->speed;
    program->pace.most_pause_ns = options->most_pause_ns;
    program->look_ns = program->progress.begin_ns = pace_now();
    if (!options->is_quiet && isatty(STDERR_FILENO) && !has_lines_there)
        program->progress.input = program->source->input;
}

/* A view of what this build cannot read would always be empty. */
static bool can_show(const struct options *options)
{
    if (!options->view || options->view->id != VIEW_HTTP || http_reader_has_http())
        return true;
    say("--http: built without http-parser, which reads HTTP (Debian: libhttp-parser-dev)");
    return false;
}

static bool open_monitor(struct program *program)
{
    if (program->split && program->source->pcapng)
        pcapng_tell(program->source->pcapng, split_tell, program->split);
    program->monitor = monitor_new(&program->options, program->output, program->split);
    if (!program->monitor)
        say("no memory");
    return program->monitor != NULL;
}

/* Of what was open as root, and of the system, no more than it takes from here on. */
static bool lock_down(const struct program *program)
{
    const struct options *options = &program->options;
    const struct sandbox sandbox = {
        .folder = options->split.folder,
        .file = options->write,
        .socket = program->source->socket,
    };

    return privileges_give_up(options->split.folder) && sandbox_enter(&sandbox);
}

static bool open_all(struct program *program)
{
    if (!open_sources(program))
        return false;
    begin_progress(program);
    program->exit_status = EXIT_INPUT_OUTPUT;
    if (program->options.interface && !privileges_drop(program->options.user))
        return false;
    program->output = output_open(program->options.write);
    if (!program->output)
        return false;
    if (program->options.split.folder && !(program->split = split_new(&program->options)))
        return false;
    if (!open_monitor(program) || !lock_down(program))
        return false;
    program->exit_status = EXIT_GOOD;
    return true;
}

/* Reads it all, to see which connections are wanted, and begins anew. What was not there the first
 * time is not wanted. */
static bool look_first(struct program *program)
{
    int exit_status;

    run(program);
    exit_status = program->exit_status;
    progress_hide(&program->progress);
    if (signals_want_end()) {
        say("--split %s: nothing was written", program->options.split.folder);
        program->exit_status = EXIT_INPUT_OUTPUT;
        return false;
    }
    if (program->packets == 0)
        return split_choose(program->split) && exit_status == EXIT_GOOD;
    program->options.count = program->packets;
    program->packets = 0;
    program->has_begun = false;
    program->source->close(program->source);
    program->source = program->again;
    program->again = NULL;
    monitor_free(program->monitor);
    program->monitor = NULL;
    begin_progress(program);
    program->exit_status = EXIT_INPUT_OUTPUT;
    if (!split_choose(program->split) || !open_monitor(program))
        return false;
    program->exit_status = exit_status;
    return true;
}

/* With -c, whoever asked for so many packets has them. */
static void drain(const struct program *program)
{
    struct source *source = program->source;
    const uint64_t count = program->options.count;

    if (source->drain && (count == 0 || program->packets < count))
        source->drain(source);
}

static void finish(struct program *program)
{
    drain(program);
    progress_hide(&program->progress);
    if (program->split && !split_finish(program->split))
        program->exit_status = EXIT_INPUT_OUTPUT;
    if (!monitor_print_table(program->monitor)) {
        say("no memory for all packets: the table is not whole");
        program->exit_status = EXIT_INPUT_OUTPUT;
    }
    if (!output_flush(program->output))
        return;
    if (!program->options.is_quiet)
        summarize(program);
    if (program->split && !program->options.is_quiet)
        split_summarize(program->split);
}

/* The monitor's memory goes with the process: to give it back block by block, for each of many
 * connections, takes a twentieth of the time for nothing. */
static void close_all(struct program *program)
{
    split_free(program->split);
    if (program->output && !output_close(program->output))
        program->exit_status = EXIT_INPUT_OUTPUT;
    if (program->again)
        program->again->close(program->again);
    if (program->source)
        program->source->close(program->source);
}

int main(int argc, char **argv)
{
    static struct program program; /* and what it holds, which is no leak at the end */

    if (!options_parse(&program.options, argc, argv, &program.exit_status))
        return program.exit_status;
    if (!can_show(&program.options))
        return EXIT_USAGE;
    signals_note(program.options.write != NULL);
    if (open_all(&program) && (!split_looks_first(&program.options) || look_first(&program))) {
        run(&program);
        finish(&program);
    }
    close_all(&program);
    return program.exit_status;
}
