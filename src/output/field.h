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
#define TYPE(id, ...) CONNMON_TYPE_##id,
#define PACKET_TYPE TYPE
#define ENUMERATED_TYPE TYPE
#include "types.def"
    CONNMON_TYPE_COUNT
};

enum connmon_field {
#define FIELD(id, ...) CONNMON_FIELD_##id,
#define COMPUTED_FIELD FIELD
#include "fields.def"
    CONNMON_FIELD_COUNT,
    CONNMON_FIELD_NONE = CONNMON_FIELD_COUNT,
};

/* Which parts of the table a packet's result has. */
struct connmon_parts {
#define PART(id, member) bool has_##id;
#define PART_IF PART
#include "fields.def"
    bool has_ALWAYS;
};

struct connmon_field_info {
    const char *name;  /* as in a display filter */
    const char *title; /* as in a column or in the details pane */
    const char *help;  /* one sentence */
    enum connmon_field_type type;
    enum connmon_field parent; /* CONNMON_FIELD_NONE: none */
};

/* The table, indexed by enum connmon_field. */
extern const struct connmon_field_info connmon_field_infos[CONNMON_FIELD_COUNT];

/* What a packet has of the table. */
struct connmon_field_values {
    uint64_t present;                /* bit i: field i has a value */
    int64_t of[CONNMON_FIELD_COUNT]; /* by the field's type; booleans are 0 or 1 */
};

/* Fills `values` from a packet's result. CONNMON_FIELD_FLOW has no number: it is always absent
 * here, see label.h. What points to a packet without a number is absent, too. */
void connmon_field_values(const struct connmon_result *result, struct connmon_field_values *values);

static inline bool connmon_field_is_present(const struct connmon_field_values *values,
                                            enum connmon_field field)
{
    return values->present >> field & 1;
}

static inline struct connmon_parts connmon_result_parts(const struct connmon_result *result)
{
    return (struct connmon_parts){
#define PART(id, member) .has_##id = result->member,
#define PART_IF(id, condition) .has_##id = (condition),
#include "fields.def"
        .has_ALWAYS = true,
    };
}

/* The names of enumerated values, as programs read them: connmon_side_name(), and so on for _event,
 * _seq_event, _state, _rtt_source and _end. NULL for what has none: unknown values, and 0 but of an
 * end. */
#define ENUMERATED_TYPE(id, enumeration, zero)                                                     \
    const char *connmon_##enumeration##_name(enum connmon_##enumeration value);
#include "types.def"

/* The same for a value of that type; NULL also if it is no enumerated one. */
const char *connmon_value_name(enum connmon_field_type type, int64_t value);

#endif
