/* line.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "text.h"

/* The widths of the columns; a value that needs more takes more. */
struct widths {
    size_t delay, gap, payload_bytes, flow_bytes;
    const char *no_time, *no_delay, *no_dup_ack;
};

/* As the original's: scripts may have counted its columns. */
static const struct widths machine_widths = {8, 4, 4, 7, "*", "   *    ", "   -    "};
static const struct widths human_widths = {6, 6, 5, 9, "       *       ", "   *  ", "   -  "};

static bool is_due(const struct connmon_result *result, bool quick)
{
    return result->tsval.present || result->seqno.present ||
           (!quick && (result->seq_gap != 0 || result->dup_ack.num != 0));
}

/* Three digits and a unit, such as 1.23ms or 123ms; hundreds of seconds as they come. */
static void put_delay(struct text *text, int64_t ns, size_t width)
{
    char digits[32];
    struct text number = {digits, digits + sizeof(digits)};
    uint64_t thousandths = (uint64_t)ns;
    const size_t unit = text_unit(&thousandths, text_duration_units);

    text_rounded(&number, thousandths, text_decimals(thousandths));
    text_string(&number, text_duration_units[unit]);
    text_right(text, digits, (size_t)(number.at - digits), width);
}

static void put_delay_or(struct text *text, bool is_present, int64_t ns, bool machine,
                         const struct widths *widths, const char *absent)
{
    text_char(text, ' ');
    if (!is_present)
        text_string(text, absent);
    else if (machine)
        text_seconds(text, ns, 6, widths->delay);
    else
        put_delay(text, ns, widths->delay);
}

size_t connmon_line(char *line, size_t size, const struct connmon_observation *seen,
                    struct connmon_line_format format)
{
    const struct connmon_result *result = &seen->result;
    const struct widths *widths = format.machine ? &machine_widths : &human_widths;
    struct text text = {line, line + size};

    if (!is_due(result, format.quick))
        return 0;
    if (seen->time_unknown)
        text_string(&text, widths->no_time);
    else if (format.machine)
        text_seconds(&text, seen->time_ns, 6, 0);
    else
        text_time_of_day(&text, seen->time_ns);
    put_delay_or(&text, result->tsval.present, result->tsval.ns, format.machine, widths,
                 widths->no_delay);
    put_delay_or(&text, result->seqno.present, result->seqno.ns, format.machine, widths,
                 widths->no_delay);
    text_char(&text, ' ');
    text_signed(&text, result->seq_gap, widths->gap);
    put_delay_or(&text, result->dup_ack.num != 0, result->dup_ack.age_ns, format.machine, widths,
                 widths->no_dup_ack);
    text_char(&text, ' ');
    text_unsigned(&text, result->payload_len, widths->payload_bytes);
    text_char(&text, ' ');
    text_unsigned(&text, result->flow_bytes, widths->flow_bytes);
    text_char(&text, ' ');
    text_flow(&text, &seen->src, &seen->dst);
    text_char(&text, '\n');
    return (size_t)(text.at - line);
}
