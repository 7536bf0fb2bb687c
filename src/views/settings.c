/* settings.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "settings.h"

#include <string.h>

#include "number.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum { MEGABYTE_SHIFT = 20 };

const struct setting setting_table[SETTING_COUNT] = {
#define SETTING(id, unit, member, name, title, help)                                               \
    {SETTING_IN_##unit, offsetof(struct settings, member), name, title, help},
#include "settings.def"
};

struct settings settings_initial(struct connmon_config core)
{
    return (struct settings){
        .core = core,
        .stall = {.floor_ns = STALL_FLOOR_MS * NS_PER_MS, .rtts = STALL_RTTS},
    };
}

static const void *place(const struct settings *settings, enum setting_id id)
{
    return (const char *)settings + setting_table[id].at;
}

uint32_t settings_get(const struct settings *settings, enum setting_id id)
{
    const void *at = place(settings, id);

    switch (setting_table[id].unit) {
    case SETTING_IN_SECONDS:
        return (uint32_t)(*(const int64_t *)at / NS_PER_S);
    case SETTING_IN_MILLISECONDS:
        return (uint32_t)(*(const int64_t *)at / NS_PER_MS);
    case SETTING_IN_COUNT:
        return *(const uint32_t *)at;
    case SETTING_IN_MEGABYTES:
        return (uint32_t)(*(const size_t *)at >> MEGABYTE_SHIFT);
    case SETTING_IN_FLAG:
        return *(const bool *)at;
    }
    return 0;
}

void settings_set(struct settings *settings, enum setting_id id, uint32_t value)
{
    void *at = (char *)settings + setting_table[id].at;

    switch (setting_table[id].unit) {
    case SETTING_IN_SECONDS:
        *(int64_t *)at = value * NS_PER_S;
        break;
    case SETTING_IN_MILLISECONDS:
        *(int64_t *)at = value * NS_PER_MS;
        break;
    case SETTING_IN_COUNT:
        *(uint32_t *)at = value;
        break;
    case SETTING_IN_MEGABYTES:
        *(size_t *)at = (size_t)value << MEGABYTE_SHIFT;
        break;
    case SETTING_IN_FLAG:
        *(bool *)at = value != 0;
        break;
    }
}

static const char *parse_milliseconds(int64_t *ns, const char *value)
{
    int64_t as_seconds;

    if (number_seconds(value, &as_seconds))
        return "a number of milliseconds";
    *ns = as_seconds / (NS_PER_S / NS_PER_MS);
    return NULL;
}

enum setting_id setting_find(const char *name, size_t length)
{
    static const char protocol[] = "connmon.";
    const size_t fixed = sizeof(protocol) - 1;

    if (length > fixed && memcmp(name, protocol, fixed) == 0) {
        name += fixed;
        length -= fixed;
    }
    for (int i = 0; i < SETTING_COUNT; i++)
        if (strlen(setting_table[i].name) == length &&
            memcmp(setting_table[i].name, name, length) == 0)
            return (enum setting_id)i;
    return SETTING_COUNT;
}

static const char *parse_flag(bool *flag, const char *value)
{
    const bool is_true = strcmp(value, "TRUE") == 0 || strcmp(value, "true") == 0;

    if (!is_true && strcmp(value, "FALSE") != 0 && strcmp(value, "false") != 0)
        return "TRUE or FALSE";
    *flag = is_true;
    return NULL;
}

const char *settings_parse(struct settings *settings, enum setting_id id, const char *value)
{
    void *at = (char *)settings + setting_table[id].at;
    uint64_t count;
    const char *wrong;

    switch (setting_table[id].unit) {
    case SETTING_IN_SECONDS:
        return number_seconds(value, at);
    case SETTING_IN_MILLISECONDS:
        return parse_milliseconds(at, value);
    case SETTING_IN_FLAG:
        return parse_flag(at, value);
    default:
        wrong = number_count(value, &count);
        if (wrong || count > UINT32_MAX)
            return wrong ? wrong : "at most 4294967295";
        settings_set(settings, id, (uint32_t)count);
        return NULL;
    }
}

const char *setting_unit_name(enum setting_unit unit)
{
    static const char *const names[] = {
        [SETTING_IN_SECONDS] = "seconds", [SETTING_IN_MILLISECONDS] = "ms", [SETTING_IN_COUNT] = "",
        [SETTING_IN_MEGABYTES] = "MB",    [SETTING_IN_FLAG] = "",
    };

    return names[unit];
}
