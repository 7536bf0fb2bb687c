/* tree.h - nested data as JSON Lines, as an XML property list, or as an indented text
 *
 * A list of objects, which hold strings, numbers and further lists of objects. The property list is
 * written here, not by a library, since it is written as it comes: libplist would first hold all of
 * it in memory, and every Wireshark that loads the plugin would have to load that library, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TREE_H
#define CONNMON_TREE_H

#include "report.h"
#include "text.h"

enum tree_format { TREE_JSON, TREE_PLIST, TREE_TEXT };

enum { TREE_BUFFER_SIZE = 4096 };

struct tree {
    enum tree_format format;
    report_sink *sink;
    void *to;
    unsigned depth; /* of objects that are open */
    bool is_first;  /* in its object or list */
    struct text text;
    char bytes[TREE_BUFFER_SIZE];
};

/* Begins and ends the whole. Between them come objects. */
void tree_begin(struct tree *tree, enum tree_format format, report_sink *sink, void *to);
void tree_end(struct tree *tree);

void tree_begin_object(struct tree *tree);
void tree_end_object(struct tree *tree);

/* A list of objects, within an object. */
void tree_begin_list(struct tree *tree, const char *key);
void tree_end_list(struct tree *tree);

/* A string, of one piece or of many that follow each other. The pieces are of ASCII, without
 * control characters. */
void tree_string(struct tree *tree, const char *key, const char *string);
void tree_begin_string(struct tree *tree, const char *key);
void tree_piece(struct tree *tree, const char *string);
void tree_end_string(struct tree *tree);

void tree_number(struct tree *tree, const char *key, uint64_t number);

/* A time in seconds. In a property list it is a string, since a number would lose its digits. */
void tree_time(struct tree *tree, const char *key, int64_t ns);

/* What has no value; a property list cannot say so and leaves it out. */
void tree_nothing(struct tree *tree, const char *key);

#endif
