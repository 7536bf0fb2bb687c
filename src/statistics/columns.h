/* columns.h - the rows of the statistics and what stands in their columns
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_COLUMNS_H
#define CONNMON_COLUMNS_H

#include "conversation.h"
#include "hosts.h"
#include "report.h"

/* The kinds of rows: struct conversation and struct host. */
extern const struct report_kind columns_of_conversation, columns_of_host;

#endif
