/* outline.h - nested data as JSON Lines, as an XML property list, or as an indented text
 *
 * A list of objects, which hold strings, numbers and further lists of objects. The property list is
 * written here, not by a library, since it is written as it comes: libplist would first hold all of
 * it in memory, and every Wireshark that loads the plugin would have to load that library, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_OUTLINE_H
#define CONNMON_OUTLINE_H

#include "writer.h"

enum outline_format { OUTLINE_JSON, OUTLINE_PLIST, OUTLINE_TEXT };

enum { OUTLINE_BUFFER_SIZE = 4096 };

struct outline {
    enum outline_format format;
    unsigned depth; /* of objects that are open */
    bool is_first;  /* in its object or list */
    struct writer writer;
    char bytes[OUTLINE_BUFFER_SIZE];
};

/* Begins and ends the whole. Between them come objects. Keys, too, are of ASCII, without control
 * characters, and need no escaping in any of the formats; each has at most 64 bytes. */
void outline_begin(struct outline *outline, enum outline_format format, text_sink *sink, void *to);
void outline_end(struct outline *outline);

/* Of an outline that is written from time to time, one of many: between two objects, gives the sink
 * what there is so far; and goes on with it in another struct, or in one that was used for other
 * outlines meanwhile. */
void outline_flush(struct outline *outline);
void outline_resume(struct outline *outline, enum outline_format format, text_sink *sink, void *to);

void outline_begin_object(struct outline *outline);
void outline_end_object(struct outline *outline);

/* A list of objects, within an object. */
void outline_begin_list(struct outline *outline, const char *key);
void outline_end_list(struct outline *outline);

/* A string, of one piece or of many that follow each other. The pieces are of ASCII, without
 * control characters. */
void outline_string(struct outline *outline, const char *key, const char *string);
void outline_begin_string(struct outline *outline, const char *key);
void outline_piece(struct outline *outline, const char *string);
void outline_end_string(struct outline *outline);

/* "address:port", as text_endpoint() writes it. */
void outline_endpoint(struct outline *outline, const char *key, const struct connmon_endpoint *end);

void outline_number(struct outline *outline, const char *key, uint64_t number);
void outline_signed(struct outline *outline, const char *key, int64_t number);
void outline_boolean(struct outline *outline, const char *key, bool is_true);

/* A time in seconds. In a property list it is a string, since a number would lose its digits. */
void outline_time(struct outline *outline, const char *key, int64_t ns);

/* What has no value; a property list cannot say so and leaves it out. */
void outline_nothing(struct outline *outline, const char *key);

#endif
