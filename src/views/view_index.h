/* view_index.h - what an index of these options has, for those who write one of their own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VIEW_INDEX_H
#define CONNMON_VIEW_INDEX_H

#include "flow_index.h"
#include "view_options.h"

struct flow_index_options view_index_options(const struct view_options *options);

#endif
