/* fuzz_pcapng.c - any bytes as a pcapng file, behind a section and an interface that are good
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In the byte order of this machine, as most that fuzz have it. */
static const uint32_t begin[] = {
    0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28, /* section, of unknown length */
    1,          20, 1,          0, 20,                         /* interface: Ethernet */
};

/* Whoever uses a packet reads all that it claims to have. */
static void read_all(const struct record *record)
{
    for (uint32_t i = 0; i < record->captured; i++)
        (void)*(const volatile uint8_t *)&record->bytes[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *file = malloc(sizeof(begin) + size);
    FILE *stream = file ? fmemopen(file, sizeof(begin) + size, "rb") : NULL;
    struct pcapng *pcapng = stream ? pcapng_new(stream) : NULL;
    struct record record;
    uint64_t latest = 0;
    enum pcapng_status status;

    if (!pcapng)
        abort();
    memcpy(file, begin, sizeof(begin));
    if (size > 0)
        memcpy(file + sizeof(begin), data, size);
    while ((status = pcapng_next(pcapng, &record)) == PCAPNG_PACKET) {
        read_all(&record);
        if (record.number <= latest || (record.time_unknown && record.time_ns != 0))
            abort();
        latest = record.number;
    }
    if ((status == PCAPNG_DAMAGED) != (pcapng_error(pcapng)[0] != '\0') ||
        pcapng_next(pcapng, &record) != status)
        abort();
    pcapng_free(pcapng);
    fclose(stream);
    free(file);
    return 0;
}
