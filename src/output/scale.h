/* scale.h - numbers with a unit: one by itself, or a column of them in the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_SCALE_H
#define CONNMON_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "text.h"

/* What a column's numbers are written in, so that they can be compared at a glance: the largest
 * number's unit, or a smaller one if the smallest number would vanish in it, and as many digits
 * behind the point for all as the smallest needs, up to three. All zero before the first number. */
struct scale {
    int64_t least, most; /* of the numbers above 0; 0: there was none */
    unsigned unit, decimals;
};

/* Whether numbers of this type have a unit that depends on their size. */
bool scale_is_for(enum report_type type);

/* Takes a number that the column has; one below 0 counts as 0. */
void scale_see(struct scale *scale, int64_t number);

/* Chooses unit and digits, once all numbers were seen. Returns the width of the widest. */
size_t scale_settle(struct scale *scale, enum report_type type);

/* Such a number: "12.345 MB"; "<0.001 MB" if all digits would be 0, "0 MB" if it is 0. */
void scale_put(struct text *text, const struct scale *scale, enum report_type type, int64_t number);

/* A number by itself: three significant digits, in its own unit. */
void scale_put_alone(struct text *text, enum report_type type, int64_t number);

#endif
