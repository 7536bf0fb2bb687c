/* value.h - what programs read of a packet, the same in JSON, CSV and outlines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_VALUE_H
#define CONNMON_VALUE_H

#include "field.h"
#include "text.h"

/* A value of any type but a string's: seconds with nine digits, whole numbers, true or false, and
 * the names of enumerated values in double quotes, which nothing in them asks to be escaped. */
void value_text(struct text *text, enum connmon_field_type type, int64_t value);

/* A flow as "address:port+address:port", in double quotes. */
void value_flow(struct text *text, const struct connmon_endpoint *src,
                const struct connmon_endpoint *dst);

#endif
