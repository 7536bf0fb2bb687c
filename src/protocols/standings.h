/* standings.h - the connections that need not be followed, two bits each
 *
 * Most connections of most captures: what is known of them has to fit a cache. Numbers are given
 * one by one, so they stand in rows; a row makes room for one that is a million numbers newer, and
 * its connections are looked at anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_STANDINGS_H
#define CONNMON_STANDINGS_H

#include "memory.h"

enum standing {
    STANDING_OPEN = 0, /* not known, or to be followed */
    STANDING_OTHER,    /* another protocol, which may go over to TLS (as SMTP does, RFC 3207) */
    STANDING_LOST,     /* somewhere in a message, or in who knows what */
};

enum { STANDINGS_ROW_BITS = 6, STANDINGS_ROWS = 1 << 14 };

struct standings_row {
    uint32_t number; /* the connections' serial numbers, without their last bits */
    uint64_t other, lost;
};

struct standings {
    struct standings_row *rows; /* STANDINGS_ROWS of them */
};

/* All are open. False: no memory. Give back with standings_free(). */
bool standings_init(struct standings *standings, struct memory *memory);
void standings_free(struct standings *standings, struct memory *memory);
void standings_reset(struct standings *standings);

/* False if a newer connection has the room. */
bool standings_set(struct standings *standings, uint32_t serial, enum standing standing);

static inline enum standing standings_get(const struct standings *standings, uint32_t serial)
{
    const uint32_t number = serial >> STANDINGS_ROW_BITS;
    const struct standings_row *row = &standings->rows[number % STANDINGS_ROWS];
    const unsigned bit = serial % (1U << STANDINGS_ROW_BITS);

    if (row->number != number)
        return STANDING_OPEN;
    return row->other >> bit & 1  ? STANDING_OTHER
           : row->lost >> bit & 1 ? STANDING_LOST
                                  : STANDING_OPEN;
}

#endif
