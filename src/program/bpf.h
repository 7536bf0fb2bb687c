/* bpf.h - a filter for packets of several link types
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_BPF_H
#define CONNMON_BPF_H

#include <stdbool.h>

#include "record.h"

/* Room for what libpcap has to say, and a hint. */
enum { BPF_ERROR_SIZE = 400 };

struct bpf;

/* A filter in the language of pcap-filter(7). `text` must outlive it. NULL: no memory. Free with
 * bpf_free(). */
struct bpf *bpf_new(const char *text);
void bpf_free(struct bpf *bpf);

/* Whether the filter takes the packet. It is compiled at the first packet of each link type; a link
 * type for which it has no meaning is an error: false, and bpf_error() not NULL from then on. */
bool bpf_takes(struct bpf *bpf, const struct record *record);

const char *bpf_error(const struct bpf *bpf);

/* What to say behind a filter's error: a hint with a semicolon before it if the text looks like a
 * display filter, which is another language; else "". */
const char *bpf_hint(const char *text);

#endif
