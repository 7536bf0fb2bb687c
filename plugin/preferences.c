/* preferences.c
 *
 * Units are such that every number that Wireshark takes, 0 to 2^32 - 1, means something.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "preferences.h"

#include "compat.h"
#include "settings.h"
#include "unmeasured.h"
#include "view_options.h"

enum { TITLE_SIZE = 64 };

#define NS_PER_MS G_GINT64_CONSTANT(1000000)

static guint numbers[SETTING_COUNT];           /* of settings */
static compat_preference flags[SETTING_COUNT]; /* of those that are one */
static guint timeout_s, queueing_ms = 100;
static compat_preference split_interfaces;

static struct settings defaults(void)
{
    return settings_initial(connmon_config_exact());
}

static void register_setting(module_t *module, enum setting_id id)
{
    static char titles[SETTING_COUNT][TITLE_SIZE]; /* which Wireshark does not copy */
    const struct setting *setting = &setting_table[id];
    const struct settings initial = defaults();
    const char *unit = setting_unit_name(setting->unit);

    if (setting->unit == SETTING_IN_FLAG) {
        prefs_register_bool_preference(module, setting->name, setting->title, setting->help,
                                       &flags[id]);
        return;
    }
    numbers[id] = settings_get(&initial, id);
    g_snprintf(titles[id], TITLE_SIZE, *unit ? "%s (%s)" : "%s", setting->title, unit);
    prefs_register_uint_preference(module, setting->name, titles[id], setting->help, 10,
                                   &numbers[id]);
}

void preferences_register(int proto_connmon)
{
    module_t *module = prefs_register_protocol(proto_connmon, NULL);

    for (int i = 0; i < SETTING_COUNT; i++)
        register_setting(module, (enum setting_id)i);
    timeout_s = (guint)view_option_table[VIEW_OPTION_TIMEOUT].initial;
    prefs_register_uint_preference(
        module, "timeout", "A connection times out after (seconds)",
        "The events of connections say so of one that was silent for longer than this. 0: never.",
        10, &timeout_s);
    prefs_register_uint_preference(
        module, "queueing", "Flag delays exceeding the minimum by (ms)",
        "Expert information flags each round-trip delay that is longer than the smallest so far on "
        "its side by more than this.",
        10, &queueing_ms);
    unmeasured_register(module);
    prefs_register_bool_preference(
        module, "split_interfaces", "Keep interfaces apart",
        "Where a capture has several interfaces, measure a connection at each of them, as if they "
        "were captures of their own. Otherwise the second sight of a packet is a copy.",
        &split_interfaces);
}

static struct settings current(void)
{
    struct settings now = defaults();

    for (int i = 0; i < SETTING_COUNT; i++)
        settings_set(&now, (enum setting_id)i,
                     setting_table[i].unit == SETTING_IN_FLAG ? flags[i] != 0 : numbers[i]);
    return now;
}

struct connmon_config preferences_config(void)
{
    return current().core;
}

int64_t preferences_timeout_ns(void)
{
    return timeout_s * NS_PER_S;
}

bool preferences_split_interfaces(void)
{
    return split_interfaces;
}

int64_t preferences_queueing_ns(void)
{
    return queueing_ms * NS_PER_MS;
}

struct stall_limits preferences_stall_limits(void)
{
    return current().stall;
}
