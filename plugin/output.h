/* output.h - standard output for what is printed packet by packet
 *
 * Buffered, but never for longer than a second, even if no further packet comes; and not at all on
 * a terminal. When nobody reads any more the program ends quietly, when the output cannot be
 * written it says so and ends with an error: as tshark does with its own lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_OUTPUT_H
#define CONNMON_PLUGIN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* To be called before the first output_write() of a tap, and once after its last. */
void output_open(void);
void output_close(void);

/* Whether somebody reads along. */
bool output_is_terminal(void);

/* Writes what stands for one packet. */
void output_write(const char *bytes, size_t size);

/* Writes what is still buffered. */
void output_flush(void);

#endif
