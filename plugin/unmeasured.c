/* unmeasured.c
 *
 * A table rather than a line of text, since Wireshark checks what is entered into a table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unmeasured.h"

#include <epan/uat.h>

#include "observation.h"
#include "subnet.h"

#define TABLE_NAME "connmon_unmeasured" /* the user's file, too, and what -o uat: names */

struct record {
    char *hosts;
    struct connmon_subnet subnet; /* the same; kept by parse_all() */
};

/* Wireshark's, which owns them. */
static struct record *records;
static guint record_count;

static void *copy_record(void *to, const void *from, size_t size _U_)
{
    const struct record *old = from;
    struct record *new = to;

    *new = *old;
    new->hosts = g_strdup(old->hosts);
    return new;
}

static void free_record(void *record)
{
    g_free(((struct record *)record)->hosts);
}

static void parse_all(void)
{
    for (guint i = 0; i < record_count; i++)
        connmon_subnet_parse(records[i].hosts, &records[i].subnet);
}

static compat_boolean check_hosts(void *record _U_, const char *text, guint size,
                                  const void *check_data _U_, const void *field_data _U_,
                                  char **error)
{
    char *hosts = g_strndup(text, size);
    struct connmon_subnet subnet;
    bool is_valid = connmon_subnet_parse(hosts, &subnet);

    *error = is_valid ? NULL
                      : g_strdup_printf("\"%s\" is neither an address nor a subnet such as "
                                        "192.0.2.0/24 or 2001:db8::/32",
                                        hosts);
    g_free(hosts);
    return is_valid;
}

UAT_CSTRING_CB_DEF(record, hosts, struct record)

void unmeasured_register(module_t *module)
{
    static uat_field_t fields[] = {
        UAT_FLD_CSTRING_OTHER(record, hosts, "Address or subnet", check_hosts,
                              "An IPv4 or IPv6 address, or a subnet: 192.0.2.0/24"),
        UAT_END_FIELDS,
    };
    uat_t *table = uat_new("Hosts whose side is not measured", sizeof(struct record), TABLE_NAME,
                           TRUE, &records, &record_count, UAT_AFFECTS_DISSECTION, NULL, copy_record,
                           NULL, free_record, parse_all, NULL, fields);

    prefs_register_uat_preference(
        module, "unmeasured", "Hosts whose side is not measured",
        "Packets from these hosts complete no round-trip delay. Useful on the host that captures: "
        "the delays of its own side are not those of a network.",
        table);
}

void unmeasured_drop(const struct connmon_segment *segment, struct connmon_result *result)
{
    for (guint i = 0; i < record_count; i++) {
        if (!connmon_subnet_has(&records[i].subnet, &segment->src))
            continue;
        connmon_unmeasure(result);
        return;
    }
}
