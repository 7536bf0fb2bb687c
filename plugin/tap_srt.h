/* tap_srt.h - delays by connection among Wireshark's service response times
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_SRT_H
#define CONNMON_PLUGIN_TAP_SRT_H

/* Makes the two tables known, one for each side. To be called when the protocol is registered. */
void tap_srt_register(void);

#endif
