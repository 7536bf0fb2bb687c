/* test_bandwidth.c - who sent how much in an interval
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figures.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bandwidth.h"
#include "written.h"

static struct bandwidth *begin(struct written *written, size_t top, bool is_json)
{
    const struct bandwidth_config config = {
        .interval_ns = 1000 * MS, .top = top, .is_json = is_json};
    struct bandwidth *bandwidth;

    memset(written, 0, sizeof(*written));
    bandwidth = bandwidth_new(&config, written_keep, written);
    assert_non_null(bandwidth);
    return bandwidth;
}

static void add(struct bandwidth *bandwidth, int64_t ms, uint32_t connection, uint32_t bytes)
{
    struct connmon_observation seen = observe(ms, 0, CONNMON_ACK, 0);

    seen.result.side = CONNMON_CLIENT;
    seen.result.connection = seen.discriminator = connection;
    seen.wire_len = bytes;
    bandwidth_add(bandwidth, &seen);
}

/* Where the row of a connection stands; 0 if it has none. */
static size_t place_of(const struct written *written, uint32_t connection)
{
    char key[32];
    const char *found;
    size_t place = 1;

    snprintf(key, sizeof(key), "\"stream\":%u,", (unsigned)connection);
    found = strstr(written->text, key);
    for (const char *at = written->text; found && at < found; at++)
        place += *at == '\n';
    return found ? place : 0;
}

/* Of 5,000 connections, in the order of a permutation, five send the most. */
static void the_largest_are_selected(void **state)
{
    struct written written;
    struct bandwidth *bandwidth = begin(&written, 5, true);

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            uint32_t connection = i * 2503 % 5000;

            add(bandwidth, round * 1000, connection, 100 + (connection * 7 + 3) % 5000);
        }
        written.length = 0;
        bandwidth_advance(bandwidth, (round + 1) * 1000 * MS);
        for (uint32_t connection = 0; connection < 5000; connection++) {
            uint32_t rank = 5000 - (connection * 7 + 3) % 5000;

            if (rank <= 5)
                assert_int_equal(place_of(&written, connection), rank);
        }
        assert_non_null(strstr(written.text, "\"active\":5000,"));
    }
    bandwidth_free(bandwidth);
}

/* Of as many rows as come, few are held, and what sends much is among them from its first packet.
 */
static void what_is_large_stays_beyond_the_limit(void **state)
{
    enum { MOST = 64, SMALL = 5000, LARGE = 5, FIRST_LARGE = 10000 };
    const struct bandwidth_config config = {
        .interval_ns = 1000 * MS, .top = LARGE, .most = MOST, .is_json = true};
    struct written written = {.length = 0};
    struct bandwidth *bandwidth = bandwidth_new(&config, written_keep, &written);

    (void)state;
    assert_non_null(bandwidth);
    for (uint32_t i = 0; i < SMALL; i++) {
        add(bandwidth, 0, i, 100);
        if (i % 10 == 0)
            add(bandwidth, 0, FIRST_LARGE + i / 10 % LARGE, 1000);
    }
    bandwidth_finish(bandwidth);
    for (uint32_t i = 0; i < LARGE; i++)
        assert_int_equal(place_of(&written, FIRST_LARGE + i), i + 1);
    assert_non_null(strstr(written.text, "\"active\":5005,"));
    assert_non_null(strstr(written.text, "\"client_bytes\":100000,"));
    assert_true(bandwidth_losses(bandwidth).forgotten >= SMALL + LARGE - MOST &&
                bandwidth_losses(bandwidth).forgotten <= SMALL + LARGE - MOST / 2);
    bandwidth_free(bandwidth);
}

static size_t count_of(const struct written *written, const char *words)
{
    size_t count = 0;

    for (const char *at = written->text; (at = strstr(at, words)); at++)
        count++;
    return count;
}

/* As time passes forward; of a jump over many intervals the first is told. */
static void idle_intervals_show_if_wanted(void **state)
{
    const struct bandwidth_config config = {.interval_ns = 1000 * MS, .shows_idle = true};
    struct written written = {.length = 0};
    struct bandwidth *bandwidth = bandwidth_new(&config, written_keep, &written);

    (void)state;
    assert_non_null(bandwidth);
    bandwidth_advance(bandwidth, 0);
    for (int64_t ms = 100; ms < 3000; ms += 100)
        bandwidth_advance(bandwidth, ms * MS);
    assert_int_equal(count_of(&written, ": 0 kbit/s, 0 active\n"), 2);
    add(bandwidth, 3100, 1, 100);
    assert_int_equal(count_of(&written, " 0 active\n"), 3);
    bandwidth_advance(bandwidth, 4000 * MS);
    assert_int_equal(count_of(&written, " 1 active\n"), 1);
    bandwidth_advance(bandwidth, 90000 * MS);
    assert_int_equal(count_of(&written, " 0 active\n"), 4);
    add(bandwidth, 50, 1, 100);
    bandwidth_finish(bandwidth);
    assert_int_equal(count_of(&written, " 0 active\n"), 4);
    assert_int_equal(count_of(&written, " 1 active\n"), 2);
    bandwidth_free(bandwidth);
}

