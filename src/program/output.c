/* output.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "signals.h"

enum { GRACE_MS = 1000 }; /* for who reads the rest, or a part of it, once the program is to end */

static int open_file(const char *name, int how)
{
    return open(name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
}

struct output *output_open(const char *name)
{
    struct output *output = malloc(sizeof(*output));

    if (!output) {
        say("no memory");
        return NULL;
    }
    output->name = name;
    output->head = NULL;
    output->error = 0;
    output->lost = 0;
    output->used = 0;
    output->fd = name ? open_file(name, O_TRUNC) : STDOUT_FILENO;
    if (output->fd >= 0)
        return output;
    say("--write %s: %s", name, strerror(errno));
    free(output);
    return NULL;
}

/* Writes what is in the buffer, which may wait for who reads it: for ever, unless we are to end. */
bool output_flush(struct output *output)
{
    size_t done = 0;
    int waited_ms = 0;

    while (done < output->used && !output->error) {
        ssize_t count = write(output->fd, output->buffer + done, output->used - done);

        if (count >= 0) {
            done += (size_t)count;
            waited_ms = 0;
        } else if (errno != EINTR) {
            output->error = errno;
        } else if (signals_want_end()) {
            waited_ms += SIGNALS_AGAIN_MS;
            if (waited_ms >= GRACE_MS)
                output->error = ETIMEDOUT;
        }
    }
    output->lost += output->used - done;
    output->used = 0;
    return !output->error;
}

void output_write(struct output *output, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t room = OUTPUT_BUFFER - output->used;
        size_t part = size < room ? size : room;

        memcpy(output->buffer + output->used, bytes, part);
        output->used += part;
        bytes += part;
        size -= part;
        if (output->used == OUTPUT_BUFFER)
            output_flush(output);
    }
}

void output_begin(struct output *output, const char *head)
{
    output->head = head;
    output_write(output, head, strlen(head));
}

static bool is_empty_file(int fd)
{
    struct stat file;

    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size == 0;
}

bool output_reopen(struct output *output)
{
    int fd;

    if (!output->name || !output_flush(output))
        return !output->error;
    fd = open_file(output->name, O_APPEND);
    if (fd < 0) {
        output->error = errno;
        return false;
    }
    close(output->fd);
    output->fd = fd;
    if (output->head && is_empty_file(fd))
        output_begin(output, output->head);
    return true;
}

bool output_close(struct output *output)
{
    int error;

    output_flush(output);
    if (close(output->fd) != 0 && !output->error)
        output->error = errno;
    error = output->error;
    if (error == ETIMEDOUT)
        say("%s%s: nobody reads: %" PRIu64 " bytes were not written",
            output->name ? "--write " : "", output->name ? output->name : "standard output",
            output->lost);
    else if (error && error != EPIPE)
        say("%s%s: %s", output->name ? "--write " : "",
            output->name ? output->name : "standard output", strerror(error));
    free(output);
    return !error;
}
