/* test_pcapng_write.c - what is written is read again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "pcapng.h"
#include "pcapng_write.h"

static const uint8_t packet[] = {1, 2, 3, 4, 5};

static void packets_are_read_again(void **state)
{
    FILE *file = tmpfile();
    struct pcapng *reader;
    struct record record;

    (void)state;
    assert_non_null(file);
    assert_true(connmon_pcapng_begin(file, 101, 96));
    for (uint32_t size = 0; size <= sizeof(packet); size++)
        assert_true(
            connmon_pcapng_write(file, INT64_C(1700000000123456789) + size, packet, size, 1500));
    assert_int_equal(fflush(file), 0);
    rewind(file);
    reader = pcapng_new(file);
    for (uint32_t size = 0; size <= sizeof(packet); size++) {
        assert_int_equal(pcapng_next(reader, &record), PCAPNG_PACKET);
        assert_int_equal(record.time_ns, INT64_C(1700000000123456789) + size);
        assert_int_equal(record.link_type, 101);
        assert_int_equal(record.snapshot_length, 96);
        assert_int_equal(record.captured, size);
        assert_int_equal(record.original, 1500);
        assert_memory_equal(record.bytes, packet, size);
    }
    assert_int_equal(pcapng_next(reader, &record), PCAPNG_END);
    pcapng_free(reader);
    fclose(file);
}

static void a_full_stream_is_told(void **state)
{
    FILE *file = fopen("/dev/full", "w");

    (void)state;
    if (!file)
        skip();
    setvbuf(file, NULL, _IONBF, 0);
    assert_false(connmon_pcapng_begin(file, 1, 0));
    assert_false(connmon_pcapng_write(file, 0, packet, sizeof(packet), sizeof(packet)));
    fclose(file);
}

static void units_and_interfaces_are_the_callers(void **state)
{
    const struct connmon_pcapng_packet second = {
        .interface_id = 1, .ticks = 7, .captured = 3, .original = 3};
    uint8_t section[CONNMON_PCAPNG_SECTION_BYTES], interface[CONNMON_PCAPNG_INTERFACE_BYTES],
        head[CONNMON_PCAPNG_PACKET_HEAD_BYTES], tail[CONNMON_PCAPNG_PACKET_TAIL_BYTES];
    const uint32_t tail_size = connmon_pcapng_packet(&second, head, tail);
    FILE *file = tmpfile();
    struct pcapng *reader;
    struct record record;

    (void)state;
    assert_non_null(file);
    connmon_pcapng_section(section);
    fwrite(section, sizeof(section), 1, file);
    for (uint8_t i = 0; i < 2; i++) {
        connmon_pcapng_interface(interface, i, 0, (uint8_t)(3 + 3 * i));
        fwrite(interface, sizeof(interface), 1, file);
    }
    fwrite(head, sizeof(head), 1, file);
    fwrite(packet, second.captured, 1, file);
    fwrite(tail, tail_size, 1, file);
    rewind(file);
    reader = pcapng_new(file);
    assert_int_equal(tail_size, 5);
    assert_int_equal(pcapng_next(reader, &record), PCAPNG_PACKET);
    assert_int_equal(record.interface, 1);
    assert_int_equal(record.link_type, 1);
    assert_int_equal(record.time_ns, 7000);
    assert_int_equal(record.captured, 3);
    pcapng_free(reader);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_read_again),
        cmocka_unit_test(a_full_stream_is_told),
        cmocka_unit_test(units_and_interfaces_are_the_callers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
