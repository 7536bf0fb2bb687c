/* bpf.h - a filter for packets of several link types
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BPF_H
#define CONNMON_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

/* Room for what libpcap has to say, and a hint. */
enum { BPF_ERROR_SIZE = 400 };

struct bpf;

/* A filter in the language of pcap-filter(7). `text` must outlive it. NULL, and why in `error`: no
 * memory, or it has no meaning for any link type that is decoded. Free with bpf_free(). */
struct bpf *bpf_new(const char *text, char error[BPF_ERROR_SIZE]);
void bpf_free(struct bpf *bpf);

/* Whether the filter takes the packet. It takes none of a link type for which it has no meaning, as
 * Ethernet's addresses have none for raw IP; these are counted. */
bool bpf_takes(struct bpf *bpf, const struct record *record);

/* How many packets it could not judge so far. Any thread may ask. */
uint64_t bpf_unjudged(const struct bpf *bpf);

/* Why it could judge none of the packets so far; NULL: it could, or there was none. */
const char *bpf_error(const struct bpf *bpf);

/* What to say behind a filter's error: a hint with a semicolon before it if the text looks like a
 * display filter, which is another language; else "". */
const char *bpf_hint(const char *text);

#endif
