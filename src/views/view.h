/* view.h - what can be made of a capture's packets: lines, tables, events, ...
 *
 * A view is one thing with one description (views.def), shown through two doors: the plugin's
 * generic tap and the command line. It takes packets as observations and writes text into a sink;
 * where the packets come from and where the text goes, it does not know.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VIEW_H
#define CONNMON_VIEW_H

#include "connection_map.h"
#include "exchanges.h"
#include "observation.h"
#include "report.h"
#include "writer.h"
#include "view_options.h"

enum view_id {
#define VIEW(id, name, argument, formats, initial, options, traits, help) VIEW_##id,
#include "views.def"
    VIEW_COUNT,
};

/* What whoever feeds a view must know of it. */
enum view_traits {
    VIEW_STREAMS = 1 << 0,  /* it writes as packets come, not only at the end */
    VIEW_MESSAGES = 1 << 1, /* it wants to be told what protocols say of a packet */
    VIEW_STALLS = 1 << 2,   /* it wants observation.stall_ns */
};

/* Where a view is shown. */
struct view_config {
    struct view_options options;
    uint32_t most;         /* connections, rows or servers that are remembered; 0: all */
    bool has_streams;      /* discriminators are Wireshark's tcp.stream: filters may name them */
    bool is_live;          /* time passes without packets: intervals without any are shown, too */
    bool redraws;          /* a terminal, on which a newer table takes the place of the older */
    size_t (*width)(void); /* of that terminal now, in characters; NULL: it goes to none */
    text_sink *sink;       /* takes what is written, with `to` */
    void *to;
};

/* The functions of a view. `view` is what `begin` returned. */
struct view_functions {
    /* NULL if there is no memory. `config` is copied. */
    void *(*begin)(const struct view_config *config);
    /* Takes the next TCP packet. `hints` are what protocols say of it; NULL: nothing. */
    void (*add)(void *view, const struct connmon_observation *seen,
                const struct exchange_hints *hints);
    /* Tells that capture time has reached `time_ns`, by a packet that is not TCP or by no packet
     * at all. NULL: it makes no difference. */
    void (*advance)(void *view, int64_t time_ns);
    /* After the last packet: writes what is left. `core` has the counters of the core that made the
     * observations. False if there is no memory for that. */
    bool (*finish)(void *view, const struct connmon_stats *core);
    /* What limits, or want of memory, have dropped. NULL: it remembers nothing. */
    struct connection_losses (*losses)(const void *view);
    /* Forgets all packets. */
    void (*reset)(void *view);
    void (*free)(void *view);
};

/* The description of a view. */
struct view_kind {
    const char *name;
    const char *help; /* a line without a capital letter */
    const struct view_functions *functions;
    enum view_id id;
    enum view_option_id argument; /* VIEW_OPTION_NOTHING: it has none */
    unsigned formats;             /* bits 1 << enum view_format */
    enum view_format initial;     /* one of them */
    unsigned options;             /* bits 1 << enum view_option_id */
    unsigned traits;              /* enum view_traits */
};

/* By id. */
extern const struct view_kind view_kinds[VIEW_COUNT];

/* The view of this name; NULL: there is none. */
const struct view_kind *view_find(const char *name, size_t length);

/* The head of a file in which this view is written, a constant; NULL: it begins with a row. */
const char *view_head(const struct view_kind *kind, const struct view_options *options);

#endif
