/* label.c - flows as text
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
