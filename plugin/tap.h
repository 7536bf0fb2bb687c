/* tap.h - a view on tshark's packets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_H
#define CONNMON_PLUGIN_TAP_H

#include "view.h"

/* Shows this view of all packets that match `filter` ("": all), on standard output. Returns NULL if
 * it began, else what is wrong, in one line, to be freed by g_free(). */
char *tap_begin(const struct view_kind *kind, const struct view_options *options,
                const char *filter);

#endif
