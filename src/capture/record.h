/* record.h - a packet as a capture holds it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_RECORD_H
#define CONNMON_RECORD_H

#include <stdbool.h>
#include <stdint.h>

struct record {
    const uint8_t *bytes;        /* valid until the next packet is read */
    uint32_t captured, original; /* bytes that are there, and that were on the wire */
    int link_type;               /* as connmon_decode() takes it */
    int64_t time_ns;             /* since 1970 */
    bool time_unknown;           /* the capture does not say when: `time_ns` is 0 */
    uint64_t number;             /* in its capture, from 1, as Wireshark's frame.number */

    /* How the capture keeps it */
    bool has_nanoseconds;     /* its clock is finer than microseconds */
    uint32_t snapshot_length; /* bytes that are kept of a packet at most; 0: all */
    const uint8_t *block;     /* whole, of a pcapng file; NULL: it is in none. As `bytes` */
    uint32_t block_size;
    uint32_t interface; /* of the pcapng file's current section, from 0 */
};

#endif
