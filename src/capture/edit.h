/* edit.h - changes frames in place
 *
 * What a frame's innermost TCP segment tells is decoded, changed, and written back; all lengths and
 * checksums that depend on it are made right, on all layers around it, outer ones included:
 *
 *     connmon_decode(link_type, frame, size, size, &segment);
 *     segment.dst.port = 8080;
 *     status = connmon_edit_segment(link_type, frame, size, &segment);
 *
 * Frames of all link types and tunnels that connmon_decode() knows can be edited, if they were
 * captured whole. Not supported (CONNMON_BUILD_UNSUPPORTED), since they protect or hide what
 * changes: the authentication header, routing headers with segments left, jumbograms; another
 * length of payload in NFLOG or PPTP; more than 64 headers. Unless a function returns
 * CONNMON_BUILD_OK, the frame is as before. A UDP checksum of 0 stays 0, as it says that there is
 * none; an Ethernet FCS, if the capture has it, does not change.
 *
 * `link_type` is as for connmon_decode(); `frame` has `size` bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_EDIT_H
#define CONNMON_EDIT_H

#include <stdint.h>

#include "build.h"
#include "connmon.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes what `segment` tells into the innermost TCP header and the IP header around it: addresses,
 * ports, seq, ack, flags, window; the timestamps, if has_timestamps; for IPv4, identification and
 * DF. All else is ignored. CONNMON_BUILD_INVALID if the frame has no timestamps to write to, or IP
 * of another version. */
enum connmon_build_status connmon_edit_segment(int link_type, uint8_t *frame, uint32_t size,
                                               const struct connmon_segment *segment);

/* Writes the hop limit (IPv4: time to live) of the innermost IP header. */
enum connmon_build_status connmon_edit_hop_limit(int link_type, uint8_t *frame, uint32_t size,
                                                 uint8_t hop_limit);

/* Replaces the TCP payload by `payload_size` bytes (NULL: zeros), which may be more or fewer than
 * there were. `*size` becomes the frame's new size, up to `room`. What followed the payload, such
 * as padding, is dropped. */
enum connmon_build_status connmon_edit_payload(int link_type, uint8_t *frame, uint32_t *size,
                                               uint32_t room, const void *payload,
                                               uint32_t payload_size);

/* Makes all lengths and checksums right in a frame that was changed by other means, such as where
 * connmon_decode_headers() points to; or that was captured before the network card filled them in.
 * Lengths may only be wrong where 0 says that they are to be filled in. */
enum connmon_build_status connmon_edit_repair(int link_type, uint8_t *frame, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
