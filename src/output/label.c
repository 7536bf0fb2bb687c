/* label.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "label.h"

#include "text.h"

char *connmon_flow_label(char *label, size_t size, const struct connmon_endpoint *src,
                         const struct connmon_endpoint *dst)
{
    struct text text = {label, label + size - 1};

    if (size == 0)
        return label;
    text_flow(&text, src, dst);
    *text.at = '\0';
    return label;
}

/* "address_port". A label that would begin with "::" gets a 0 in front, as in "0::1", or the file
 * would be a hidden one. */
static void put_end(struct text *text, const struct connmon_endpoint *end, bool is_first)
{
    char words[CONNMON_LABEL_SIZE], *colon = NULL;
    struct text word = {words, words + sizeof(words)};

    text_endpoint(&word, end);
    for (char *c = words; c < word.at; c++) {
        if (*c == ':') {
            *c = '.';
            colon = c;
        }
    }
    if (colon)
        *colon = '_';
    if (is_first && words[0] == '.')
        text_char(text, '0');
    text_bytes(text, words, (size_t)(word.at - words));
}

char *connmon_connection_label(char *label, size_t size, const struct connmon_endpoint *src,
                               const struct connmon_endpoint *dst, const int64_t *time_ns)
{
    struct text text = {label, label + size - 1};

    if (size == 0)
        return label;
    put_end(&text, src, true);
    text_char(&text, '-');
    put_end(&text, dst, false);
    text_char(&text, '-');
    if (time_ns)
        text_seconds(&text, *time_ns, 9, 0);
    else
        text_string(&text, "unknown");
    *text.at = '\0';
    return label;
}
