/* make_capture.c - writes the benchmark's traffic as a capture file
 *
 *     make_capture bulk|churn|many|crowd OPEN PACKETS > FILE.pcap
 *
 * OPEN connections at once (traffic.h), over IPv4 and IPv6, with losses and reordering (path.h).
 * The same arguments always make the same capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "path.h"

static bool write_capture(struct traffic *traffic, uint32_t open, unsigned long packets)
{
    struct path *path = path_new(traffic, open);
    struct connmon_segment segment;

    if (!path)
        return false;
    frame_begin_capture(stdout);
    for (; packets > 0; packets--) {
        path_next(path, &segment);
        frame_write(stdout, &segment, NULL);
    }
    path_free(path);
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {[TRAFFIC_BULK] = "bulk",
                                        [TRAFFIC_CHURN] = "churn",
                                        [TRAFFIC_MANY] = "many",
                                        [TRAFFIC_CROWD] = "crowd"};
    uint32_t open = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    struct traffic *traffic = NULL;
    bool has_written;

    for (size_t i = 0; open > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(argv[1], kinds[i]) == 0)
            traffic = traffic_new((enum traffic_kind)i, open);
    if (!traffic) {
        fprintf(stderr, "usage: make_capture bulk|churn|many|crowd OPEN PACKETS > FILE.pcap\n");
        return 2;
    }
    has_written = write_capture(traffic, open, strtoul(argv[3], NULL, 10));
    traffic_free(traffic);
    return has_written ? 0 : 1;
}