static void idle_connections_do_not_show(void **state)
{
    struct written written;
    struct bandwidth *bandwidth = begin(&written, 0, true);

    (void)state;
    add(bandwidth, 0, 1, 100);
    add(bandwidth, 10, 2, 200);
    bandwidth_advance(bandwidth, 999 * MS);
    assert_int_equal(written.length, 0);
    add(bandwidth, 1000, 2, 300);
    assert_int_equal(place_of(&written, 2), 1);
    assert_int_equal(place_of(&written, 1), 2);
    written.length = 0;
    written.text[0] = '\0';
    bandwidth_advance(bandwidth, INT64_MAX);
    assert_int_equal(place_of(&written, 1), 0);
    assert_non_null(strstr(written.text, "\"client_bytes\":300,"));
    written.length = 0;
    bandwidth_finish(bandwidth);
    assert_int_equal(written.length, 0);
    bandwidth_free(bandwidth);
}

/* What is written, as "start bytes" of each row. */
static void expect_rows(struct written *written, const char *expected)
{
    char rows[256] = "";

    for (const char *at = written->text; (at = strstr(at, "{\"start\":")); at++) {
        const char *bytes = strstr(at, "\"client_bytes\":");

        assert_non_null(bytes);
        snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "%.0f:%.0f ",
                 strtod(at + 9, NULL), strtod(bytes + 15, NULL));
    }
    assert_string_equal(rows, expected);
    written->length = 0;
    written->text[0] = '\0';
}

static void a_packet_counts_at_its_own_time(void **state)
{
    struct written written;
    struct bandwidth *bandwidth = begin(&written, 0, true);

    (void)state;
    add(bandwidth, 100000, 1, 100);
    add(bandwidth, 100999, 1, 10);
    add(bandwidth, 99999, 1, 200); /* back: the interval before */
    add(bandwidth, 99000, 1, 20);
    add(bandwidth, 98999, 1, 300);
    add(bandwidth, 100500, 1, 400); /* and again */
    expect_rows(&written, "100:110 99:220 98:300 ");
    bandwidth_advance(bandwidth, 90000 * MS); /* no packet that counts goes back */
    add(bandwidth, 100600, 1, 1);
    expect_rows(&written, "");
    add(bandwidth, INT64_C(315360000000), 1, 5); /* ten years later, for one frame */
    add(bandwidth, 100700, 1, 2);
    bandwidth_finish(bandwidth);
    expect_rows(&written, "100:401 315360000:5 100:2 ");
    bandwidth_free(bandwidth);
}

static void a_reset_forgets_the_interval(void **state)
{
    struct written written;
    struct bandwidth *bandwidth = begin(&written, 0, false);

    (void)state;
    add(bandwidth, 0, 1, 100);
    bandwidth_reset(bandwidth);
    bandwidth_finish(bandwidth);
    assert_int_equal(written.length, 0);
    add(bandwidth, 500, 2, 1250);
    bandwidth_finish(bandwidth);
    assert_non_null(strstr(written.text, " + 1.00 s: 10.0 kbit/s, 1 active\n"));
    bandwidth_free(bandwidth);
}

static void the_link_carries_a_copy_once(void **state)
{
    struct written written;
    struct bandwidth *bandwidth = begin(&written, 0, false);
    struct connmon_observation copy = observe(1, 0, CONNMON_ACK, 0);

    (void)state;
    add(bandwidth, 0, 0, 1250);
    copy.wire_len = 1250;
    copy.result.is_copy = true;
    bandwidth_add(bandwidth, &copy);
    bandwidth_finish(bandwidth);
    assert_non_null(strstr(written.text, " + 1.00 s: 10.0 kbit/s, 1 active\n"));
    bandwidth_free(bandwidth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_are_selected),
        cmocka_unit_test(what_is_large_stays_beyond_the_limit),
        cmocka_unit_test(idle_intervals_show_if_wanted),
        cmocka_unit_test(idle_connections_do_not_show),
        cmocka_unit_test(a_packet_counts_at_its_own_time),
        cmocka_unit_test(a_reset_forgets_the_interval),
        cmocka_unit_test(the_link_carries_a_copy_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
