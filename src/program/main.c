/* main.c - connmon, the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <time.h>

#include "monitor.h"
#include "options.h"
#include "output.h"
#include "say.h"
#include "signals.h"
#include "source.h"

#define NS_PER_S INT64_C(1000000000)

enum { PACKETS_PER_LOOK = 256 }; /* at the clock */

static const int64_t LOOK_NS = NS_PER_S / 10; /* between looks at what the user wants */

struct program {
    struct options options;
    struct source *source;
    struct output *output;
    struct monitor *monitor;
    uint64_t packets;
    int64_t begin_ns;   /* what the duration and the interval count from */
    int64_t summary_ns; /* when the next summary is due */
    int64_t look_ns;    /* when we last looked around */
    bool has_begun;
    int exit_status;
};

static int64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void summarize(struct program *program)
{
    struct source *source = program->source;
    struct source_drops drops = {0};

    if (source->drops)
        drops = source->drops(source);
    monitor_summarize(program->monitor, drops);
}

/* Whether it is time to end; on the way prints the summary if it is due. */
static bool is_over(struct program *program, int64_t now_ns)
{
    const struct options *options = &program->options;

    if (!program->has_begun) {
        program->has_begun = true;
        program->begin_ns = now_ns;
        program->summary_ns = now_ns + options->summary_interval_ns;
    }
    if (options->summary_interval_ns > 0 && now_ns >= program->summary_ns) {
        if (!options->is_quiet)
            summarize(program);
        program->summary_ns = now_ns + options->summary_interval_ns;
    }
    return options->duration_ns > 0 && now_ns - program->begin_ns >= options->duration_ns;
}

/* What is to be done ten times a second, packets or not. False if the program is to end. */
static bool look_around(void *data)
{
    struct program *program = data;

    program->look_ns = clock_ns();
    if (!program->monitor) /* still opening what we read */
        return !signals_want_end();
    if (signals_want_summary())
        summarize(program);
    if (signals_want_reopening())
        output_reopen(program->output);
    if (!output_flush(program->output) || signals_want_end())
        return false;
    return !program->options.interface || !is_over(program, program->look_ns);
}

/* False if this was the last packet to be taken. */
static bool take(struct program *program, const struct record *record)
{
    const struct options *options = &program->options;

    monitor_take(program->monitor, record);
    program->packets++;
    if (program->packets == options->count)
        return false;
    if (!options->interface && !record->time_unknown && is_over(program, record->time_ns))
        return false;
    return program->packets % PACKETS_PER_LOOK != 0 || clock_ns() - program->look_ns < LOOK_NS ||
           look_around(program);
}

static void run(struct program *program)
{
    struct source *source = program->source;
    struct record record;

    for (;;) {
        switch (source->next(source, &record)) {
        case SOURCE_PACKET:
            if (!take(program, &record))
                return;
            break;
        case SOURCE_IDLE:
            if (!look_around(program))
                return;
            break;
        case SOURCE_FAILED:
            program->exit_status = source->exit_status;
            say("%s: %s", source->name, source->error);
            return;
        case SOURCE_END:
            return;
        }
    }
}

static bool open_source(struct program *program)
{
    const struct options *options = &program->options;

    program->source =
        options->interface ? source_open_interface(options->interface, options->filter,
                                                   options->buffer_kib, &program->exit_status)
                           : source_open_file(options->file, options->filter, look_around, program,
                                              &program->exit_status);
    return program->source != NULL;
}

static bool open_all(struct program *program)
{
    if (!open_source(program))
        return false;
    program->exit_status = EXIT_INPUT_OUTPUT;
    program->output = output_open(program->options.write);
    if (!program->output)
        return false;
    program->monitor = monitor_new(&program->options, program->output);
    if (!program->monitor) {
        say("no memory");
        return false;
    }
    program->exit_status = EXIT_GOOD;
    return true;
}

static void finish(struct program *program)
{
    if (!monitor_print_table(program->monitor)) {
        say("no memory for the table");
        program->exit_status = EXIT_INPUT_OUTPUT;
    }
    if (!output_flush(program->output))
        return;
    if (!program->options.is_quiet)
        summarize(program);
}

static void close_all(struct program *program)
{
    if (program->monitor)
        monitor_free(program->monitor);
    if (program->output && !output_close(program->output))
        program->exit_status = EXIT_INPUT_OUTPUT;
    if (program->source)
        program->source->close(program->source);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (!options_parse(&program.options, argc, argv, &program.exit_status))
        return program.exit_status;
    signals_note(program.options.write != NULL);
    if (open_all(&program)) {
        run(&program);
        finish(&program);
    }
    close_all(&program);
    return program.exit_status;
}
