/* written.h - what was written to a text_sink
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_WRITTEN_H
#define CONNMON_TEST_WRITTEN_H

#include <string.h>

#include "scenario.h"

struct written {
    char text[1 << 17];
    size_t length;
};

/* A text_sink; `to` is a struct written. */
static inline void written_keep(void *to, const char *text, size_t length)
{
    struct written *written = to;

    assert_true(length < sizeof(written->text) - written->length);
    memcpy(written->text + written->length, text, length);
    written->length += length;
    written->text[written->length] = '\0';
}

#endif
