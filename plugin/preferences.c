/* preferences.c
 *
 * Units are such that every number that Wireshark takes, 0 to 2^32 - 1, means something.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "preferences.h"

#include "compat.h"
#include "unmeasured.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)
#define NS_PER_MS G_GINT64_CONSTANT(1000000)

static guint max_age_s, idle_s, slack_share;
static guint timeout_s = 300;
static guint queueing_ms = 100, stall_ms = STALL_FLOOR_MS, stall_rtts = STALL_RTTS;
static guint max_connections, max_outstanding, max_answered, max_holes, max_memory_mb;
static guint max_recent;
static compat_preference split_interfaces, keep_copies;

static const struct {
    guint *value;
    const char *name, *title, *help;
} numbers[] = {
    {&max_age_s, "max_age", "Longest round-trip delay (seconds)",
     "A segment that is answered later than this completes no delay: the answer was most likely "
     "not waiting for the network."},
    {&idle_s, "idle", "Forget idle connections after (seconds)",
     "What is known of a connection is forgotten when it was silent for longer than this. 0: it "
     "is kept for as long as the file is open."},
    {&timeout_s, "timeout", "A connection times out after (seconds)",
     "The events of connections say so of one that was silent for longer than this. 0: never."},
    {&slack_share, "slack_share", "A pure ACK's TSval needs a delay of (times the slack)",
     "Nobody has to answer a pure ACK, so its TSval may be echoed late. The delay is trusted only "
     "if it is at least so many times the slack, which is how long the host may have waited. "
     "1 trusts all of them; 0 means the default, 8."},
    {&queueing_ms, "queueing", "Tell delays above the smallest by (milliseconds)",
     "Expert information tells of each round-trip delay that is longer than the smallest so far on "
     "its side by more than this."},
    {&stall_ms, "stall", "Shortest stall (milliseconds)",
     "Expert information tells when a connection stood still for at least this long though someone "
     "was waited for."},
    {&stall_rtts, "stall_rtts", "Shortest stall (round trips)",
     "A stall takes at least so many times the smallest delay of both sides together, too."},
    {&max_connections, "max_connections", "Connections to remember at most",
     "Beyond this number, the connection that was not seen for longest is forgotten. 0: no limit."},
    {&max_memory_mb, "max_memory", "Memory for connections at most (MB)",
     "Beyond this, the connections that were not seen for longest are forgotten. What is shown of "
     "each packet takes memory of its own. 0: no limit."},
    {&max_outstanding, "max_outstanding", "Unanswered values per flow at most",
     "TSvals and sequence ends that may still be answered. Beyond this number, the oldest are "
     "forgotten, and a delay may be missing. 0: no limit."},
    {&max_answered, "max_answered", "Answered values per flow at most",
     "TSecr values and acknowledgment numbers that were seen before. Beyond this number, the "
     "oldest are forgotten, and a very late repetition may complete a delay. 0: no limit."},
    {&max_holes, "max_holes", "Holes per flow at most",
     "Beyond this number, the oldest are forgotten, and what fills one may show as a "
     "retransmission. 0: no limit."},
    {&max_recent, "max_recent", "Recent packets at most",
     "The packets of the latest 100 ms are remembered to know their copies. Beyond this number, a "
     "copy may show as a retransmission. 0: no limit."},
};

static void set_defaults(void)
{
    const struct connmon_config config = connmon_config_exact();

    max_age_s = (guint)(config.max_age_ns / NS_PER_S);
    idle_s = (guint)(config.idle_ns / NS_PER_S);
    slack_share = config.slack_share;
    max_connections = config.max_connections;
    max_outstanding = config.max_outstanding;
    max_answered = config.max_answered;
    max_holes = config.max_holes;
    max_recent = config.max_recent;
}

void preferences_register(int proto_connmon)
{
    module_t *module = prefs_register_protocol(proto_connmon, NULL);

    set_defaults();
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        prefs_register_uint_preference(module, numbers[i].name, numbers[i].title, numbers[i].help,
                                       10, numbers[i].value);
    unmeasured_register(module);
    prefs_register_bool_preference(
        module, "split_interfaces", "Keep interfaces apart",
        "Where a capture has several interfaces, measure a connection at each of them, as if they "
        "were captures of their own. Otherwise the second sight of a packet is a copy.",
        &split_interfaces);
    prefs_register_bool_preference(
        module, "keep_copies", "Take copies for packets",
        "A capture of a mirror port, of several interfaces or of both sides of a router shows a "
        "packet more than once. Unless this is set, only the first sight counts.",
        &keep_copies);
}

struct connmon_config preferences_config(void)
{
    struct connmon_config config = connmon_config_exact();

    config.max_age_ns = max_age_s * NS_PER_S;
    config.idle_ns = idle_s * NS_PER_S;
    config.slack_share = slack_share;
    config.max_connections = max_connections;
    config.max_memory = (size_t)max_memory_mb << 20;
    config.max_outstanding = max_outstanding;
    config.max_answered = max_answered;
    config.max_holes = max_holes;
    config.max_recent = max_recent;
    config.keep_copies = keep_copies;
    return config;
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
    return (struct stall_limits){.floor_ns = stall_ms * NS_PER_MS, .rtts = stall_rtts};
}
