/* field.h - the fields of a packet as a table, for whoever shows them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_FIELD_H
#define CONNMON_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "connmon.h"

enum connmon_field_type {
    CONNMON_TYPE_STRING,
    CONNMON_TYPE_TIME, /* signed nanoseconds */
    CONNMON_TYPE_BOOLEAN,
    CONNMON_TYPE_SIGNED, /* 32 bits */
    CONNMON_TYPE_UNSIGNED,
    CONNMON_TYPE_UNSIGNED64,
    CONNMON_TYPE_SIDE,       /* enum connmon_side */
    CONNMON_TYPE_RTT_SOURCE, /* enum connmon_rtt_source */
    CONNMON_TYPE_SEQ_EVENT,  /* enum connmon_seq_event */
    CONNMON_TYPE_STATE,      /* enum connmon_state */
    CONNMON_TYPE_EVENT,      /* enum connmon_event */
    CONNMON_TYPE_PACKET,     /* the number of a packet that this one answers */
    CONNMON_TYPE_PACKET_ACKED,
    CONNMON_TYPE_PACKET_DUP_ACK,
    CONNMON_TYPE_PACKET_REQUEST,
};

enum connmon_field {
#define FIELD(id, parent, type, name, title, help) CONNMON_FIELD_##id,
#include "fields.def"
#undef FIELD
    CONNMON_FIELDS,
    CONNMON_FIELD_NONE = CONNMON_FIELDS,
};

struct connmon_field_info {
    const char *name;  /* as in a display filter */
    const char *title; /* as in a column or in the details pane */
    const char *help;  /* one sentence */
    enum connmon_field_type type;
    enum connmon_field parent; /* CONNMON_FIELD_NONE: none */
};

/* The table, indexed by enum connmon_field. */
extern const struct connmon_field_info connmon_field_infos[CONNMON_FIELDS];

/* What a packet has of the table. */
struct connmon_field_values {
    uint64_t present;           /* bit i: field i has a value */
    int64_t of[CONNMON_FIELDS]; /* by the field's type; booleans are 0 or 1 */
};

/* Fills `values` from a packet's result. CONNMON_FIELD_FLOW has no number: it is always absent
 * here, see label.h. What points to a packet without a number is absent, too. */
void connmon_field_values(const struct connmon_result *result, struct connmon_field_values *values);

static inline bool connmon_field_is_present(const struct connmon_field_values *values,
                                            enum connmon_field field)
{
    return values->present >> field & 1;
}

/* The names of the enumerated values; NULL for the value 0 and for unknown ones. */
const char *connmon_side_name(enum connmon_side side);
const char *connmon_rtt_source_name(enum connmon_rtt_source source);
const char *connmon_seq_event_name(enum connmon_seq_event event);
const char *connmon_state_name(enum connmon_state state);
const char *connmon_event_name(enum connmon_event event);
const char *connmon_end_name(enum connmon_end end); /* "open", "FIN", "reset by client", ... */

#endif
