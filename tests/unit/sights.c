/* sights.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sights.h"

#include <stdlib.h>

struct sight *sights_find(struct sights *sights, uint32_t value)
{
    for (size_t i = 0; i < sights->count; i++)
        if (sights->list[i].value == value)
            return &sights->list[i];
    return NULL;
}

void sights_append(struct sights *sights, struct sight sight)
{
    if (sights->count == sights->capacity) {
        sights->capacity = sights->capacity ? 2 * sights->capacity : 16;
        sights->list = realloc(sights->list, sights->capacity * sizeof(sight));
        if (!sights->list)
            abort();
    }
    sights->list[sights->count++] = sight;
}
