/* model.h - the rules once more, as plainly as they can be written
 *
 * For one connection. Everything is an unbounded list that is searched from end to end, nothing is
 * ever dropped but by the rules, and no code is shared with the core, so that an error in its
 * tables or its arithmetic shows as a difference.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_TEST_MODEL_H
#define CONNMON_TEST_MODEL_H

#include "connmon.h"

struct model;

/* A model of one connection; free it with model_free(). */
struct model *model_new(const struct connmon_config *config);
void model_free(struct model *model);

/* As connmon_process(). */
void model_process(struct model *model, const struct connmon_segment *segment,
                   struct connmon_result *result);

#endif
