/* input.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signals.h"

enum { BUFFER = 1 << 18, WAIT_MS = 100 };

/* False if we were told to stop waiting. */
static bool wait_for_bytes(struct input *input)
{
    struct pollfd poll_fd = {.fd = input->fd, .events = POLLIN};

    while (signals_want_end() || poll(&poll_fd, 1, WAIT_MS) <= 0) {
        if (!input->waiting(input->data)) {
            input->is_stopped = true;
            return false;
        }
    }
    return true;
}

static ssize_t read_on(void *cookie, char *bytes, size_t size)
{
    struct input *input = cookie;

    for (;;) {
        ssize_t count;

        if (!wait_for_bytes(input))
            return 0;
        count = read(input->fd, bytes, size);
        if (count >= 0) {
            input->read += (uint64_t)count;
            return count;
        }
        if (errno != EINTR && errno != EAGAIN) {
            input->error = errno;
            return -1;
        }
    }
}

static int close_input(void *cookie)
{
    return close(((struct input *)cookie)->fd);
}

static void look_at_file(struct input *input)
{
    struct stat status;
    off_t at = lseek(input->fd, 0, SEEK_CUR);

    if (fstat(input->fd, &status) != 0 || !S_ISREG(status.st_mode) || at < 0)
        return;
    input->is_file = true;
    input->size = (uint64_t)status.st_size;
    input->begin = (uint64_t)at;
}

FILE *input_open(struct input *input, const char *name, input_waiting *waiting, void *data)
{
    const cookie_io_functions_t functions = {.read = read_on, .close = close_input};
    FILE *stream;

    *input = (struct input){.waiting = waiting, .data = data};
    input->fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        return NULL;
    look_at_file(input);
    /* What never makes us wait is read the plain way, which is the faster one. */
    stream = input->is_file ? fdopen(input->fd, "r") : fopencookie(input, "r", functions);
    if (!stream)
        close(input->fd);
    else
        setvbuf(stream, NULL, _IOFBF, BUFFER);
    return stream;
}

uint64_t input_read(const struct input *input)
{
    return input->is_file ? (uint64_t)lseek(input->fd, 0, SEEK_CUR) - input->begin : input->read;
}
