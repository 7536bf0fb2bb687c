/* interfaces.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interfaces.h"

#include <wiretap/wtap.h>

#include "entropy.h"
#include "siphash.h"

struct interfaces {
    GHashTable *numbers; /* of guint, plus 1, by struct pair */
};

struct pair {
    uint32_t stream, interface;
};

/* Of all tables, for GLib hands no context to a hash function. */
static struct siphash_key pair_key;

static guint pair_hash(gconstpointer key)
{
    const struct pair *pair = key;

    return (guint)siphash_words(&pair_key,
                                (uint64_t[]){(uint64_t)pair->stream << 32 | pair->interface}, 1);
}

static gboolean pair_equal(gconstpointer a, gconstpointer b)
{
    const struct pair *one = a, *other = b;

    return one->stream == other->stream && one->interface == other->interface;
}

struct interfaces *interfaces_new(void)
{
    static gsize has_key;
    struct interfaces *interfaces = g_new(struct interfaces, 1);

    if (g_once_init_enter(&has_key)) {
        entropy_draw(&pair_key, sizeof(pair_key));
        g_once_init_leave(&has_key, 1);
    }
    interfaces->numbers = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    return interfaces;
}

void interfaces_free(struct interfaces *interfaces)
{
    if (!interfaces)
        return;
    g_hash_table_destroy(interfaces->numbers);
    g_free(interfaces);
}

uint32_t interfaces_discriminator(struct interfaces *interfaces, const packet_info *pinfo,
                                  uint32_t stream)
{
    struct pair pair = {.stream = stream};
    guint number;

    if (pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID)
        pair.interface = pinfo->rec->rec_header.packet_header.interface_id;
    number = GPOINTER_TO_UINT(g_hash_table_lookup(interfaces->numbers, &pair));
    if (number == 0) {
        number = g_hash_table_size(interfaces->numbers) + 1;
        g_hash_table_insert(interfaces->numbers, g_memdup2(&pair, sizeof(pair)),
                            GUINT_TO_POINTER(number));
    }
    return number - 1;
}
