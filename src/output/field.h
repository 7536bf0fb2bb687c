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

/* The value of a field in a packet's result, by the field's type; booleans are 0 or 1. Returns
 * false if the field is absent there. CONNMON_FIELD_FLOW has no number: it is always absent here,
 * see label.h. */
bool connmon_field_value(const struct connmon_result *result, enum connmon_field field,
                         int64_t *value);

/* The names of the enumerated values; NULL for the value 0 and for unknown ones. */
const char *connmon_side_name(enum connmon_side side);
const char *connmon_rtt_source_name(enum connmon_rtt_source source);
const char *connmon_seq_event_name(enum connmon_seq_event event);
const char *connmon_state_name(enum connmon_state state);
const char *connmon_event_name(enum connmon_event event);

#endif
