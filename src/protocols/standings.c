/* standings.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "standings.h"

#include <string.h>

bool standings_init(struct standings *standings, struct memory *memory)
{
    standings->rows = memory_alloc(memory, STANDINGS_ROWS * sizeof(struct standings_row));
    return standings->rows != NULL;
}

void standings_free(struct standings *standings, struct memory *memory)
{
    memory_free(memory, standings->rows, STANDINGS_ROWS * sizeof(struct standings_row));
    standings->rows = NULL;
}

void standings_reset(struct standings *standings)
{
    memset(standings->rows, 0, STANDINGS_ROWS * sizeof(struct standings_row));
}

bool standings_set(struct standings *standings, uint32_t serial, enum standing standing)
{
    const uint32_t number = serial >> STANDINGS_ROW_BITS;
    struct standings_row *row = &standings->rows[number % STANDINGS_ROWS];
    const uint64_t bit = UINT64_C(1) << serial % (1U << STANDINGS_ROW_BITS);

    if (row->number > number)
        return false;
    if (row->number < number)
        *row = (struct standings_row){.number = number};
    row->other &= ~bit;
    row->lost &= ~bit;
    if (standing == STANDING_OTHER)
        row->other |= bit;
    else if (standing == STANDING_LOST)
        row->lost |= bit;
    return true;
}
