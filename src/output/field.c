/* field.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "field.h"

const struct connmon_field_info connmon_field_infos[CONNMON_FIELD_COUNT] = {
#define FIELD(id, parent, type, part, member, name, title, help)                                   \
    {name, title, help, CONNMON_TYPE_##type, CONNMON_FIELD_##parent},
#define COMPUTED_FIELD FIELD
#include "fields.def"
};

_Static_assert(CONNMON_FIELD_COUNT <= 64, "a bit for each field");

/* Whether 0 is no value of a type's: nothing can point to a packet that a read filter rejected,
 * since it has no number. */
enum zero {
    VALUE,
    ABSENT,
#define TYPE(id, ...) ZERO_OF_##id = VALUE,
#define PACKET_TYPE(id, mark) ZERO_OF_##id = ABSENT,
#define ENUMERATED_TYPE(id, enumeration, zero) ZERO_OF_##id = (zero),
#include "types.def"
};

static inline bool has_rtt(const struct connmon_result *result)
{
    return result->rtt_source != CONNMON_RTT_NONE;
}

/* The sum of both sides' delays, at most INT64_MAX. */
static inline int64_t handshake_ns(const struct connmon_result *result)
{
    const int64_t server_ns = result->handshake.server_ns, client_ns = result->handshake.client_ns;

    return server_ns > INT64_MAX - client_ns ? INT64_MAX : server_ns + client_ns;
}

static inline bool is_answer(const struct connmon_result *result)
{
    return result->turn.is_present && result->turn.request != 0 && result->side == CONNMON_SERVER;
}

static inline void set(struct connmon_field_values *values, enum connmon_field field,
                       bool is_present, int64_t value)
{
    values->present |= (uint64_t)is_present << field;
    values->of[field] = value;
}

void connmon_field_values(const struct connmon_result *result, struct connmon_field_values *values)
{
    const struct connmon_parts parts = connmon_result_parts(result);

    values->present = 0;
#define SET(id, type, is_present, value)                                                           \
    set(values, CONNMON_FIELD_##id, (is_present) && (ZERO_OF_##type == VALUE || (value) != 0),     \
        (int64_t)(value));
#define FIELD(id, parent, type, part, member, ...) SET(id, type, parts.has_##part, result->member)
#define COMPUTED_FIELD(id, parent, type, condition, value, ...) SET(id, type, condition, value)
#include "fields.def"
}

#define NAME(constant, name, ...) [constant] = (name),
static const char *const side_names[CONNMON_SIDE_COUNT] = {
#define CONNMON_SIDE_VALUE NAME
#include "connmon.def"
};
static const char *const rtt_source_names[CONNMON_RTT_SOURCE_COUNT] = {
#define CONNMON_RTT_SOURCE_VALUE NAME
#include "connmon.def"
};
static const char *const seq_event_names[CONNMON_SEQ_EVENT_COUNT] = {
#define CONNMON_SEQ_EVENT_VALUE NAME
#include "connmon.def"
};
static const char *const state_names[CONNMON_STATE_COUNT] = {
#define CONNMON_STATE_VALUE NAME
#include "connmon.def"
};
static const char *const event_names[CONNMON_EVENT_COUNT] = {
#define CONNMON_EVENT_VALUE NAME
#include "connmon.def"
};
static const char *const end_names[CONNMON_END_COUNT] = {
#define CONNMON_END_VALUE NAME
#include "connmon.def"
};

static const struct {
    const char *const *names;
    unsigned count;
} enumerations[CONNMON_TYPE_COUNT] = {
#define ENUMERATED_TYPE(id, enumeration, zero)                                                     \
    [CONNMON_TYPE_##id] = {enumeration##_names, CONNMON_##id##_COUNT},
#include "types.def"
};

const char *connmon_value_name(enum connmon_field_type type, int64_t value)
{
    return (uint64_t)value < enumerations[type].count ? enumerations[type].names[value] : NULL;
}

#define ENUMERATED_TYPE(id, enumeration, zero)                                                     \
    const char *connmon_##enumeration##_name(enum connmon_##enumeration value)                     \
    {                                                                                              \
        return connmon_value_name(CONNMON_TYPE_##id, (int64_t)value);                              \
    }
#include "types.def"
