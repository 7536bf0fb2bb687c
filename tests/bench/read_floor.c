/* read_floor.c - the least that a program must do to see each TCP option of a capture
 *
 *     read_floor FILE
 *
 * What it costs is the floor against which the program connmon is measured: libpcap's reading, and
 * the way down to the options of Ethernet, IPv4 or IPv6, TCP. It prints a sum of what it saw, so
 * that nothing of it can be left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

enum { ETHERNET = 14, IPV6 = 40, TCP = 20 };

/* Where the TCP header begins; 0 if there is none that was captured. */
static uint32_t find_tcp(const uint8_t *frame, uint32_t captured)
{
    uint32_t at;

    if (captured < ETHERNET + 20)
        return 0;
    if (frame[12] == 0x08 && frame[13] == 0x00 && frame[ETHERNET + 9] == 6)
        at = ETHERNET + (frame[ETHERNET] & 15) * 4U;
    else if (frame[12] == 0x86 && frame[13] == 0xdd && frame[ETHERNET + 6] == 6)
        at = ETHERNET + IPV6;
    else
        return 0;
    return captured >= at + TCP ? at : 0;
}

static uint64_t sum_options(const uint8_t *frame, uint32_t captured)
{
    uint32_t at = find_tcp(frame, captured), end;
    uint64_t sum = 0;

    if (at == 0)
        return 0;
    end = at + (frame[at + 12] >> 4) * 4U;
    if (end > captured)
        end = captured;
    for (at += TCP; at + 1 < end && frame[at] != 0;) {
        sum += frame[at];
        at += frame[at] == 1 ? 1 : frame[at + 1] < 2 ? 2 : frame[at + 1];
    }
    return sum;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    struct pcap_pkthdr *record;
    const uint8_t *frame;
    uint64_t packets = 0, sum = 0;

    if (!pcap) {
        fprintf(stderr, "%s\n", argc == 2 ? error : "usage: read_floor FILE");
        return 2;
    }
    for (; pcap_next_ex(pcap, &record, &frame) == 1; packets++)
        sum += sum_options(frame, record->caplen);
    printf("%" PRIu64 " packets, sum %" PRIu64 "\n", packets, sum);
    pcap_close(pcap);
    return 0;
}
