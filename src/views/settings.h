/* settings.h - what users can set of how is measured, at both doors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SETTINGS_H
#define CONNMON_SETTINGS_H

#include "connmon.h"
#include "stall.h"

struct settings {
    struct connmon_config core;
    struct stall_limits stall;
};

enum setting_id {
#define SETTING(id, unit, member, name, title, help) SETTING_##id,
#include "settings.def"
    SETTING_COUNT,
};

/* What a setting is told in, and what it is in struct settings. */
enum setting_unit {
    SETTING_IN_SECONDS,      /* int64_t in ns */
    SETTING_IN_MILLISECONDS, /* likewise */
    SETTING_IN_COUNT,        /* uint32_t */
    SETTING_IN_MEGABYTES,    /* size_t in bytes; a megabyte has 2^20 */
    SETTING_IN_FLAG,         /* bool */
};

struct setting {
    enum setting_unit unit;
    size_t at; /* in struct settings */
    const char *name, *title, *help;
};

/* By id. */
extern const struct setting setting_table[SETTING_COUNT];

/* Those of a core of this configuration, with the usual limits of a stall. */
struct settings settings_initial(struct connmon_config core);

/* A setting in whole units of its own, rounded down; a flag as 0 or 1. */
uint32_t settings_get(const struct settings *settings, enum setting_id id);
void settings_set(struct settings *settings, enum setting_id id, uint32_t value);

/* The setting of this name, "max_age" or "connmon.max_age"; SETTING_COUNT: there is none. */
enum setting_id setting_find(const char *name, size_t length);

/* Sets it to what a user wrote: a number, which may have a fraction if it is a time; of a flag TRUE
 * or FALSE. Returns NULL, or if the value is wrong, and nothing was set, what it must be. */
const char *settings_parse(struct settings *settings, enum setting_id id, const char *value);

/* The unit behind a title, "seconds"; "" if it needs none. */
const char *setting_unit_name(enum setting_unit unit);

#endif
