/* entropy.h - bytes that nobody can foretell, for the keys of hash tables
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_ENTROPY_H
#define CONNMON_ENTROPY_H

#include <stddef.h>

/* Fills `bytes`: with the system's random numbers, or where it has none to give, from the time and
 * from where the process lies in memory. That is no match for cryptography, but for a hash table:
 * whoever makes a capture does not learn either, and sees nothing that depends on them. */
void entropy_draw(void *bytes, size_t size);

#endif
