/* plugin.c - what Wireshark looks for when it loads the plugin
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "compat.h"
#include "dissector.h"
#include "interest.h"
#include "tap_srt.h"
#include "tap_table.h"
#include "taps.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern const char plugin_version[];
EXPORT extern const int plugin_want_major, plugin_want_minor;
EXPORT void plugin_register(void);
EXPORT uint32_t plugin_describe(void);

const char plugin_version[] = CONNMON_VERSION;
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

static void register_protocol(void)
{
    dissector_register();
    if (interest_is_tshark()) /* which has better ones than it would make of these */
        return;
    tap_table_register();
    tap_srt_register();
}

void plugin_register(void)
{
    static const proto_plugin connmon = {
        .register_protoinfo = register_protocol,
        .register_handoff = dissector_register_handoff,
    };
    static const tap_plugin statistics = {.register_tap_listener = taps_register};

    proto_register_plugin(&connmon);
    tap_register_plugin(&statistics);
}

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
}
