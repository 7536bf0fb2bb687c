/* progress.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>

#define WIPE "\r\033[K" /* to the line's begin, and erase to its end */

static const int BAR_WIDTH = 30;
static const double SHORT_S = 0.5; /* no bar for what is over at once */

static void show_bar(double share, double rate, double left_s)
{
    const int filled = (int)(share * BAR_WIDTH);
    const double most = 6e9; /* seconds, of a file that claims to be as large as one can be */
    const int64_t left = (int64_t)((left_s < most ? left_s : most) + 0.5);

    fputs(WIPE "[", stderr);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %3.0f %%  %.1f MB/s  %" PRId64 ":%02" PRId64 " left", 100 * share,
            rate / 1e6, left / 60, left % 60);
}

void progress_show(struct progress *progress, int64_t now_ns)
{
    const struct input *input = progress->input;
    const double passed_s = (double)(now_ns - progress->begin_ns) / 1e9;
    double read, rate, all;

    if (!input || passed_s < SHORT_S)
        return;
    read = (double)input_read(input);
    rate = read / passed_s;
    all = (double)(input->size - input->begin);
    if (input->is_file && read > 0 && read <= all)
        show_bar(read / all, rate, (all - read) / rate);
    else
        fprintf(stderr, WIPE "%.1f MB read  %.1f MB/s", read / 1e6, rate / 1e6);
    fflush(stderr);
    progress->is_shown = true;
}

void progress_hide(struct progress *progress)
{
    if (progress->is_shown)
        fputs(WIPE, stderr);
    progress->is_shown = false;
}
